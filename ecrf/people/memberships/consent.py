"""Four eyes: what one administrator asks about the administrator role, another one consents to or refuses."""

from datetime import date

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from ecrf.access.models import User
from ecrf.people.memberships.rules import working_administrators
from ecrf.people.models import AdministratorRequest, ConsentOutcome


def needs_consent(by: User) -> bool:
    """Whether a second administrator has to agree to what this one does. Where there is none, nobody could."""
    return settings.ADMINISTRATORS_AGREE and bool(others(by))


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
) -> AdministratorRequest:
    """Put the request down, inside `administering`. The same once more gives the one that waits."""
    if waiting := AdministratorRequest.objects.filter(user=user, act=act, outcome=None).first():
        if waiting.asked_by_id != by.pk:
            raise ValidationError(
                f"{waiting.asked_by.username} has asked for this already. You can consent to it on the page People."
            )
        return waiting
    return AdministratorRequest.objects.create(
        act=act,
        user=user,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        asked_at=timezone.now(),
        asked_by=by,
    )


def conclude(request: AdministratorRequest, outcome: ConsentOutcome, *, reason: str, by: User) -> None:
    """Write the decision, inside `administering`. PermissionDenied for who asked, except to withdraw."""
    is_own = request.asked_by_id == by.pk
    if is_own != (outcome == ConsentOutcome.WITHDRAWN):
        raise PermissionDenied(
            "Your role lets you decide on what another administrator asks, not on your own."
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
