"""The review of access: begun, each role confirmed or ended, finished. A decision is never changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.people.administering import administering
from ecrf.people.memberships.consent import needs_consent, others
from ecrf.people.memberships.rules import last_day_is_over, require_another_administrator
from ecrf.people.memberships.services import mark_ended
from ecrf.people.models import AccessDecision, AccessReview

OWN = gettext_lazy("Nobody decides on their own access: another administrator does.")


@dataclass(frozen=True)
class ReviewDue:
    """When the next review is due, or which one is under way."""

    due_at: datetime
    open_review: AccessReview | None
    last: AccessReview | None

    @property
    def is_due(self) -> bool:
        return self.open_review is not None or self.due_at <= timezone.now()


def reviews() -> QuerySet[AccessReview]:
    return AccessReview.objects.select_related("begun_by", "finished_by").order_by("-pk")


def review_due() -> ReviewDue:
    """So many days after the last review was finished; before the first one, after the first role was given."""
    every = timedelta(days=settings.ACCESS_REVIEW_DAYS)
    newest = list(reviews()[:2])
    unfinished = next((one for one in newest if one.finished_at is None), None)
    last = next((one for one in newest if one.finished_at), None)
    if last:
        assert last.finished_at
        return ReviewDue(last.finished_at + every, unfinished, last)
    first = Membership.objects.aggregate(first=Min("granted_at"))["first"] or timezone.now()
    return ReviewDue(first + every, unfinished, None)


def begin_review(*, by: User) -> AccessReview:
    """Begin a review of all roles that are held now. The one under way, if there is one."""
    with administering(by):
        if under_way := AccessReview.objects.filter(finished_at=None).first():
            return under_way
        return AccessReview.objects.create(begun_at=timezone.now(), begun_by=by)


def to_decide(review: AccessReview) -> list[Membership]:
    """Roles that were held when the review began, are held still, and nobody has decided on."""
    rows = Membership.objects.filter(
        Q(granted_at=None) | Q(granted_at__lte=review.begun_at), is_current=True, user__is_active=True
    )
    rows = rows.exclude(decisions__review=review).select_related("user", "site", "granted_by")
    found = rows.order_by("site__code", "role", "user__username", "pk")
    return [membership for membership in found if not last_day_is_over(membership)]


def reviewed_roles() -> QuerySet[Membership]:
    return Membership.objects.select_related("user", "site")


def with_right(roles: list[Membership], by: User) -> list[tuple[Membership, bool]]:
    """Each role, and whether this administrator may decide on it."""
    return [(one, may_decide(by, one)) for one in roles]


def may_decide(by: User, membership: Membership) -> bool:
    """Nobody decides on the own access."""
    return membership.user_id != by.pk


def left_to_nobody(left: list[Membership], by: User) -> bool:
    """Whether what is left to decide on is the own access of the only administrator."""
    return bool(left) and not any(may_decide(by, one) for one in left) and not others(by)


def confirm_access(*, review: AccessReview, memberships: list[int], by: User) -> int:
    """Confirm these roles; how many that were. What was decided on or ended meanwhile is left alone.
    PermissionDenied for one's own."""
    with administering(by):
        _require_open(review)
        wanted = [one for one in to_decide(review) if one.pk in set(memberships)]
        if not all(may_decide(by, one) for one in wanted):
            raise PermissionDenied(str(OWN))
        now = timezone.now()
        AccessDecision.objects.bulk_create(
            _decision(review, one, by, now, is_confirmed=True) for one in wanted
        )
        return len(wanted)


def end_access(*, review: AccessReview, membership: Membership, reason: str, by: User) -> bool:
    """End a role because of the review; False if it was decided on or ended before."""
    with administering(by, reason=reason):
        _require_open(review)
        now = next((one for one in to_decide(review) if one.pk == membership.pk), None)
        if now is None:
            return False
        if not may_decide(by, now):
            raise PermissionDenied(str(OWN))
        if now.role == Role.ADMINISTRATOR:
            require_another_administrator(now.user)
            if needs_consent(by):
                raise ValidationError(
                    gettext(
                        "Administrators agree here on the administrator role: ask for its end on the person's page."
                    )
                )
        decision = _decision(review, now, by, timezone.now(), is_confirmed=False)
        decision.reason = reason
        decision.save()
        mark_ended(now, reason, by)
        return True


def _decision(
    review: AccessReview, membership: Membership, by: User, at: datetime, *, is_confirmed: bool
) -> AccessDecision:
    user = membership.user
    return AccessDecision(
        review=review,
        membership=membership,
        is_confirmed=is_confirmed,
        full_name=user.full_name,
        last_login=user.last_login,
        decided_at=at,
        decided_by=by,
    )


def _require_open(review: AccessReview) -> None:
    if AccessReview.objects.filter(pk=review.pk).exclude(finished_at=None).exists():
        raise ValidationError(gettext("This review is finished."))


def finish_review(*, review: AccessReview, by: User) -> bool:
    """Close the review once every role was decided on, but for the only administrator's own; False if it was finished
    before."""
    with administering(by):
        now = AccessReview.objects.get(pk=review.pk)
        if now.finished_at:
            return False
        left = to_decide(now)
        if left and not left_to_nobody(left, by):
            words = ngettext(
                "%(number)d of the roles is not decided on yet.",
                "%(number)d of the roles are not decided on yet.",
                len(left),
            )
            raise ValidationError(words % {"number": len(left)})
        now.finished_at, now.finished_by = timezone.now(), by
        now.save(update_fields=["finished_at", "finished_by"])
        return True


def decisions_of(review: AccessReview) -> QuerySet[AccessDecision]:
    """By site, role and person."""
    rows = review.decisions.select_related("membership__user", "membership__site", "decided_by")
    return rows.order_by("membership__site__code", "membership__role", "membership__user__username", "pk")


def without_decision(review: AccessReview) -> list[tuple[Membership, bool]]:
    """Roles that were held when the review began and on which nobody decided: (role, whether it ended meanwhile).

    Those that did not are of a finished review: the own access of whoever was the only administrator.
    """
    until = review.finished_at or timezone.now()
    held = Membership.objects.filter(Q(granted_at=None) | Q(granted_at__lte=review.begun_at))
    held = held.exclude(decisions__review=review).select_related("user", "site", "ended_by").order_by("pk")
    ended = held.filter(ended_at__gte=review.begun_at, ended_at__lte=until)
    own = held.filter(Q(ended_at=None) | Q(ended_at__gt=until), user=review.finished_by)
    return [(role, True) for role in ended] + [(role, False) for role in own if review.finished_at]
