"""What the audit trail costs: one whole form saved with the triggers and without them, in turn."""

import statistics
import time
from itertools import cycle

from django.db import connection

from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from tests.bench.seeding import LAST_VISIT, Study
from tests.bench.table import Line, told

TURNS = 40
SAVES_A_TURN = 4
HEAD = {"device": "SYN-VIG-01", "assessor": "A1"}
FORMS = (
    HEAD | {f"{side}_{n}": str(40 + n) for side in ("right", "left") for n in (1, 2, 3)},
    HEAD | {"assessor": "A2"} | {f"{side}_{n}": str(41 + n) for side in ("right", "left") for n in (1, 2, 3)},
)


def measure_trail(study: Study) -> list[Line]:
    """Median milliseconds of `record` for a whole grip strength form; the triggers are on again after it."""
    patient = study.small.patients[-2]
    place = Place(patient, CRFS["grip-strength"], Visit.objects.get(patient=patient, code=LAST_VISIT))
    by = study.small.coordinator.acting_at(study.small.site, Right.ENTER)
    forms = cycle(FORMS)
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * TURNS):
        with_trail = turn % 2 == 0
        switch(on=with_trail)
        record(place=place, values=next(forms), by=by)
        for _ in range(SAVES_A_TURN):
            start = time.perf_counter()
            assert record(place=place, values=next(forms), by=by).changed
            times[with_trail].append((time.perf_counter() - start) * 1000)
    switch(on=True)
    with_it, without = statistics.median(times[True]), statistics.median(times[False])
    said = f"{with_it:.2f} ms with, {without:.2f} ms without: {with_it - without:.2f} ms"
    return [told("audit trigger, one grip strength form of 8 items saved in-process", said)]


def switch(*, on: bool) -> None:
    """Enable or disable the audit triggers of the tables that the save writes, in the scratch database."""
    verb = "ENABLE" if on else "DISABLE"
    tables = [model._meta.db_table for model in (CRFS["grip-strength"].model, Entry, Discrepancy)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE starts_with(tgname, 'pgtrigger_audit_') AND tgrelid = ANY (%s::regclass[])",
            [tables],
        )
        found = cursor.fetchall()
        assert len(found) == len(tables), "An audit trigger was not found."
        for table, trigger in found:
            cursor.execute(f'ALTER TABLE {table} {verb} TRIGGER "{trigger}"')
