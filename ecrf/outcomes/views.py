"""The outcomes: a page, the rows behind each of its numbers, and a print; of the study or of one site."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from ecrf.access.language import in_master
from ecrf.access.models import Site
from ecrf.access.requests import UserRequest
from ecrf.forms.protocol import protocol
from ecrf.outcomes.behind import linked_rows
from ecrf.outcomes.current import current_report
from ecrf.outcomes.paper import file_name, printed_report
from ecrf.outcomes.reach import cuts_of, reach_cut, reach_results_of, require_study
from ecrf.outcomes.report import Report, ReportScope


@require_GET
def study(request: UserRequest) -> HttpResponse:
    """The results of the whole study."""
    require_study(request.user)
    return _page(request, _scope(request))


@require_GET
def site(request: UserRequest, code: str) -> HttpResponse:
    """Those of one site's patients."""
    return _page(request, _scope(request, reach_results_of(request.user, code)))


@require_GET
def study_rows(request: UserRequest, key: str) -> HttpResponse:
    """What one of the study's numbers was calculated from."""
    require_study(request.user)
    return _rows(request, _scope(request), key)


@require_GET
def site_rows(request: UserRequest, code: str, key: str) -> HttpResponse:
    """The same of one site."""
    return _rows(request, _scope(request, reach_results_of(request.user, code)), key)


@require_GET
def study_pdf(request: UserRequest) -> HttpResponse:
    """The report of the whole study, to keep or to send."""
    require_study(request.user)
    return _pdf(_scope(request))


@require_GET
def site_pdf(request: UserRequest, code: str) -> HttpResponse:
    """The report of one site."""
    return _pdf(_scope(request, reach_results_of(request.user, code)))


def _scope(request: UserRequest, site: Site | None = None) -> ReportScope:
    """Of the data as they stand, or of the cut that `?cut=` names: then everything is as of its moment."""
    cut = reach_cut(request.user, request.GET.get("cut", ""))
    return ReportScope(cut.taken_at if cut else timezone.now(), site, cut)


def _report(scope: ReportScope) -> Report:
    """What the trial reports; a trial may have no report."""
    if not protocol().outcomes:
        raise Http404
    return current_report(scope)


def _context(scope: ReportScope) -> dict[str, object]:
    """Where the pages of this scope stand: `here`, with `of_cut` behind the address of each."""
    here = reverse("site-outcomes", args=[scope.site.code]) if scope.site else reverse("outcomes")
    of_cut = f"?{urlencode({'cut': scope.cut.name})}" if scope.cut else ""
    synthetic_data = settings.SYNTHETIC_DATA or bool(scope.cut and scope.cut.is_synthetic)
    return {"scope": scope, "here": here, "of_cut": of_cut, "synthetic_data": synthetic_data}


def _page(request: UserRequest, scope: ReportScope) -> HttpResponse:
    context = {**_context(scope), "report": _report(scope), "cuts": cuts_of(request.user)}
    return render(request, "outcomes/outcomes.html", context)


def _rows(request: UserRequest, scope: ReportScope, key: str) -> HttpResponse:
    if (make := _report(scope).behind.get(key)) is None:
        raise Http404
    rows = make()
    counted, left_out = linked_rows(rows, request.user)
    context = {
        "rows": rows,
        "counted": counted,
        "left_out": left_out,
        "why": (pgettext("column: why a patient is left out", "Why"),),
    }
    return render(request, "outcomes/rows.html", {**_context(scope), **context})


def _pdf(scope: ReportScope) -> HttpResponse:
    """The print leaves the study: it is English, whoever asks for it."""
    with in_master():
        answer = HttpResponse(printed_report(_report(scope), scope), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(scope)}"'
    return answer
