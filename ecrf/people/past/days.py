"""Who had access on a day: every role that was in force at any moment of it, by the calendar of its site.

A role is in force from the moment it was given to the moment it was ended, on the days from its first to its last. So
on the day on which it was ended it stands in the list, and on the next day no more. Days are read by the site's own
calendar, those of roles for all sites by UTC, as `Membership.is_in_force` does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from ecrf.access.models import Membership, User
from ecrf.audit.models import SYSTEM_CHAIN, AuditEvent, Operation
from ecrf.people.past.names import Names

MOMENT = timedelta(microseconds=1)
WIDER = timedelta(days=2)
"""What the database leaves over on either side: the calendar decides."""


@dataclass(frozen=True)
class HeldRole:
    """One role of one person, with the days on which it was in force. `last_on` is None while nothing ends it.

    Each name is the one that its person had then: who gave and ended the role at that moment, who held it at the end of
    the day that is looked at, or today.
    """

    membership: Membership
    full_name: str
    given_at: datetime | None
    given_by: str
    given_by_name: str
    reason: str
    ended_at: datetime | None
    ended_by: str
    ended_by_name: str
    end_reason: str

    @property
    def zone(self) -> tzinfo:
        return self.membership.site.zone if self.membership.site else UTC

    @property
    def today(self) -> date:
        return _day(timezone.now(), self.zone)

    @property
    def first_on(self) -> date:
        given_on = _day(self.given_at, self.zone) if self.given_at else date.min
        return max(given_on, self.membership.starts_on or given_on)

    @property
    def last_on(self) -> date | None:
        # What is ended at midnight did not hold on the day that begins then.
        ended_on = _day(self.ended_at - MOMENT, self.zone) if self.ended_at else None
        days = [day for day in (ended_on, self.membership.ends_on) if day]
        return min(days) if days else None

    def held_on(self, day: date) -> bool:
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def access_on(day: date, where: list[int] | None = None) -> list[HeldRole]:
    """Everybody's access on this day; `where`: only what reached the sites with these ids."""
    found = held_roles(_around(day, where), day)
    return sorted((held for held in found if held.held_on(day)), key=_order)


def access_today(where: list[int] | None = None) -> list[HeldRole]:
    """Everybody's access today: each role by today's date at its own site: another's may differ."""
    found = held_roles(_around(timezone.now().date(), where))
    return sorted((held for held in found if held.held_on(held.today)), key=_order)


def _around(day: date, where: list[int] | None) -> QuerySet[Membership]:
    """The roles that may have been in force on this day, by whichever calendar."""
    around = datetime(day.year, day.month, day.day, tzinfo=UTC)
    rows = Membership.objects.filter(
        Q(granted_at=None) | Q(granted_at__lt=around + WIDER),
        Q(ended_at=None) | Q(ended_at__gt=around - WIDER),
        Q(starts_on=None) | Q(starts_on__lt=day + WIDER),
        Q(ends_on=None) | Q(ends_on__gt=day - WIDER),
    )
    return rows if where is None else rows.filter(Q(site__in=where) | Q(site=None))


def _order(held: HeldRole) -> tuple[str, str, str, int]:
    membership = held.membership
    where = membership.site.code if membership.site else ""
    return where, membership.get_role_display(), membership.user.username.lower(), membership.pk


def held_roles(rows: QuerySet[Membership], day: date | None = None) -> list[HeldRole]:
    """These roles with who gave and ended them. Of older rows that do not say it themselves, the trail does.
    `day`: the names are those of its end, by the calendar of the site."""
    memberships = list(rows.select_related("user", "site", "granted_by", "ended_by"))
    of_trail = _of_trail([one for one in memberships if _is_silent(one)])
    closed = _closings(one.user for one in memberships if one.is_current and not one.user.is_active)
    of_events = [event for acts in of_trail.values() for event in acts.values()] + list(closed.values())
    people = [user for one in memberships for user in (one.user, one.granted_by, one.ended_by) if user]
    names = Names(people, (event.actor_id for event in of_events if event.actor_id))
    return [_held(one, of_trail.get(str(one.pk), {}), closed, names, day) for one in memberships]


def _is_silent(membership: Membership) -> bool:
    """Whether it does not say itself when and by whom it was given, or ended: the command line is nobody's account."""
    given, ended = (membership.granted_at, membership.granted_by), (membership.ended_at, membership.ended_by)
    return None in given or (not membership.is_current and None in ended)


Acts = dict[str, AuditEvent]


def _of_trail(memberships: Iterable[Membership]) -> dict[str, Acts]:
    """{id of a membership: {"given": …, "ended": …}}: the trail's events."""
    ids = [str(one.pk) for one in memberships]
    found: dict[str, Acts] = {}
    if not ids:
        return found
    events = AuditEvent.objects.filter(
        chain=SYSTEM_CHAIN, table=Membership._meta.db_table, row__in=ids
    ).order_by("position")
    for event in events:
        acts = found.setdefault(event.row, {})
        if event.operation == Operation.INSERT:
            acts["given"] = event
        elif event.changes.get("is_current") == [True, False]:
            acts["ended"] = event
    return found


def _closings(users: Iterable[User]) -> dict[str, AuditEvent]:
    """{id of a closed account: its closing}: of accounts that were closed and left with their roles."""
    ids = {str(user.pk) for user in users}
    if not ids:
        return {}
    events = AuditEvent.objects.filter(
        chain=SYSTEM_CHAIN,
        table=User._meta.db_table,
        row__in=ids,
        operation=Operation.UPDATE,
        changes__has_key="is_active",
    )
    return {event.row: event for event in events.order_by("position")}


def _held(
    membership: Membership,
    acts: Acts,
    closed: dict[str, AuditEvent],
    names: Names,
    day: date | None,
) -> HeldRole:
    given, ended = acts.get("given"), acts.get("ended")
    if membership.is_current and not membership.user.is_active:
        ended = closed.get(str(membership.user_id))
    given_at = membership.granted_at or (given.at if given else None)
    ended_at = membership.ended_at or (ended.at if ended else None)
    given_by, ended_by = _who(membership.granted_by, given), _who(membership.ended_by, ended)
    zone = membership.site.zone if membership.site else UTC
    return HeldRole(
        membership=membership,
        full_name=names.at(membership.user_id, _end_of(day, zone) if day else None),
        given_at=given_at,
        given_by=given_by[1],
        given_by_name=names.at(given_by[0], given_at),
        reason=membership.reason or (given.reason if given else ""),
        ended_at=ended_at,
        ended_by=ended_by[1],
        ended_by_name=names.at(ended_by[0], ended_at),
        end_reason=membership.end_reason or (ended.reason if ended else ""),
    )


def _who(user: User | None, event: AuditEvent | None) -> tuple[int | None, str]:
    """(the account's id, the user name): as the row says it, or the trail. The command line is nobody's account."""
    if user:
        return user.pk, user.username
    return (event.actor_id, event.actor) if event else (None, "")


def _end_of(day: date, zone: tzinfo) -> datetime:
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=zone)
