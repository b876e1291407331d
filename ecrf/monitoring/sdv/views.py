"""The patient, the visit, the log, the form, and the history of one value: none of them writes."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.history import item_story
from ecrf.casebook.labels import element_id, form_title, visit_label
from ecrf.casebook.log_pieces import (
    LogPiece,
    piece_query,
    piece_with,
    pieces_of,
    query_with,
    with_last_number,
)
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.read_by_safety import right_to_read
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.schedule.status import visit_due
from ecrf.casebook.story import story_of
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.formview.form_view import FormView
from ecrf.formview.load import entry_form_view, load_log, load_visit, log_form_views, visit_form_views
from ecrf.locks.lookup import lock_on_entry, lock_on_visit, locks_over
from ecrf.locks.models import Lock
from ecrf.monitoring.home.overview import list_group
from ecrf.monitoring.queries.narrowing import QueryChoice
from ecrf.monitoring.queries.views import address_of
from ecrf.monitoring.reach import (
    patients,
    read_entry,
    read_patient,
    read_visit,
    reads_casebook,
    require_form,
    visits_beside,
)
from ecrf.monitoring.sdv.copies import copies_beside
from ecrf.monitoring.sdv.grid import grid_of
from ecrf.monitoring.sdv.last_visit import LastVisit, last_visit
from ecrf.monitoring.sdv.next_place import next_place, page_of_log
from ecrf.monitoring.sdv.page import chain_length, sdv_page_of, to_verify
from ecrf.monitoring.sdv.prepared import fillers_of
from ecrf.monitoring.sdv.since_visit import since_visit
from ecrf.monitoring.visits.lists import visit_elsewhere
from ecrf.queries.lookup import open_of_patient
from ecrf.signatures.lookup import signatures_of

QUERIES = 50
"""How many open queries the page of a patient lists."""


def patient(request: UserRequest, pk: int) -> HttpResponse:
    """One patient's casebook at a glance, as the site sees it."""
    patient = read_patient(request.user, pk)
    data = PatientData(patient)
    seen = matrix(patient, data, for_reviewer=True)
    queries = list(open_of_patient(patient))
    signatures = signatures_of(patient.pk)
    request.signatures_of = {patient.pk: signatures}  # type: ignore[attr-defined]  # the page's tags ask for them there
    context = {
        "patient": patient,
        "matrix": seen,
        "story": story_of(data, seen.schedule_status),
        "grid": grid_of(patient, seen, queries, signatures),
        "may_review": request.user.may(Right.REVIEW, patient.site),
        "queries": [(query, address_of(query)) for query in queries[:QUERIES]],
        "open_queries": len(queries),
        "queries_url": QueryChoice(q=patient.number).url if len(queries) > QUERIES else "",
    }
    return render(request, "monitoring/sdv/patient.html", context)


@dataclass(frozen=True)
class Refusal:
    """Why something on a page was not done: said above the page, and at the item or form with this id. `typed` is put
    back into its field."""

    id: str
    words: str
    status: int
    typed: str = ""


def visit(request: UserRequest, pk: int, refusal: Refusal | None = None) -> HttpResponse:
    """Every form of one visit, every item in words."""
    visit, seen = read_visit(request.user, pk)  # before the values: what is saved meanwhile was not seen
    data = PatientData(visit.patient)
    loaded = load_visit(visit, data)
    form_views = loaded.at_visit(visit)
    may_review = request.user.may(Right.REVIEW, visit.patient.site)
    context = {
        "patient": visit.patient,
        "visit": visit,
        "title": visit_label(visit),
        "visit_code": visit.code,
        "due": visit_due(visit.patient, visit.code, data),
        "beside": [
            other and {"pk": other.pk, "label": visit_label(other)}
            for other in visits_beside(visit, data.visit_days)
        ],
        "struck_here": [form_view.entry for form_view in loaded.left_at(visit)],
        "may_review": may_review,
        "print_url": reverse("print-visit", args=[visit.patient.number, visit.code])
        if may_review and not visit.struck_at
        else "",
        **_work(request, visit.patient, form_views, f"visit:{visit.pk}", seen, visit=visit, data=data),
    }
    return _shown(request, "visit", context, refusal)


def log_page(
    request: UserRequest, pk: int, crf: str, refusal: Refusal | None = None, asked: int = 0
) -> HttpResponse:
    """Every form of one kind that belongs to no visit, of one patient; a long log by pieces (`?page=`, or `asked`)."""
    if crf not in (*protocol().logs, *protocol().patient_forms):
        raise Http404
    definition = CRFS[crf]
    patient = get_object_or_404(reachable(request.user, with_last_number(patients(), crf)), pk=pk)
    require_form(request.user, patient, definition)
    may_review = request.user.may(Right.REVIEW, patient.site)
    seen = chain_length(patient)
    piece = asked or whole_number(request.GET.get("page", "")) or 1
    pieces = pieces_of(patient, definition, piece, to_verify()) if definition.can_repeat else None
    loaded = load_log(patient, crf, pieces.shown if pieces else None)
    number = pieces.shown.number if pieces else 1
    context = {
        "patient": patient,
        "title": definition.plural,
        "pieces": pieces,
        "log_url": page_of_log(patient.pk, crf),
        "struck_here": [form_view.entry for form_view in loaded.left_in_log(crf)],
        "may_review": may_review,
        "print_url": reverse("print-log", args=[patient.number, crf]) + piece_query(number)
        if may_review
        else "",
        **_work(
            *(request, patient, loaded.of_log(crf), f"log:{patient.pk}:{crf}:{number}", seen),
            log=crf,
            piece=number,
        ),
    }
    return _shown(request, "visit", context, refusal)


def form(request: UserRequest, pk: int, crf: str = "", refusal: Refusal | None = None) -> HttpResponse:
    """One form with its rows; with `crf`, 404 if it is of another kind."""
    entry = read_entry(request.user, pk)
    if crf not in ("", entry.crf):
        raise Http404
    seen = chain_length(entry.patient)
    form_view, log = entry_form_view(entry), "" if entry.visit_id else CRFS[entry.crf].row_of or entry.crf
    piece = piece_with((entry.parent or entry).number)
    reads_list = request.user.may(right_to_read(CRFS[entry.crf]), entry.site)
    context = {
        "entry": entry,
        "patient": entry.patient,
        "title": form_title(entry),
        "visit_label": visit_label(entry.visit),
        "form_view": form_view,
        "list": list_group(CRFS[entry.crf]) if reads_list else None,
        "may_review": request.user.may(Right.REVIEW, entry.site),
        "print_url": _print_url(entry) if request.user.may(Right.REVIEW, entry.site) else "",
        **_work(
            *(request, entry.patient, [form_view], f"form:{entry.pk}", seen),
            visit=entry.visit,
            log=log,
            piece=piece,
        ),
    }
    return _shown(request, "form", context, refusal)


def place_page(request: UserRequest, where: str, refusal: Refusal) -> HttpResponse:
    """The page that something was done on (`visit:12`, `log:5:adverse-event:1`, `form:33`), with what was refused."""
    place, _, which = where.partition(":")
    text, _, log = which.partition(":")
    if (number := whole_number(text)) is None:
        raise Http404
    if place == "log":
        crf, _, piece = log.partition(":")
        return log_page(request, number, crf, refusal, whole_number(piece) or 1)
    return (visit if place == "visit" else form)(request, number, refusal=refusal)


def first_to_do(user: User, entry: Entry, item: str) -> str:
    """The id of the next item to verify behind this one, among the forms of its visit or log; of the page's end."""
    log = CRFS[entry.crf].row_of or entry.crf
    if entry.visit:
        form_views = visit_form_views(entry.visit)
    else:
        piece = LogPiece(piece_with((entry.parent or entry).number))
        form_views = log_form_views(entry.patient, log, piece)
    sdv_page = sdv_page_of(entry.patient, form_views, user, seen=0)
    item_views = [
        item_view
        for form_view in form_views
        for row_view in form_view.with_rows
        for item_view in row_view.item_views.values()
    ]
    here = element_id(entry.crf, entry.address, item)
    behind = item_views[[item_view.id for item_view in item_views].index(here) + 1 :]
    return next((r.id for r in behind if (standing := sdv_page.standing(r)) and standing.is_to_do), "end")


def _work(
    request: UserRequest,
    patient: Patient,
    form_views: list[FormView],
    where: str,
    seen: int,
    visit: Visit | None = None,
    log: str = "",
    piece: int = 1,
    data: PatientData | None = None,
) -> dict[str, Any]:
    """What every page of the review needs: its items with their standing, and where it goes on."""
    lock = _lock_on(patient, form_views, visit)
    sdv_page = sdv_page_of(patient, form_views, request.user, seen, lock, visit)
    after = f"visit:{visit.pk}" if visit else f"log:{patient.pk}:{log}:{piece}"
    return {
        "form_views": form_views,
        "sdv_page": sdv_page,
        "copies": copies_beside(form_views),
        "since_visit": since_visit(request.user, patient, form_views),
        "last_visit": last_visit(visit, form_views, data) if visit and data else LastVisit(),
        "lock": lock,
        "reads_casebook": reads_casebook(request.user, patient),
        "where": where,
        "zone": patient.site.zone,
        "open_questions": sum(form_view.open_questions for form_view in form_views),
        "next": next_place(request.user, patient, visit, log, piece, data) if sdv_page.may_verify else None,
        "verify_shown_url": reverse("monitor:verify-shown", args=[patient.pk]),
        "visit_elsewhere": visit_elsewhere(request.user, patient.site),
        "next_url": f"{reverse('monitor:next-to-verify')}?after={after}",
    }


def _lock_on(patient: Patient, form_views: list[FormView], visit: Visit | None) -> Lock | None:
    """What freezes or locks everything on the page; one statement."""
    locks = locks_over(patient)
    only = form_views[0].entry if len(form_views) == 1 else None
    return lock_on_visit(locks, visit) or (lock_on_entry(locks, only) if only else None)


def _shown(request: UserRequest, page: str, context: dict[str, Any], refusal: Refusal | None) -> HttpResponse:
    status, at = (refusal.status, (refusal.id, refusal.words)) if refusal else (200, ("", ""))
    fillers = fillers_of(context["sdv_page"], context["since_visit"], context["last_visit"], at)
    context |= {"refusal": refusal, "fillers": fillers}
    return render(request, f"monitoring/sdv/{page}.html", context, status=status)


def history(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Who changed one value when, from what to what, and why: a fragment for the page, or a page of its own."""
    entry = read_entry(request.user, pk)
    definition = CRFS[entry.crf]
    if name not in definition.items:
        raise Http404
    form_view = entry_form_view(entry)
    if form_view.row is None:
        raise Http404
    context = {
        "patient": entry.patient,
        "entry": entry,
        "title": form_title(entry),
        "visit_label": visit_label(entry.visit),
        "item_view": form_view.item_views[name],
        "lines": item_story(definition, form_view.row, name),
        "zone": entry.site.zone,
        "may_review": request.user.may(Right.REVIEW, entry.site),
    }
    whole = not request.headers.get("HX-Request")
    return render(request, f"monitoring/sdv/{'history' if whole else '_history'}.html", context)


def _print_url(entry: Entry) -> str:
    """Where the visit, or the log, that holds the form is printed."""
    number = entry.patient.number
    if entry.visit:
        return reverse("print-visit", args=[number, entry.visit.code])
    form = entry.parent or entry
    return reverse("print-log", args=[number, form.crf]) + query_with(form.number)
