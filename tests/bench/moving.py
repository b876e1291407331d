"""A form with its rows moved to another visit, and a whole visit to another patient: statements and transactions."""

import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from ecrf.access.models import User
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.registry import CRFS
from tests.bench.counting import Statements, client_of, statements
from tests.bench.table import Line, at_most, told
from tests.builders import a_patient, enter

if TYPE_CHECKING:
    from tests.bench.seeding import Study  # has tables of its own, which the tests do not have

FORM, WITH_ROWS = "mrc-strength", "infusion"
GRADES = [name for name in CRFS[FORM].entered if name.startswith(("right_", "left_"))]
STATEMENTS_AT_MOST = 60
OF_EACH_ROW = 6
"""A row of a form is an entry of its own, recorded as any other."""
WHOLE, NEXT = "W10", "W13"
"""The last visit that is seeded, and the one behind it."""
WHY = "Synthetic: entered into the wrong visit"


def graded(visit: Visit, by: User, items: int = len(GRADES)) -> list[Entry]:
    """One form at the visit with so many of its grades."""
    result = enter(visit, FORM, by, **dict.fromkeys(GRADES[:items], "4"))
    assert result.is_clean, result
    return list(Entry.objects.filter(visit=visit, crf=FORM, parent=None))


def moved(
    client: Client, patient: Patient, here: str, forms: Sequence[Entry], to: Patient, code: str
) -> Statements:
    """The statements of the one button."""
    address = reverse("move-look", args=[patient.number, here])
    query = urlencode({"entry": [entry.pk for entry in forms], "to": to.number, "code": code}, doseq=True)
    posted = {"reason": WHY, "key": str(uuid.uuid4())}
    return statements(lambda: client.post(f"{address}?{query}", posted), 302)


def measure_moving(study: "Study") -> list[Line]:
    by, patient = study.small.coordinator, study.small.patients[0]
    client, visit = client_of(by), patient.visits.get(code=WHOLE)
    form = Entry.objects.filter(visit=visit, crf=WITH_ROWS, parent=None)[:1]
    rows = list(Entry.objects.filter(parent=form[0]))
    items = sum(_values(entry) for entry in [form[0], *rows])
    words = f"a form of {items} items in {1 + len(rows)} rows to another visit"
    lines, count = _told(words, client, patient, list(form), patient, NEXT)
    limit = STATEMENTS_AT_MOST + OF_EACH_ROW * len(rows)
    first = at_most(lines[0].what, count, limit, lines[0].measured)
    other = a_patient(study.small.site, by)
    forms = list(Entry.objects.filter(visit=visit, parent=None, struck_at=None))
    words = f"a whole visit of {len(forms)} forms to another patient"
    return [first, *lines[1:], *_told(words, client, patient, forms, other, WHOLE)[0]]


def _values(entry: Entry) -> int:
    row = CRFS[entry.crf].model._default_manager.get(pk=entry.pk)
    return sum(getattr(row, name) is not None for name in CRFS[entry.crf].entered)


def _told(
    what: str, client: Client, patient: Patient, forms: Sequence[Entry], to: Patient, code: str
) -> tuple[list[Line], int]:
    start = time.perf_counter()
    found = moved(client, patient, WHOLE, forms, to, code)
    took = time.perf_counter() - start
    count = found.writing_transactions
    lines = [
        told(f"moving {what}, SQL statements", f"{found.count} ({len(found.writes)} writes)"),
        Line(f"moving {what}, writing transactions", str(count), "1", count == 1),
        told(f"moving {what}, once, in this process", f"{took * 1000:.0f} ms"),
    ]
    return lines, found.count
