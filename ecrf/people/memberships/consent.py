"""Four eyes: what one administrator asks about the administrator role, or about what opens the account of who
administers or signs, another one consents to or refuses."""

from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.access.roles import RIGHTS, Right
from ecrf.people.memberships.rules import working_administrators
from ecrf.people.models import AdministratorRequest, ConsentOutcome

WAITS = gettext_lazy("It waits for the consent of another administrator, who finds it on the page People.")


def needs_consent(by: User) -> bool:
    """Whether a second administrator has to agree to what this one does. Where there is none, nobody could."""
    return settings.ADMINISTRATORS_AGREE and bool(others(by))


def needs_consent_about(user: User, by: User) -> bool:
    """Whether the same holds of the address and the second factor of this person: of whoever has or ever had a role
    that administers or signs. With them somebody else could come in by that name, by a link for a new password."""
    guarded = [role for role, rights in RIGHTS.items() if rights & {Right.MANAGE_ACCOUNTS, Right.SIGN}]
    return needs_consent(by) and user.memberships.filter(role__in=guarded).exists()


def others(by: User) -> list[User]:
    return [user for user in working_administrators() if user != by]


def all_requests() -> QuerySet[AdministratorRequest]:
    return AdministratorRequest.objects.all()


def pending() -> QuerySet[AdministratorRequest]:
    """What waits for another administrator, the oldest first."""
    return AdministratorRequest.objects.filter(outcome=None).select_related("user", "asked_by").order_by("pk")


def decided(user: User) -> QuerySet[AdministratorRequest]:
    """What was asked about this person and decided, the newest first."""
    rows = AdministratorRequest.objects.filter(user=user).exclude(outcome=None)
    return rows.select_related("asked_by", "decided_by").order_by("-pk")


def ask_consent(
    *,
    act: str,
    user: User,
    reason: str,
    by: User,
    starts_on: date | None = None,
    ends_on: date | None = None,
    email: str | None = None,
) -> AdministratorRequest:
    """Put the request down, inside `administering`. The same once more gives the one that waits. ValidationError for
    what another one has asked for, or for another address than the one that waits."""
    if waiting := AdministratorRequest.objects.filter(user=user, act=act, outcome=None).first():
        if waiting.asked_by_id != by.pk:
            raise ValidationError(
                gettext("%(username)s has asked for this already. You can consent to it on the page People.")
                % {"username": waiting.asked_by.username}
            )
        if waiting.email != email:
            if waiting.email:
                words = gettext("You have asked already for the address %(email)s. Withdraw that first.")
            else:
                words = gettext("You have asked already for the address none. Withdraw that first.")
            raise ValidationError({"email": words % {"email": waiting.email}})
        return waiting
    return AdministratorRequest.objects.create(
        act=act,
        user=user,
        starts_on=starts_on,
        ends_on=ends_on,
        email=email,
        reason=reason,
        asked_at=timezone.now(),
        asked_by=by,
    )


def conclude(request: AdministratorRequest, outcome: ConsentOutcome, *, reason: str, by: User) -> None:
    """Write the decision, inside `administering`. PermissionDenied for who asked, except to withdraw."""
    is_own = request.asked_by_id == by.pk
    if is_own != (outcome == ConsentOutcome.WITHDRAWN):
        raise PermissionDenied(
            gettext("Your role lets you decide on what another administrator asks, not on your own.")
        )
    request.outcome, request.decided_at, request.decided_by = outcome, timezone.now(), by
    request.decision_reason = reason or None
    request.save(update_fields=["outcome", "decided_at", "decided_by", "decision_reason"])


def drop_requests(*, user: User, by: User, reason: str) -> None:
    """What waits about a person whose account closes is void, whoever asked; inside `administering`."""
    for request in pending().filter(user=user):
        own = request.asked_by_id == by.pk
        outcome = ConsentOutcome.WITHDRAWN if own else ConsentOutcome.REFUSED
        conclude(request, outcome, reason=reason, by=by)
