"""The patient, the visit, the form, and the history of one value: each answers GET, writes nothing."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.book import Book
from ecrf.casebook.history import item_story
from ecrf.casebook.matrix import matrix
from ecrf.casebook.models import Entry
from ecrf.casebook.outlooks import outlook_of
from ecrf.casebook.registry import CRFS
from ecrf.casebook.story import story_of
from ecrf.casebook.wording import form_title, visit_label
from ecrf.checks.sheets import entry_sheet, visit_sheets
from ecrf.monitoring.overview import shelf
from ecrf.monitoring.queries_pages import address_of
from ecrf.monitoring.reaching import reach_entry, reach_patient, reach_visit, visits_beside
from ecrf.queries.reading import open_of_patient


def patient(request: UserRequest, pk: int) -> HttpResponse:
    """One patient's casebook at a glance, as the site sees it."""
    found = reach_patient(request.user, pk)
    book = Book(found)
    seen = matrix(found, book)
    context = {
        "patient": found,
        "matrix": seen,
        "story": story_of(book, seen.outlook),
        "queries": [(query, address_of(query)) for query in open_of_patient(found)],
    }
    return render(request, "monitoring/patient.html", context)


def visit(request: UserRequest, pk: int) -> HttpResponse:
    """Every form of one visit, every item in words."""
    found = reach_visit(request.user, pk)
    sheets, book = visit_sheets(found), Book(found.patient)
    outlook = outlook_of(found.patient, book)
    context = {
        "patient": found.patient,
        "visit": found,
        "title": visit_label(found),
        "visit_code": found.code,
        "due": next((due for due in outlook.visits if due.plan.code == found.code), None),
        "sheets": sheets,
        "open_questions": sum(sheet.open_questions for sheet in sheets),
        "beside": [
            other and {"pk": other.pk, "label": visit_label(other)}
            for other in visits_beside(found, book.visit_days)
        ],
        "may_review": True,
        "print_url": reverse("print-visit", args=[found.patient.number, found.code]),
    }
    return render(request, "monitoring/visit.html", context)


def form(request: UserRequest, pk: int, crf: str = "") -> HttpResponse:
    """One form with its rows; with `crf`, 404 if it is of another kind."""
    entry = reach_entry(request.user, pk)
    if crf not in ("", entry.crf):
        raise Http404
    context = {
        "patient": entry.patient,
        "entry": entry,
        "title": form_title(entry),
        "visit_label": visit_label(entry.visit),
        "sheet": entry_sheet(entry),
        "list": shelf(CRFS[entry.crf]),
        "may_review": request.user.may(Right.REVIEW, entry.site),
        "print_url": _print_url(entry) if request.user.may(Right.REVIEW, entry.site) else "",
    }
    return render(request, "monitoring/form.html", context)


def history(request: UserRequest, pk: int, name: str) -> HttpResponse:
    """Who changed one value when, from what to what, and why: a fragment for the page, or a page of its own."""
    entry = reach_entry(request.user, pk)
    definition = CRFS[entry.crf]
    if name not in definition.items:
        raise Http404
    sheet = entry_sheet(entry)
    if sheet.row is None:
        raise Http404
    context = {
        "patient": entry.patient,
        "entry": entry,
        "title": form_title(entry),
        "visit_label": visit_label(entry.visit),
        "reading": sheet.readings[name],
        "lines": item_story(definition, sheet.row, name),
        "zone": entry.site.zone,
        "may_review": request.user.may(Right.REVIEW, entry.site),
    }
    whole = not request.headers.get("HX-Request")
    return render(request, f"monitoring/{'history' if whole else '_history'}.html", context)


def _print_url(entry: Entry) -> str:
    """Where the visit, or the log, that holds the form is printed."""
    number = entry.patient.number
    if entry.visit:
        return reverse("print-visit", args=[number, entry.visit.code])
    return reverse("print-log", args=[number, CRFS[entry.crf].row_of or entry.crf])
