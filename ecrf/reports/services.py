"""Makes and revokes the secret addresses of calendar feeds; notes who downloads a trail."""

import hashlib
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ecrf.access.models import Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor, acting
from ecrf.reports.models import CalendarFeed, TrailExport
from ecrf.reports.printing import READERS
from ecrf.reports.trail_filters import Filters, Scope

LIVING_AT_MOST = 5


def living_feeds(user: User) -> QuerySet[CalendarFeed]:
    """The user's own addresses that are not revoked, the oldest first."""
    return CalendarFeed.objects.filter(made_by=user, revoked_at=None).order_by("pk")


def make_feed(*, by: User, label: str, request_key: uuid.UUID) -> str:
    """Make one more address and give its secret. The same click twice makes one, and gives the same secret.

    ValidationError when the user has as many living addresses as there may be, or has revoked this one since.
    """
    token = _token(by, request_key)
    with acting(_person(by)):
        User.objects.select_for_update(no_key=True).get(pk=by.pk)  # so that two clicks at once take turns
        if known := CalendarFeed.objects.filter(token_hash=_hash(token)).first():
            return _of_this_click(known, token)
        if living_feeds(by).count() >= LIVING_AT_MOST:
            raise ValidationError(
                f"You have {LIVING_AT_MOST} addresses already. Revoke one that is no longer used, then make another."
            )
        CalendarFeed.objects.create(made_by=by, label=label, token_hash=_hash(token))
    return token


def _of_this_click(known: CalendarFeed, token: str) -> str:
    if known.revoked_at:
        raise ValidationError("This address was revoked. Load the page again to make another.")
    return token


def revoke_feed(*, feed: CalendarFeed, by: User) -> None:
    """From now on the address leads nowhere."""
    with acting(_person(by)):
        CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(
            revoked_at=timezone.now(), revoked_by=by
        )


def owner_of(token: str) -> User | None:
    """Whose calendar a secret opens; None for an unknown or revoked one, and when the account is closed.

    It is looked up by its hash, so that the time of the answer tells nothing of the secrets that exist.
    """
    found = CalendarFeed.objects.filter(
        token_hash=_hash(token), revoked_at=None, made_by__is_active=True
    ).select_related("made_by")
    feed = found.first()
    return feed.made_by if feed else None


def note_export(*, scope: Scope, filters: Filters, events: int, by: User) -> TrailExport:
    """Write down, before the first line leaves, who takes out how much of which trail."""
    return _note(scope.site, by, patient=scope.patient, filters=filters.words, events=events)


@transaction.atomic
def note_screen(*, screen: str, filters: str, rows: Iterable[tuple[Site, int]], by: User) -> None:
    """The same of a review screen: a line for each site that it was asked of, with how many of its rows were of it."""
    for site, count in rows:
        _note(site, by, screen=screen, filters=filters, events=count)


def _note(site: Site, by: User, **taken: Any) -> TrailExport:
    right = next((right for right in READERS if by.may(right, site)), Right.REVIEW)
    source = "site" if right == Right.ENTER else "monitor"
    with acting(by.acting_at(site, right), source=source):
        return TrailExport.objects.create(site=site, made_at=timezone.now(), made_by=by, **taken)


def _token(user: User, request_key: uuid.UUID) -> str:
    """256 bits that nobody without the server's key can work out from the click's own key."""
    secret = salted_hmac("ecrf.reports.CalendarFeed", f"{user.pk}:{request_key}", algorithm="sha256")
    return urlsafe_b64encode(secret.digest()).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(user: User) -> Actor:
    """An address belongs to the person, in all roles and at all sites."""
    return Actor(str(user.pk), user.username)
