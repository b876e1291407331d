"""Gives roles and ends them. Where administrators are to agree, the administrator role waits for a second one."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.people.administering import administering
from ecrf.people.memberships.consent import ask_consent, needs_consent, others
from ecrf.people.memberships.rules import (
    WantedRole,
    last_day_is_over,
    not_over,
    require_another_administrator,
    require_fitting,
    require_together,
)
from ecrf.people.models import AdministratorAct, AdministratorRequest

Given = Membership | AdministratorRequest


def give_roles(*, user: User, wanted: list[WantedRole], reason: str, by: User) -> list[Given]:
    """Give roles, all or none; the same once more (a double click) gives those that there are. A request, where it
    waits for another administrator. ValidationError says what stands against it."""
    with administering(by, reason=reason):
        return [give(user=user, wanted=one, reason=reason, by=by) for one in wanted]


def give(*, user: User, wanted: WantedRole, reason: str, by: User) -> Given:
    """The same inside `administering`."""
    user.refresh_from_db(fields=["is_active"])
    if not user.is_active:
        raise ValidationError(gettext("This account is closed. Open it again first."))
    require_fitting(wanted)
    if user == by and others(by):
        raise ValidationError(gettext("Nobody gives a role to the own account: another administrator does."))
    held = not_over(user)
    same = next((one for one in held if one.role == wanted.role and one.site == wanted.site), None)
    if same and (same.starts_on, same.ends_on, same.reason) == (wanted.starts_on, wanted.ends_on, reason):
        return same
    if same:
        if same.ends_on:
            words = gettext(
                "This person has this role there already until %(day)s. To change its days, end it and give it again."
            )
        else:
            words = gettext(
                "This person has this role there already. To change its days, end it and give it again."
            )
        raise ValidationError(words % {"day": same.ends_on})
    require_together(wanted.role, held)
    if wanted.role == Role.ADMINISTRATOR and needs_consent(by):
        return ask_consent(
            act=AdministratorAct.GIVE,
            user=user,
            starts_on=wanted.starts_on,
            ends_on=wanted.ends_on,
            reason=reason,
            by=by,
        )
    return put(user=user, wanted=wanted, reason=reason, by=by)


def put(*, user: User, wanted: WantedRole, reason: str, by: User) -> Membership:
    """Write the membership. One that ran out by itself is ended first: its row says which days it held."""
    rows = user.memberships.filter(is_current=True, role=wanted.role, site=wanted.site)
    for old in rows.select_related("site"):
        if last_day_is_over(old):
            mark_ended(old, f"Its last day was {old.ends_on}; it is given again.", by)
    membership = Membership(
        user=user,
        role=wanted.role,
        site=wanted.site,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        granted_by=by,
        reason=reason,
    )
    membership.validate_constraints()
    membership.save()
    return membership


def end_role(*, membership: Membership, reason: str, by: User) -> bool | AdministratorRequest:
    """End a role at once: the person's next request has it no more. False if it was ended before; a request, where it
    waits for another administrator. ValidationError for the last administrator."""
    with administering(by, reason=reason):
        now = Membership.objects.select_related("site", "user").get(pk=membership.pk)
        if not now.is_current:
            return False
        if now.role == Role.ADMINISTRATOR:
            require_another_administrator(now.user)
            if needs_consent(by):
                return ask_consent(act=AdministratorAct.END, user=now.user, reason=reason, by=by)
        mark_ended(now, reason, by)
        return True


def end_all(*, user: User, reason: str, by: User) -> None:
    """Every role, those of later days too, inside `administering`."""
    for membership in user.memberships.filter(is_current=True):
        mark_ended(membership, reason, by)


def mark_ended(membership: Membership, reason: str, by: User) -> None:
    """Inside `administering`."""
    membership.is_current = False
    membership.ended_at, membership.ended_by, membership.end_reason = timezone.now(), by, reason
    membership.save(update_fields=["is_current", "ended_at", "ended_by", "end_reason"])
