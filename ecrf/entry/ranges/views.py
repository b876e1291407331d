"""The reference ranges of a site's laboratory: read, added, ended, withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ecrf.access.models import User
from ecrf.access.reach import reach, reach_site
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.laboratory.models import ReferenceRange
from ecrf.casebook.laboratory.services import RangeRefused, add_ranges, all_ranges, end_range, withdraw_range
from ecrf.entry.ranges.forms import EndForm
from ecrf.entry.ranges.page import RangePage, range_page
from ecrf.entry.visit.guard import withheld
from ecrf.entry.visit.posted import reason_given


@require_http_methods(["GET", "POST"])
def ranges(request: UserRequest, code: str) -> HttpResponse:
    """Every range of the site by test; a POST adds those that were filled in, all or none."""
    site = reach_site(request.user, code, Right.READ)
    if request.method == "GET":
        return _render(request, range_page(site))
    page = range_page(site, request.POST)
    if held := withheld(request.user, site):
        page.problem = held.words
        return _render(request, page, status=403)
    added = _add(page, request.user)
    if not added:
        return _render(request, page, status=422)
    words = ngettext(
        "One range is saved. The values of the site were flagged anew.",
        "%(number)s ranges are saved. The values of the site were flagged anew.",
        added,
    )
    messages.success(request, words % {"number": added})
    return redirect("ranges", site.code)


@require_POST
def end(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """Say until which day a range holds."""
    range = _range(request, code, pk)
    form = EndForm(range.site, request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        end_range(found=range, valid_to=form.cleaned_data["valid_to"], by=request.user)
    except (ValidationError, PermissionDenied) as error:
        return _refused(request, range, error, "valid_to")
    messages.success(
        request, gettext("The range holds until %(day)s.") % {"day": form.cleaned_data["valid_to"]}
    )
    return redirect("ranges", code)


@require_POST
def withdraw(request: UserRequest, code: str, pk: int) -> HttpResponse:
    """Take a wrong range out of use, with the reason."""
    range = _range(request, code, pk)
    try:
        withdraw_range(found=range, by=request.user, reason=reason_given(request.POST))
    except (ValidationError, PermissionDenied) as error:
        return _refused(request, range, error, "reason")
    messages.success(request, gettext("The range is withdrawn. The values of the site were flagged anew."))
    return redirect("ranges", code)


def _range(request: UserRequest, code: str, pk: int) -> ReferenceRange:
    return reach(request.user, all_ranges(), Right.READ, pk=pk, site__code=code)


def _add(page: RangePage, by: User) -> int:
    """How many were added; 0 if nothing was, and the page then says why."""
    lines = page.given()
    if not lines:
        return 0
    try:
        add_ranges(site=page.site, given=lines, by=by)
    except RangeRefused as refused:
        page.refuse(refused)
        return 0
    return len(lines)


def _refused(
    request: UserRequest, range: ReferenceRange, error: ValidationError | PermissionDenied, field: str
) -> HttpResponse:
    page = range_page(range.site)
    view = page.view_of(range)
    words, status = (
        (" ".join(error.messages), 422) if isinstance(error, ValidationError) else (str(error), 403)
    )
    view.error, view.wrong, view.typed = words, field, request.POST.get(field, "")
    return _render(request, page, status=status)


def _render(request: UserRequest, page: RangePage, status: int = 200) -> HttpResponse:
    held = withheld(request.user, page.site) if request.method == "GET" else None
    return render(request, "entry/ranges/ranges.html", {"page": page, "held": held}, status=status)
