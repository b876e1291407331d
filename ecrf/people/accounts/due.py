"""What waits for an administrator: the cards of the first page, each with its number and the first lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ecrf.access.kept_words import as_read
from ecrf.access.models import Membership, Site, User
from ecrf.people.accounts.list import in_state, with_invitation
from ecrf.people.logins.looking import unusual_accesses
from ecrf.people.review.services import ReviewDue, review_due

SHOWN = 5
ENDS_WITHIN = timedelta(days=14)
UNUSUAL_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class DueLines:
    """The first lines of one kind, and how many there are besides."""

    lines: list[Any]
    more: int


@dataclass(frozen=True)
class WhatIsDue:
    """Everything, in a fixed number of statements."""

    invited: DueLines
    locked: DueLines
    ending: DueLines
    unusual: DueLines
    sites: DueLines
    review: ReviewDue


def what_is_due() -> WhatIsDue:
    now = timezone.now()
    not_active = Site.objects.filter(is_practice=False, active_from=None, closed_on=None)
    return WhatIsDue(
        invited=_lines(in_state(with_invitation(User.objects.all()), "invited").order_by("pk")),
        locked=_lines(in_state(with_invitation(User.objects.all()), "locked").order_by("username")),
        ending=_lines(_ending(now)),
        unusual=_unusual(now),
        sites=_lines(not_active),
        review=review_due(),
    )


def _lines(rows: QuerySet[Any]) -> DueLines:
    found = list(rows[:SHOWN])
    return DueLines(found, max(rows.count() - SHOWN, 0) if len(found) == SHOWN else 0)


def _unusual(now: datetime) -> DueLines:
    found = _lines(unusual_accesses().filter(at__gte=now - UNUSUAL_WITHIN))
    return DueLines([(one, as_read(one.words)) for one in found.lines], found.more)


def _ending(now: datetime) -> QuerySet[Membership]:
    """Roles whose last day is near; a day more or less by the calendar of the site does not matter here."""
    rows = Membership.objects.filter(
        is_current=True,
        user__is_active=True,
        ends_on__gte=now.date(),
        ends_on__lte=now.date() + ENDS_WITHIN,
    )
    return rows.select_related("user", "site").order_by("ends_on", "pk")
