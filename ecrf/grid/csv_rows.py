"""The grid as a table for spreadsheets: a row for each patient, visit and form, its states in words."""

from collections.abc import Iterator
from datetime import date, datetime

from ecrf.forms.registry import CRFS
from ecrf.grid.cells import STATES, FormCell
from ecrf.grid.load import PatientRow
from ecrf.grid.page import GridScope, rows_of
from ecrf.grid.spots import HOLDS
from ecrf.trail.download import csv_file
from ecrf.trail.download.csv_file import data_words

COLUMNS = (
    *(
        "site",
        "practice",
        "patient",
        "patient_state",
        "visit",
        "visit_label",
        "visit_state",
        "due_on",
        "visited_on",
    ),
    *(
        "form",
        "form_title",
        "state",
        "forms",
        "missing",
        "open_queries",
        "to_verify",
        "verified",
        "signature",
    ),
    *("hold", "data"),
)
"""Their names and order never change; a new one is put before `data`."""
CHUNK = 40
MOST = 1_000
"""How many patients one file may hold: it is built within the time that the server gives a request (30 s)."""


def rows(scope: GridScope) -> Iterator[list[str]]:
    """Whatever columns are chosen: all visits, forms and logs; where a state is looked for, only what is in it."""
    patients = list(scope.patients[:MOST])
    for first in range(0, len(patients), CHUNK):
        for row in rows_of(scope, patients[first : first + CHUNK]):
            for cells, form in _places(row):
                if not scope.state or scope.state in form.states:
                    line = {**_patient(row), **cells, **_form(form)}
                    yield [line[column] for column in COLUMNS]


def _places(row: PatientRow) -> Iterator[tuple[dict[str, str], FormCell]]:
    for visit in row.visits:
        cells = {
            "visit": visit.due.plan.code,
            "visit_label": visit.due.plan.label,
            "visit_state": visit.due.state.value,
            "due_on": _day(visit.due.due_on),
            "visited_on": _day(visit.due.visited_on),
        }
        yield from ((cells, form) for form in visit.forms if form.state)
    nowhere = dict.fromkeys(("visit", "visit_label", "visit_state", "due_on", "visited_on"), "")
    yield from ((nowhere, log) for log in row.logs.values())


def _patient(row: PatientRow) -> dict[str, str]:
    site = row.patient.site
    return {
        "site": site.code,
        "practice": "practice" if site.is_practice else "",
        "patient": row.patient.number,
        "patient_state": row.schedule.state.value,
        "data": data_words(),
    }


def _form(cell: FormCell) -> dict[str, str]:
    status, is_complete = cell.status, cell.state == "complete"
    signature = "broken" if status.is_broken else "signed" if status.is_signed else "not signed"
    return {
        "form": cell.key,
        "form_title": CRFS[cell.key].title,
        "state": str(STATES[cell.state][1]),
        "forms": str(cell.form.count if cell.form else 0),
        "missing": str(cell.missing),
        "open_queries": str(status.queries),
        "to_verify": str(status.left) if is_complete else "",
        "verified": str(status.verified) if is_complete else "",
        "signature": signature if is_complete or status.is_broken else "",
        "hold": str(HOLDS[status.hold][1]) if status.hold else "",
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def file_name(scope: GridScope, at: datetime) -> str:
    """`grid-site-01-20261122T0930Z.csv`."""
    return csv_file.file_name(f"grid-{f'site-{scope.site}' if scope.site else 'all-sites'}", at)
