"""Tells safety and the sponsor of serious events, within minutes, and again until somebody has seen each.

The worker looks each minute for events that nobody was told of, rather than the save telling: a save stays as quick as
it is, and an event is found by whatever way it came, a file or a correction among them.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.access.people import people_in
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.record.values import is_blank
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.mail.kinds import MailKind, NotNeeded, register
from ecrf.mail.models import Mail
from ecrf.mail.queue import queue_mail
from ecrf.mail.scheduled import scheduled
from ecrf.monitoring.reach import rows
from ecrf.notices.models import SeriousNotice

AGAIN_AFTER = timedelta(hours=24)
AT_MOST = 8
"""The first mail and a week of reminders; the page goes on listing the event."""


def _case(mail: Mail) -> Mapping[str, Any]:
    """The patient's number and the way to the case, unless somebody has seen it meanwhile."""
    notice = notices().get(pk=mail.context["notice"])
    if notice.confirmed_at:
        raise NotNeeded(gettext_lazy("Somebody has confirmed meanwhile that it was seen."))
    if notice.event.is_struck:
        raise NotNeeded(gettext_lazy("The event was struck out."))
    if mail.to_user and not may_confirm(mail.to_user):
        raise NotNeeded(gettext_lazy("The person's role has ended."))
    return {
        "patient": notice.event.patient.number,
        "page": settings.MAIL.public_url + reverse("serious-event", args=[notice.pk]),
    }


SERIOUS_EVENT = register(
    MailKind(
        "serious-event",
        gettext_lazy("A serious event"),
        gettext_lazy("A serious event was recorded"),
        why=gettext_lazy(
            "Everybody with the role safety, and the sponsor's list, is told of each; this"
            " cannot be turned off."
        ),
        at_sending=_case,
    )
)


def notices() -> QuerySet[SeriousNotice]:
    """All of them, with what says whose they are."""
    return SeriousNotice.objects.select_related("event__patient__site", "event__parent", "confirmed_by")


@scheduled("serious-events", timedelta(minutes=1))
def look_for_serious_events() -> int:
    """Note the events that are new, and queue mail of those that are new or wait too long to be seen."""
    if not protocol().serious_log:
        return 0
    with acting(SYSTEM, source="worker"):
        for event_id in _new_events():
            SeriousNotice.objects.create(event_id=event_id)
        now = timezone.now()
        waiting = notices().filter(confirmed_at=None, times__lt=AT_MOST, event__struck_at=None)
        due = waiting.filter(Q(mailed_at=None) | Q(mailed_at__lte=now - AGAIN_AFTER))
        return sum(_queue(notice) for notice in due)


def _new_events() -> list[int]:
    """Entries of the serious log with something in them, of study sites, that nobody was told of."""
    known = SeriousNotice.objects.filter(event=OuterRef("pk"))
    standing = rows(CRFS[protocol().serious_log]).filter(
        ~Exists(known), entry__struck_at=None, entry__patient__site__is_practice=False
    )
    return [row.pk for row in standing.order_by("pk") if not is_blank(row)]


def recipients() -> list[User | str]:
    """Everybody with the role safety, and the sponsor's list."""
    return [*people_in(Role.SAFETY), *settings.SPONSOR_SAFETY_MAIL]


def _queue(notice: SeriousNotice) -> int:
    everybody = recipients()
    if not everybody:  # the page says so; the first who gets the role is told at once
        return 0
    notice.times, notice.mailed_at = notice.times + 1, timezone.now()
    notice.save(update_fields=["times", "mailed_at"])
    context = {"notice": notice.pk, "times": notice.times}
    for to in everybody:
        name = f"u{to.pk}" if isinstance(to, User) else to
        dedupe = f"serious:{notice.pk}:{notice.times}:{name}"[:200]
        queue_mail(to=to, kind=SERIOUS_EVENT.key, context=context, dedupe=dedupe)
    return len(everybody)


def may_confirm(user: User) -> bool:
    """Whether the user is one of those who are told."""
    return any(membership.role == Role.SAFETY for membership in user.current_memberships)


def confirm_seen(notice: SeriousNotice, by: User) -> bool:
    """Record that a person has seen the event; no more mail of it. False if somebody has before."""
    with acting(by.acting_at(notice.site, Right.REVIEW_SAFETY)):
        own_notice = SeriousNotice.objects.select_for_update().get(pk=notice.pk)
        if own_notice.confirmed_at:
            return False
        own_notice.confirmed_at, own_notice.confirmed_by = timezone.now(), by
        own_notice.save(update_fields=["confirmed_at", "confirmed_by"])
    return True
