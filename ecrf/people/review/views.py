"""The review of access: when it is due, the roles to decide on, the decisions, and the whole of it on paper."""

from datetime import UTC

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecrf.access.requests import UserRequest, whole_number
from ecrf.people.administering import require_administrator, require_seeing_access
from ecrf.people.answering import answered
from ecrf.people.forms import AskForReason
from ecrf.people.review import services

PAGE_ROWS = 50


@require_GET
def reviews_page(request: UserRequest) -> HttpResponse:
    """When the next one is due, and those that were finished."""
    require_seeing_access(request.user)
    context = {
        "due": services.review_due(),
        "reviews": services.reviews(),
        "days": settings.ACCESS_REVIEW_DAYS,
        "zone": UTC,
    }
    return render(request, "people/review/reviews.html", context)


@require_POST
def begin_review(request: UserRequest) -> HttpResponse:
    require_administrator(request.user)
    return redirect("access-review", services.begin_review(by=request.user).pk)


@require_GET
def review_page(request: UserRequest, pk: int) -> HttpResponse:
    """The roles that wait for a decision, and the decisions."""
    require_administrator(request.user)
    review = get_object_or_404(services.reviews(), pk=pk)
    left = [] if review.finished_at else services.to_decide(review)
    context = {
        "review": review,
        "left_to_nobody": services.left_to_nobody(left, request.user),
        "page": Paginator(services.with_right(left, request.user), PAGE_ROWS).get_page(
            whole_number(request.GET.get("page", "")) or 1
        ),
        "decisions": services.decisions_of(review),
        "without": services.without_decision(review),
        "zone": UTC,
    }
    return render(request, "people/review/review.html", context)


@require_POST
def confirm_page(request: UserRequest, pk: int) -> HttpResponse:
    """Those that are ticked are confirmed."""
    require_administrator(request.user)
    review = get_object_or_404(services.reviews(), pk=pk)
    ticked = [number for text in request.POST.getlist("role") if (number := whole_number(text)) is not None]
    try:
        done = services.confirm_access(review=review, memberships=ticked, by=request.user)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        words = ngettext("%(number)d role confirmed.", "%(number)d roles confirmed.", done)
        if done:
            messages.success(request, words % {"number": done})
        else:
            messages.info(request, gettext("Tick the roles to confirm."))
    return redirect("access-review", pk)


@require_http_methods(["GET", "POST"])
def end_page(request: UserRequest, pk: int, role: int) -> HttpResponse:
    """End one role because of the review."""
    require_administrator(request.user)
    review = get_object_or_404(services.reviews(), pk=pk)
    membership = get_object_or_404(services.reviewed_roles(), pk=role)
    form = AskForReason(
        request.POST if request.method == "POST" else None,
        of=pgettext("of which the reason is asked", "the role ends"),
    )

    def act() -> HttpResponse:
        done = services.end_access(review=review, membership=membership, by=request.user, **form.cleaned_data)
        words = gettext("The role has ended.") if done else gettext("It was decided on or ended before.")
        messages.success(request, words)
        return redirect("access-review", pk)

    context = {"review": review, "membership": membership, "person": membership.user}
    return answered(request, form, act, "people/accounts/end_role.html", context)


@require_POST
def finish_page(request: UserRequest, pk: int) -> HttpResponse:
    require_administrator(request.user)
    review = get_object_or_404(services.reviews(), pk=pk)
    try:
        services.finish_review(review=review, by=request.user)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("access-review", pk)
    messages.success(request, gettext("The review is finished and kept. It can be printed at any time."))
    return redirect("access-reviews")


@require_GET
def print_review(request: UserRequest, pk: int) -> HttpResponse:
    require_seeing_access(request.user)
    review = get_object_or_404(services.reviews(), pk=pk)
    context = {
        "review": review,
        "decisions": services.decisions_of(review),
        "without": services.without_decision(review),
        "left": 0 if review.finished_at else len(services.to_decide(review)),
        "printed_at": timezone.now(),
        "zone": UTC,
    }
    return render(request, "people/review/print_review.html", context)
