"""A fault of the trail that was looked into is recorded as known, and hides no other one."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent, KnownFault
from ecrf.audit.verifying.verify import verify
from tests.builders import a_patient, a_visit, enter
from tests.database import tamper

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]

WHY = "A statement typed at the prompt, see the note to file of 27 November"


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    for value in ("31.5", "30.0", "29.0"):
        enter(visit, "reading", coordinator, value_1=value)
    return visit


def alter(visit, position: int) -> None:
    tamper(
        "UPDATE audit_auditevent SET reason = reason || 'x' WHERE (chain, position) = (%s, %s)",
        visit.patient_id,
        position,
    )


def record(mark: str, by: str = "data_manager", reason: str = WHY) -> None:
    call_command("record_fault", mark, by=by, reason=reason, stdout=StringIO())


def only_mark() -> str:
    (fault,) = verify().faults
    return fault.mark[:12]


def test_known_fault_is_listed_and_lets_the_trail_hold(visit, data_manager):
    alter(visit, 3)
    record(only_mark())
    out = StringIO()
    call_command("verify_audit", stdout=out)
    first, last = out.getvalue().splitlines()
    assert first.startswith(f"KNOWN     patient id {visit.patient_id}, event 3: its content does not match")
    assert f"data_manager: {WHY})" in first
    assert last.startswith("The audit trail holds, but for 1 known faults: ")


def test_known_fault_hides_no_other_of_its_chain_and_none_of_the_data(visit, data_manager):
    alter(visit, 3)
    record(only_mark())
    alter(visit, 5)
    tamper("UPDATE stub_trial_stubreading SET value_1 = 99")
    assert [(fault.chain, fault.position) for fault in verify().faults] == [(visit.patient_id, 5), (None, 0)]


def test_what_is_tampered_with_again_at_the_same_place_is_another_fault(visit, data_manager):
    alter(visit, 3)
    tamper("UPDATE stub_trial_stubreading SET value_1 = 98")
    for fault in verify().faults:
        record(fault.mark)
    assert verify().faults == []
    alter(visit, 3)
    tamper("UPDATE stub_trial_stubreading SET value_1 = 99")
    assert [(fault.chain, fault.position) for fault in verify().faults] == [(visit.patient_id, 3), (None, 0)]


def test_events_gone_from_the_end_stay_the_known_fault_they_were_when_people_go_on_writing(
    visit, coordinator, data_manager
):
    last = AuditEvent.objects.filter(chain=visit.patient_id).latest("position")
    enter(visit, "reading", coordinator, value_1="28.0")
    tamper(
        "DELETE FROM audit_auditevent WHERE (chain, position) = (%s, %s)", visit.patient_id, last.position + 1
    )
    for fault in verify().faults:
        record(fault.mark)
    assert verify().faults == []
    enter(visit, "scale", coordinator, before_dose="yes")
    assert verify().faults == []
    assert [fault.what for fault in verify().known if fault.chain] == [
        f"expected position {last.position + 1}: an event was removed or moved"
    ]


def test_known_fault_stands_in_the_trail_with_who_and_why(visit, data_manager):
    alter(visit, 3)
    mark = verify().faults[0].mark
    record(mark[:12])
    event = AuditEvent.objects.get(table="audit_knownfault")
    assert (event.actor, event.role, event.reason, event.changes["mark"]) == (
        "data_manager", "data-manager", WHY, [None, mark],
    )  # fmt: skip


def test_row_without_its_event_excuses_nothing(visit, data_manager):
    """Put there past the triggers, it is a fault more."""
    alter(visit, 3)
    tamper(
        "INSERT INTO audit_knownfault (mark, fault, reason, operator, recorded_by_id) VALUES (%s, 'x', 'x', 'x', %s)",
        verify().faults[0].mark,
        data_manager.pk,
    )
    found = [fault.what for fault in verify().faults]
    assert found[0] == "its content does not match its hash: it was altered"
    assert any("of audit_knownfault: the trail does not tell of it" in what for what in found)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_knownfault SET reason = 'x'", "DELETE FROM audit_knownfault", "TRUNCATE audit_knownfault"],
)
def test_known_fault_is_never_changed_or_deleted(statement, visit, data_manager):
    alter(visit, 3)
    record(only_mark())
    with pytest.raises(DatabaseError, match="are never"), acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"mark": "3fa9c1d20b7e"}, "no such mark"),
        ({"mark": ""}, "no such mark"),
        ({"by": "coordinator"}, "coordinator is no data manager"),
        ({"by": "nobody"}, "nobody is no data manager"),
        ({"reason": "x"}, "Say why, in 3 to 500 characters"),
    ],
)
def test_fault_that_cannot_be_recorded_is_refused_in_words(how, says, visit, data_manager):
    alter(visit, 3)
    given = {"mark": only_mark(), **how}
    with pytest.raises(CommandError, match=says), transaction.atomic():
        record(**given)
    assert not KnownFault.objects.exists()


def test_known_fault_is_not_recorded_twice(visit, data_manager):
    alter(visit, 3)
    mark = only_mark()
    record(mark)
    with pytest.raises(CommandError, match="not yet known"):
        record(mark)
