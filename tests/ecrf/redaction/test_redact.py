"""Redaction: the text is gone from the whole database, the rest stays, and a tombstone says who, when and why."""

import pytest

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent, Redaction
from ecrf.audit.texts import cleaned
from ecrf.audit.verifying.verify import verify
from ecrf.checks.models import Discrepancy
from ecrf.locks.models import Lock, LockScope
from ecrf.monitoring.models import MonitoringVisit
from ecrf.queries.models import Message, Query
from ecrf.redaction.services import RedactionRefused
from ecrf.signatures.models import Signature
from ecrf.trail.models import TrailExport
from ecrf.verification.models import Verification
from tests.builders import a_patient, a_visit, enter
from tests.database import sql
from tests.ecrf.redaction.conftest import NAME, WHY, dump, tables_with

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-010")]


# --- it is gone -------------------------------------------------------------------------------------------


def test_text_is_nowhere_in_the_whole_database_afterwards(everywhere):
    assert set(tables_with(NAME)) == {
        "audit_auditevent",
        "checks_discrepancy",
        "locks_lock",
        "monitoring_monitoringvisit",
        "queries_message",
        "queries_query",
        "trail_trailexport",
        "verification_verification",
    }
    everywhere.redact()
    assert tables_with(NAME) == []
    assert verify().faults == []


def test_only_the_text_goes_and_what_stood_around_it_stays(everywhere):
    everywhere.redact()
    assert Query.objects.get().text == Message.objects.get().text == "Who is [redacted]?"
    assert Verification.objects.get().value == "70 /min ([redacted])"
    assert Discrepancy.objects.get().text == "Is [redacted] right?"
    assert Lock.objects.get().open_points == "[redacted]; two more"
    assert TrailExport.objects.get().filters == "[redacted]"
    visit = MonitoringVisit.objects.get()
    assert visit.report == "[redacted] was seen.\n"
    assert visit.worklist["sections"][0]["lines"] == [{"note": "asked: [redacted]"}]
    grip = [e for e in everywhere.events() if e.table == "stub_trial_stubreading"]
    assert grip[0].changes["device"] == [None, "of [redacted], and [redacted]"]
    assert grip[1].changes["assessor.missing"][1] == {"reason": "unknown", "comment": "[redacted] did it"}
    assert (grip[2].changes["device"], grip[2].reason) == (
        ["of [redacted], and [redacted]", "JD-1"],
        "That was [redacted]",
    )


def test_redacted_patient_keeps_its_data_verification_and_signature(everywhere):
    everywhere.world.sign()
    before = dump()
    everywhere.redact()
    after = dump()
    kept = [table for table in before if table.startswith(("trial_", "casebook_", "access_", "signatures_"))]
    assert {table: after[table] for table in kept} == {table: before[table] for table in kept}
    assert Signature.objects.get().stands
    assert Verification.objects.get().stands


def test_other_patients_and_other_sites_are_not_touched(everywhere, site, other_site, coordinator, outsider):
    others = [a_patient(site, coordinator), a_patient(other_site, outsider)]
    for other, by in zip(others, (coordinator, outsider), strict=True):
        enter(a_visit(other, "W01", by), "reading", by, device=NAME)
    everywhere.redact()
    assert set(tables_with(NAME)) == {"audit_auditevent", "stub_trial_stubreading"}
    assert not Redaction.objects.filter(chain__in=[other.pk for other in others]).exists()


# --- the tombstone ----------------------------------------------------------------------------------------


def test_tombstone_says_which_event_by_whom_why_and_what_stood_and_stands_there(typed, data_manager):
    old = {event.position: event.hash for event in typed.events()}
    done = typed.redact()
    stones = list(typed.tombstones())
    assert [stone.places for stone in stones] == [2, 1, 3, 1]
    assert (done.places, done.events, done.rows) == (7, 4, 0)
    for stone in stones:
        event = typed.events().get(position=stone.position)
        assert event.hash == old[stone.position] == stone.before != stone.after
        assert (stone.redacted_by, stone.reason, stone.operator) == (data_manager, WHY, "root")


def test_tombstone_is_in_the_patients_chain_with_the_data_manager_and_the_reason(typed):
    length = typed.events().count()
    typed.redact()
    told = typed.events().filter(position__gt=length)
    assert {(e.table, e.operation, e.actor, e.role, e.reason, e.source) for e in told} == {
        ("audit_redaction", "INSERT", "data_manager", "data-manager", WHY, "command")
    }
    assert len(told) == typed.tombstones().count() == 4


def test_change_of_a_kept_copy_is_in_the_trail_and_redacted_there_as_well(everywhere):
    everywhere.redact()
    changed = everywhere.events().get(table="queries_message", operation="UPDATE")
    assert changed.changes == {"text": ["Who is [redacted]?", "Who is [redacted]?"]}
    assert everywhere.tombstones().filter(position=changed.position).exists()


# --- any text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "山田 仮名",
        "O'Brien-Test",
        'x"y\\z',
        "\\u0041",
        "a\nb\tc",
        "😀太郎",
        "%s {0} %%",
        "e\u0301xy",
        "{}[]:,",
        "a]b",
    ],
)
def test_any_text_is_found_and_gone(text, mistake):
    typed = type(mistake)(mistake.world, text)
    typed.type_it()
    typed.redact()
    assert tables_with(cleaned(text)) == tables_with(text) == []
    assert verify().faults == []


@pytest.mark.parametrize("text", ["Nashi\u00a0Taro", "Nashi\r\nTaro", "Nashi Tare\u0301"])
def test_text_that_stands_as_it_was_typed_is_found_too(text, mistake):
    """A report is kept as it was typed, and so was every text before they were cleaned."""
    typed = type(mistake)(mistake.world, text)
    typed.type_it()
    typed.copy_it()
    typed.redact()
    assert tables_with(text) == []
    typed.redact()
    assert tables_with(cleaned(text)) == []
    with pytest.raises(RedactionRefused, match="stands nowhere"):
        typed.redact()


def test_part_of_an_escape_is_no_text(mistake):
    """In JSON a line break is \\n: who looks for "nab" there finds one in "\\nab"."""
    enter(mistake.world.visit, "reading", mistake.world.coordinator, device="x\nab")
    with pytest.raises(RedactionRefused, match="stands nowhere"):
        mistake.redact(said="nab")


def test_capitals_count(typed):
    with pytest.raises(RedactionRefused, match="stands nowhere"):
        typed.redact(said=NAME.upper())


@pytest.mark.parametrize(
    ("value", "text", "becomes"),
    [
        ("annanna", "anna", "[redacted]"),
        ("annaanna", "anna", "[redacted][redacted]"),
        ("xaaaaay", "aaa", "x[redacted]y"),
        ("aaa aaa", "aaa", "[redacted] [redacted]"),
        ("太郎太郎太", "太郎太", "[redacted]"),
    ],
)
def test_overlapping_places_leave_nothing_that_tells_the_text(value, text, becomes, mistake):
    assert sql("SELECT audit_text_without(%s, %s)", value, text) == [(becomes,)]


def test_event_of_a_table_that_the_code_no_longer_has_is_redacted_in_all_its_items(db):
    found = sql(
        """SELECT audit_row_without('{"a": [null, "xabcx"], "b": [1, {"c": ["abc"]}]}', 'abc', NULL)::text"""
    )
    assert found == [('{"a": [null, "x[redacted]x"], "b": [1, {"c": ["[redacted]"]}]}',)]


def test_text_that_would_form_again_beside_the_mark_is_refused(mistake):
    visit, by = mistake.world.visit, mistake.world.coordinator
    enter(visit, "reading", by, device="d]yy")
    enter(visit, "reading", by, device="JD-1")
    before = dump()
    with pytest.raises(RedactionRefused, match="form again"):
        mistake.redact(said="d]y")
    assert dump() == before


def test_codes_that_hold_the_text_by_chance_stay_what_they_are(mistake):
    """ "monitor" is a role and a turn, "nit" stands in it."""
    mistake.world.ask("A nit was found.")
    mistake.redact(said="nit")
    query = Query.objects.get()
    assert (query.text, query.asked_in) == ("A [redacted] was found.", "monitor")
    event = mistake.events().get(table="queries_query", operation="INSERT")
    assert (event.changes["asked_in"], event.actor) == ([None, "monitor"], "monitor")


def test_mark_that_does_not_fit_into_a_column_is_cut_at_its_end(mistake):
    lock = mistake.world.lock(LockScope.SITE)
    with acting(SYSTEM):
        Lock.objects.filter(pk=lock.pk).update(reason="x" * 497 + "Qzx")
    mistake.world.lift(Lock.objects.get())
    mistake.redact(said="Qzx")
    assert Lock.objects.get().reason == "x" * 497 + "[re"


def test_second_text_in_the_same_events_is_redacted_too(typed):
    typed.redact()
    typed.redact(said="did it", reason="That too")
    touched = typed.events().filter(changes__has_key="assessor.missing")
    assert [typed.tombstones().filter(position=event.position).count() for event in touched] == [2, 2]
    assert verify().faults == []


def test_personal_data_in_the_reason_of_a_redaction_are_redacted_like_any_other(typed):
    typed.redact(reason="Somebody called Ozuka typed it")
    typed.redact(said="Ozuka", reason="A name again")
    assert tables_with("Ozuka") == []
    assert verify().faults == []
    assert AuditEvent.objects.filter(table="audit_redaction", operation="UPDATE").exists()
