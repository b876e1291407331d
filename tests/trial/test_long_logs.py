"""A file with many rows of one log, or many results, of one patient: a row costs what it costs in a short file."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from math import inf
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook import data as patient_data
from ecrf.casebook.models import Patient, PatientStatus
from ecrf.checks import running
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.imports.models import ImportState, RowKind
from ecrf.imports.plan import carrying_out
from ecrf.imports.plan.carrying_out import carry_out
from ecrf.imports.sources.row import SourceRow
from ecrf.imports.work import giving_way
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from tests.bench.counting import FRAME
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds, whys
from tests.trial.test_imports import MAPPING
from trial.checks import duplicates
from trial.lab_tests import LAB_TESTS

pytestmark = pytest.mark.django_db

SIZES = 12, 24, 48


def events(patient: Patient, many: int) -> str:
    """So many adverse events, each with a term of its own, some of them serious: of that a check asks."""
    lines = [
        f"{patient.number},{at},Synthetic event {at},{date(2026, 1, 1) + timedelta(days=at)},"
        f"{'yes' if at % 3 == 0 else 'no'}"
        for at in range(1, many + 1)
    ]
    return "\n".join(["patient,number,term,started_on,serious", *lines])


class Work:
    """What was done: statements, loads of a patient's rows, checks that were run, rows that were compared for twins."""

    def __init__(self, monkeypatch) -> None:
        self.done: Counter[str] = Counter()
        for where, name in (
            (patient_data, "load_rows"),
            (running, "_ask"),
            (duplicates, "_on_the_same_days"),
        ):
            monkeypatch.setattr(where, name, self._counted(getattr(where, name), name))
        # What it asks now and then by the clock, whether anybody waits, would count a slow machine's seconds.
        monkeypatch.setattr(giving_way, "HOLDS_FOR", inf)

    def _counted(self, function: Callable, name: str) -> Callable:
        def counted(*args, **more):
            self.done[name] += 1
            return function(*args, **more)

        return counted

    def of(self, act: Callable[..., Any], *given: Any, **more: Any) -> tuple[Any, Counter[str]]:
        self.done.clear()
        with CaptureQueriesContext(connection) as captured:
            answer = act(*given, **more)
        self.done["statements"] = sum(not query["sql"].startswith(FRAME) for query in captured)
        return answer, Counter(self.done)


def assert_each_row_costs_the_same(found: dict[int, Counter[str]]) -> None:
    """Twice as many rows more cost twice as much more, and the casebook is read as often for many as for few."""
    few, some, many = (found[size] for size in sorted(found))
    for name in many:
        grows, grows_twice = some[name] - few[name], many[name] - some[name]
        assert grows_twice <= 2 * grows + 3, (name, few[name], some[name], many[name])
    assert len({one["load_rows"] for one in found.values()}) == 1


def test_a_row_of_a_long_log_is_looked_at_and_imported_for_what_it_costs_in_a_short_one(
    site, coordinator, monkeypatch
):
    a_file(events(a_patient(site, coordinator), 2), coordinator, form="adverse-event", site=site)
    work, looked, imported = Work(monkeypatch), {}, {}
    for size in SIZES:
        content = events(a_patient(site, coordinator), size)
        batch, looked[size] = work.of(a_file, content, coordinator, form="adverse-event", site=site)
        assert kinds(batch) == ["new"] * size
        _batch, imported[size] = work.of(bring_it_in, batch, coordinator)
        assert batch.state == ImportState.DONE
    assert Discrepancy.objects.filter(check_id="AE-008").count() == sum(size // 3 for size in SIZES)
    for found in (looked, imported):
        assert_each_row_costs_the_same(found)
        assert found[max(SIZES)]["statements"] < 6 * max(SIZES)


def test_a_row_that_changes_a_long_log_costs_what_it_costs_in_a_short_one(site, coordinator, monkeypatch):
    work, found = Work(monkeypatch), {}
    for size in SIZES:
        patient = a_patient(site, coordinator)
        bring_it_in(a_file(events(patient, size), coordinator, form="adverse-event", site=site), coordinator)
        changed = events(patient, size).replace("Synthetic", "Invented")
        batch, found[size] = work.of(a_file, changed, coordinator, form="adverse-event", site=site)
        assert kinds(batch) == ["changed"] * size
    assert_each_row_costs_the_same(found)


def test_results_of_many_visits_cost_what_those_of_one_cost(site, coordinator, data_manager, monkeypatch):
    work, found = Work(monkeypatch), {}
    for visits in (2, 4, 8):
        patient, lines = a_patient(site, coordinator), []
        for at in range(visits):
            day = date(2026, 1, 5) + timedelta(days=at)
            visit = a_visit(patient, "W01" if not at else f"UNS-{at}", coordinator)
            enter(visit, "laboratory", coordinator, collected_on=str(day))
            tests = LAB_TESTS[:6]
            lines += [f"{patient.number},{day},{one.code},10.5,{one.units[0]}" for one in tests]
        content = "\n".join(["patient,date,test,value,unit", *lines])
        batch, found[visits] = work.of(
            a_file, content, data_manager, file_format="laboratory", mapping=MAPPING
        )
        assert set(kinds(batch)) == {"new"}
    assert_each_row_costs_the_same(found)


def test_rows_that_the_database_refuses_do_not_have_the_casebook_read_again(
    site, coordinator, data_manager, monkeypatch
):
    work, found = Work(monkeypatch), {}
    for size in SIZES:
        patient = a_patient(site, coordinator)
        bring_it_in(a_file(events(patient, size), coordinator, form="adverse-event", site=site), coordinator)
        actor = data_manager.acting_at(site, Right.LOCK)
        put(
            kind=LockKind.FREEZE,
            scope=LockScope.PATIENT,
            patient=patient,
            reason="Settled",
            by=data_manager,
            actor=actor,
        )
        changed = events(patient, size).replace("Synthetic", "Invented")
        batch, found[size] = work.of(a_file, changed, coordinator, form="adverse-event", site=site)
        assert kinds(batch) == ["refused"] * size
        assert all("Settled" in why for why in whys(batch))
    assert_each_row_costs_the_same(found)


def a_row(number: int, patient: Patient, form: str, **given) -> SourceRow:
    where = {name: given.pop(name) for name in ("visit", "form_number", "visit_on") if name in given}
    return SourceRow(number, patient.number, form, values=given, **where)


def rows_that_bear_on_each_other(patient: Patient) -> list[SourceRow]:
    """Visits out of their order, an event twice, serious ones of which one has its form, and a late consent."""
    given = [
        ("vital-signs", {"visit": "W07", "visit_on": "2026-02-16", "weight_kg": "80"}),
        ("vital-signs", {"visit": "W01", "visit_on": "2026-01-05", "weight_kg": "60"}),
        ("vital-signs", {"visit": "W04", "visit_on": "2026-01-26", "weight_kg": "61"}),
        *(
            ("adverse-event", {"form_number": str(n), "term": term, "started_on": day, "serious": serious})
            for n, (term, day, serious) in enumerate(
                [
                    ("Synthetic headache", "2026-01-06", "yes"),
                    ("Synthetic rash", "2026-01-07", "yes"),
                    ("Synthetic headache", "2026-01-06", "no"),
                ],
                1,
            )
        ),
        ("serious-adverse-event", {"form_number": "1", "adverse_event": "1"}),
        ("consent", {"visit": "SCR", "visit_on": "2026-01-02", "signed_on": "2026-01-10"}),
    ]
    return [a_row(number, patient, form, **row) for number, (form, row) in enumerate(given, 2)]


def what_came_of_it(patient: Patient, by) -> tuple[list, list, list]:
    """What is asked, what was written of values, and the schedule's answer."""
    rows = rows_that_bear_on_each_other(patient)
    actor = by.acting_at(patient.site, Right.ENTER)
    outcomes = carry_out(patient, rows, by, actor, "Synthetic: results came by file")
    assert not [outcome for outcome in outcomes if outcome.kind == RowKind.REFUSED], outcomes
    asked = Discrepancy.objects.filter(entry__patient=patient).exclude(state=DiscrepancyState.CLEARED)
    values = AuditEvent.objects.filter(chain=patient.pk).exclude(table__startswith="checks_")
    status = PatientStatus.objects.get(patient=patient)
    return (
        sorted(
            (one.entry.crf, one.entry.address, one.check_id, one.item, one.state, one.text) for one in asked
        ),
        [
            (one.table, one.operation, sorted(one.changes), one.reason)
            for one in values.order_by("position")
            if one.table != "casebook_patient"
        ],
        [status.state, status.last_code, status.next_code, status.due_on, status.unfinished_code],
    )


def test_what_is_asked_and_written_is_the_same_as_if_all_checks_ran_for_each_row(
    site, coordinator, monkeypatch
):
    once = what_came_of_it(a_patient(site, coordinator), coordinator)
    assert {check for _form, _at, check, *_more in once[0]} >= {"AE-008", "AE-012", "DATE-001"}
    monkeypatch.setattr(carrying_out, "put_off_checks", lambda data, put_off: None)
    assert once == what_came_of_it(a_patient(site, coordinator), coordinator)


def test_a_question_that_the_last_row_settles_is_not_left_open(site, coordinator):
    """The event is serious, and its form comes with the same file, below it."""
    patient = a_patient(site, coordinator)
    what_came_of_it(patient, coordinator)
    of_forms = Discrepancy.objects.filter(entry__patient=patient, check_id="AE-008")
    assert {(one.entry.number, one.state) for one in of_forms} == {(1, "cleared"), (2, "open")}
