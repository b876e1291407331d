"""Delegating a task, ending it, and beginning to keep the log here: acts of the site's investigator alone."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext

from ecrf.access.alike import InOrder
from ecrf.access.delegation import Delegation, Task
from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy

AT_MOST_BACK = timedelta(days=30)
"""How far back the first day may lie: a task that was given on paper first. Rights still begin when it is recorded."""
AT_MOST_AHEAD = timedelta(days=366)
WORKS_AT_A_SITE = (Role.SUB_INVESTIGATOR, Role.COORDINATOR)
TASKS_OF_ROLE: dict[str, tuple[Task, ...]] = {
    Role.SUB_INVESTIGATOR: (Task.ENTER, Task.ANSWER, Task.SIGN, Task.SAFETY_LETTERS),
    Role.COORDINATOR: (Task.ENTER, Task.ANSWER, Task.SAFETY_LETTERS),
}
"""What may be delegated to whom: a task gives nothing that the role does not carry."""
IT_LAPSED = "Its last day had passed."


def is_investigator_of(user: User, site: Site) -> bool:
    """Whether this person keeps the site's log. A site that is not active yet prepares it; training is not asked."""
    held = user.current_memberships
    return any(m.role == Role.INVESTIGATOR and m.site_id == site.pk for m in held)


def people_of(site: Site) -> list[Membership]:
    """Who can be given a task: sub-investigators and coordinators, also those whose role begins later."""
    rows = site.memberships.filter(role__in=WORKS_AT_A_SITE, is_current=True, user__is_active=True)
    rows = rows.select_related("user", "site").order_by(InOrder("user__full_name"), "user__username", "role")
    return [row for row in rows if not row.is_over()]


def delegate(
    *,
    site: Site,
    user: User,
    tasks: Sequence[str],
    starts_on: date,
    ends_on: date | None,
    reason: str,
    by: User,
) -> list[Delegation]:
    """Give a person of the site these tasks, signed by the investigator. ValidationError, by field, for what cannot be.

    The same click twice delegates once: what stands already from that day on is left as it is.
    """
    _check(site, user, tasks, starts_on, ends_on, why := tidy(reason))
    made = []
    with acting(_actor(by, site), reason=why):
        Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        for task in tasks:
            known = Delegation.objects.filter(site=site, user=user, task=task, ended_at=None).first()
            if known and known.ends_on and known.ends_on < site.today():
                _end(known, by, IT_LAPSED)
                known = None
            if known and (known.starts_on, known.ends_on) != (starts_on, ends_on):
                words = gettext("“%(task)s” is delegated already, from %(day)s on. End that first.") % {
                    "task": known.get_task_display(),
                    "day": known.starts_on,
                }
                raise ValidationError({"tasks": words})
            if known is None:
                made.append(
                    Delegation.objects.create(
                        site=site,
                        user=user,
                        task=task,
                        starts_on=starts_on,
                        ends_on=ends_on,
                        delegated_by=by,
                        signed_as=by.name,
                    )
                )
    return made


def _check(
    site: Site, user: User, tasks: Sequence[str], starts_on: date, ends_on: date | None, reason: str
) -> None:
    today, faults = site.today(), {}
    roles = {row.role for row in people_of(site) if row.user_id == user.pk}
    allowed = {task for role in roles for task in TASKS_OF_ROLE[role]}
    if not roles:
        faults["user"] = gettext("Choose somebody who enters or signs at this site.")
    if not tasks:
        faults["tasks"] = gettext("Tick at least one task.")
    elif roles and (beyond := [str(Task(task).label) for task in tasks if task not in allowed]):
        faults["tasks"] = gettext("The role of this person does not carry: %(tasks)s.") % {
            "tasks": gettext(", ").join(beyond)
        }
    if starts_on < today - AT_MOST_BACK:
        faults["starts_on"] = gettext(
            "This is more than %(days)s days ago. Rights begin now in any case."
        ) % {"days": AT_MOST_BACK.days}
    elif starts_on > today + AT_MOST_AHEAD:
        faults["starts_on"] = gettext("This is more than a year away.")
    elif starts_on < today and (
        fault := fault_of(reason, pgettext("of which the reason is asked", "it is recorded only now"))
    ):
        faults["reason"] = fault
    if ends_on and ends_on < max(starts_on, today):
        faults["ends_on"] = gettext("The last day is before the first, or over already.")
    if site.closed_on and site.closed_on <= today:
        faults["user"] = gettext("The site was closed on %(closed_on)s: nothing is delegated any more.") % {
            "closed_on": site.closed_on
        }
    if faults:
        raise ValidationError(faults)


def end(*, delegation: Delegation, reason: str, by: User) -> None:
    """End a task at once. A second click finds it ended and changes nothing. ValidationError without a reason."""
    why = tidy(reason)
    if fault := fault_of(why, pgettext("of which the reason is asked", "the task ends")):
        raise ValidationError(fault)
    with acting(_actor(by, delegation.site), reason=why):
        locked = Delegation.objects.select_for_update().get(pk=delegation.pk)
        if locked.ended_at is None:
            _end(locked, by, why)


def _end(delegation: Delegation, by: User, why: str) -> None:
    delegation.ended_at, delegation.ended_by = delegation.site.now(), by
    delegation.end_reason = why
    delegation.save(update_fields=["ended_at", "ended_by", "end_reason"])


def begin_log(*, site: Site, from_on: date, by: User) -> None:
    """From this day on the log is kept here, and who is not in it enters, answers and signs nothing."""
    today = site.today()
    if site.delegation_from:
        raise ValidationError(
            gettext("The log is kept here already, from %(delegation_from)s on.")
            % {"delegation_from": site.delegation_from}
        )
    if not today <= from_on <= today + AT_MOST_AHEAD:
        raise ValidationError(gettext("Choose today or a later day, within a year."))
    with acting(_actor(by, site), reason="The delegation log is kept in this system."):
        locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
        if locked.delegation_from is None:
            locked.delegation_from = from_on
            locked.save(update_fields=["delegation_from"])


def _actor(by: User, site: Site) -> Actor:
    return Actor(str(by.pk), by.username, Role.INVESTIGATOR, site.code)
