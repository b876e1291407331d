"""What one administrator asked is decided by another one, and carried out."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.people.accounts.opening import put_address, take_factor_away
from ecrf.people.administering import administering
from ecrf.people.memberships.consent import conclude
from ecrf.people.memberships.rules import (
    WantedRole,
    not_over,
    require_another_administrator,
    require_fitting,
    require_together,
    working_administrators,
)
from ecrf.people.memberships.services import mark_ended, put
from ecrf.people.models import AdministratorAct, AdministratorRequest, ConsentOutcome


def decide(*, request: AdministratorRequest, outcome: ConsentOutcome, reason: str = "", by: User) -> bool:
    """The second administrator consents or refuses, or who asked withdraws; False if that was done before.

    What was asked is looked at anew: ValidationError if it cannot be done any more."""
    with administering(by, reason=reason or request.reason):
        now = AdministratorRequest.objects.select_related("user", "asked_by").get(pk=request.pk)
        if now.outcome is not None:
            return False
        conclude(now, outcome, reason=reason, by=by)
        if outcome == ConsentOutcome.CONSENTED:
            _carry_out(now, by)
        return True


def _carry_out(request: AdministratorRequest, by: User) -> None:
    """In the name of who asked: who consented stands in the request, and in the trail."""
    user, asked_by = request.user, request.asked_by
    if asked_by not in working_administrators():
        raise ValidationError(
            gettext("%(username)s, who asked, is no administrator any more. Refuse it.")
            % {"username": asked_by.username}
        )
    if request.act == AdministratorAct.END:
        _end_administrator(request)
    elif not user.is_active:
        raise ValidationError(gettext("This account was closed meanwhile."))
    elif request.act == AdministratorAct.ADDRESS:
        put_address(user=user, email=request.email, by=by)
    elif request.act == AdministratorAct.FACTOR:
        take_factor_away(user=user, reason=request.reason, asked_by=asked_by, by=by)
    else:
        _make_administrator(request)


def _end_administrator(request: AdministratorRequest) -> None:
    require_another_administrator(request.user)
    for membership in not_over(request.user):
        if membership.role == Role.ADMINISTRATOR:
            mark_ended(membership, request.reason, request.asked_by)


def _make_administrator(request: AdministratorRequest) -> None:
    held = not_over(request.user)
    if any(one.role == Role.ADMINISTRATOR for one in held):
        raise ValidationError(gettext("This person is administrator already."))
    begins_later = request.starts_on and request.starts_on > timezone.now().date()
    wanted = WantedRole(
        Role.ADMINISTRATOR, None, request.starts_on if begins_later else None, request.ends_on
    )
    require_fitting(wanted)
    require_together(wanted.role, held)
    put(user=request.user, wanted=wanted, reason=request.reason, by=request.asked_by)
