"""Makes and revokes the secret addresses of calendar feeds."""

import hashlib
import uuid
from base64 import urlsafe_b64encode

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.calendar.models import CalendarFeed

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
            if known.revoked_at:
                raise ValidationError(
                    gettext("This address was revoked. Load the page again to make another.")
                )
            return token
        if living_feeds(by).count() >= LIVING_AT_MOST:
            raise ValidationError(
                gettext(
                    "You have %(living_at_most)s addresses already. Revoke one that is no longer"
                    " used, then make another."
                )
                % {"living_at_most": LIVING_AT_MOST}
            )
        CalendarFeed.objects.create(made_by=by, label=label, token_hash=_hash(token))
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
    feeds = CalendarFeed.objects.filter(
        token_hash=_hash(token), revoked_at=None, made_by__is_active=True
    ).select_related("made_by")
    feed = feeds.first()
    return feed.made_by if feed else None


def _token(user: User, request_key: uuid.UUID) -> str:
    """256 bits that nobody without the server's key can work out from the click's own key."""
    secret = salted_hmac("ecrf.calendar.CalendarFeed", f"{user.pk}:{request_key}", algorithm="sha256")
    return urlsafe_b64encode(secret.digest()).decode().rstrip("=")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(user: User) -> Actor:
    """An address belongs to the person, in all roles and at all sites."""
    return Actor(str(user.pk), user.username)
