"""What the page of a site's delegation log shows: as the paper log is, a line for each task."""

from dataclasses import dataclass, field
from datetime import date

from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from ecrf.access.alike import InOrder
from ecrf.access.delegation import Delegation, Task
from ecrf.access.models import Membership, Site, User
from ecrf.access.obstacles import investigators_of, keeps_log_here
from ecrf.access.roles import Role
from ecrf.audit.models import AuditEvent
from ecrf.delegation.log.services import TASKS_OF_ROLE, is_investigator_of, people_of

STATE_WORDS: dict[str, Promise] = {
    "in force": pgettext_lazy("state of a delegated task", "in force"),
    "upcoming": pgettext_lazy("state of a delegated task", "upcoming"),
    "ended": pgettext_lazy("state of a delegated task", "ended"),
}


@dataclass(frozen=True)
class DelegationLine:
    """One task of one person. `reason`: why it was recorded after its first day."""

    delegation: Delegation
    roles: str
    reason: str
    today: date

    @property
    def name(self) -> str:
        return self.delegation.user.name

    @property
    def state(self) -> str:
        """in force, upcoming or ended, on this day at the site."""
        given = self.delegation
        if given.ended_at or (given.ends_on and given.ends_on < self.today):
            return "ended"
        return "upcoming" if given.starts_on > self.today else "in force"

    @property
    def state_words(self) -> str:
        return str(STATE_WORDS[self.state])

    @property
    def until(self) -> date | None:
        """The last day, as it came to be: ended after it had lapsed, it was in force no longer for that."""
        given = self.delegation
        ended_on = given.ended_at.astimezone(given.site.zone).date() if given.ended_at else None
        return min((day for day in (ended_on, given.ends_on) if day), default=None)


@dataclass
class DelegationPage:
    """The log; `errors` and `typed` of what was not delegated."""

    site: Site
    lines: list[DelegationLine]
    investigators: list[str]
    people: list[Membership]
    keeps: bool
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, object] = field(default_factory=dict)

    @property
    def is_kept_here(self) -> bool:
        return keeps_log_here(self.site, self.site.today())

    @property
    def without_task(self) -> list[Membership]:
        """Who could do nothing if the log were kept here today: a role, and no task in force."""
        busy = {line.delegation.user_id for line in self.lines if line.state == "in force"}
        return [person for person in self.people if person.user_id not in busy]

    @property
    def choices(self) -> list[tuple[Task, str]]:
        """(task, whose role carries it) of every task."""
        return [(task, self._roles_with(task)) for task in Task]

    def _roles_with(self, task: Task) -> str:
        return gettext(", ").join(
            Role(role).label.lower() for role, tasks in TASKS_OF_ROLE.items() if task in tasks
        )


def person_named(number: int | None) -> User | None:
    return User.objects.filter(pk=number).first() if number else None


def task_of(site: Site, pk: int) -> Delegation:
    """One line of this site's log; another site's does not exist (404)."""
    return get_object_or_404(Delegation.objects.select_related("site", "user"), pk=pk, site=site)


def log_page(site: Site, reader: User) -> DelegationPage:
    """The whole log of the site, what is in force first."""
    rows = Delegation.objects.filter(site=site).select_related("site", "user", "delegated_by", "ended_by")
    rows = rows.order_by(InOrder("user__full_name"), "user__username", "starts_on", "pk")
    roles = _roles_at(site)
    reasons = _reasons(list(rows))
    today = site.today()
    lines = [
        DelegationLine(row, roles.get(row.user_id, ""), reasons.get(str(row.pk), ""), today) for row in rows
    ]
    lines.sort(key=lambda line: line.state == "ended")
    keeps = is_investigator_of(reader, site)
    return DelegationPage(site, lines, investigators_of(site), people_of(site), keeps)


def _roles_at(site: Site) -> dict[int, str]:
    """{user: the roles that he has or had at the site, in words}."""
    found: dict[int, dict[str, None]] = {}
    for row in site.memberships.exclude(role=Role.MONITOR).order_by("pk"):
        found.setdefault(row.user_id, {})[str(row.get_role_display())] = None
    return {user: gettext(", ").join(roles) for user, roles in found.items()}


def _reasons(rows: list[Delegation]) -> dict[str, str]:
    """{delegation: the reason that stands with it in the trail}."""
    keys = [str(row.pk) for row in rows]
    events = AuditEvent.objects.filter(
        chain=0, table=Delegation._meta.db_table, row__in=keys, operation="INSERT"
    )
    return dict(events.values_list("row", "reason"))
