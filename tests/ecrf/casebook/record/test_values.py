"""What is taken as a value or as a reason for none, what counts as another state of an item, what is refused whole."""

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.audit.reasons import LONGEST
from ecrf.casebook.data import stored_row
from ecrf.casebook.record.hooks import Conflict, Recorded
from ecrf.casebook.record.values import COMMENT_LIMIT, Missing, for_page, from_page
from ecrf.casebook.striking import strike_out
from tests.builders import a_patient, a_place, a_visit, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W01", coordinator)


def test_item_that_the_form_does_not_have_is_an_error_of_the_caller_and_saves_nothing(visit, coordinator):
    with pytest.raises(LookupError, match="has no item nonsense"):
        enter(visit, "reading", coordinator, device="SYN-1", nonsense="1")
    with pytest.raises(LookupError, match="has no item highest"):  # derived, never given
        enter(visit, "reading", coordinator, highest="1")
    assert not visit.entries.exists()


def test_link_names_a_row_that_this_patient_has_and_that_stands(patient, site, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    enter(a_patient(site, coordinator), "adverse-event", coordinator, number=2, term="Another's")
    assert "2" in enter(patient, "report", coordinator, adverse_event="2").refused["adverse_event"]
    assert enter(patient, "report", coordinator, adverse_event="1").is_clean
    assert enter(patient, "report", coordinator, adverse_event=Missing("unknown")).is_clean
    row = stored_row(a_place(patient, "adverse-event"))
    by = coordinator.acting_at(site, Right.ENTER)
    strike_out(entry=row.entry, by=coordinator, actor=by, reason="Entered twice")
    assert enter(patient, "report", coordinator, adverse_event="1").refused


def test_reason_for_no_value_is_one_of_the_known_with_a_comment_of_some_length(visit, coordinator):
    refused = enter(visit, "reading", coordinator, value_1=Missing("because")).refused
    assert "not applicable" in refused["value_1"]
    assert enter(visit, "reading", coordinator, value_1=Missing("unknown", "あ" * COMMENT_LIMIT)).is_clean
    longer = Missing("unknown", "x" * (COMMENT_LIMIT + 1))
    assert f"{COMMENT_LIMIT}" in enter(visit, "reading", coordinator, value_1=longer).refused["value_1"]
    assert len(stored_row(a_place(visit, "reading")).missing_reasons["value_1"]["comment"]) == COMMENT_LIMIT


def test_same_reason_again_is_no_change_and_another_comment_or_reason_is(visit, coordinator):
    enter(visit, "reading", coordinator, value_1=Missing("unknown", "lost"))
    before = AuditEvent.objects.count()
    assert enter(visit, "reading", coordinator, value_1=Missing("unknown", "lost")).changed == []
    assert AuditEvent.objects.count() == before
    for other in (Missing("unknown", "found no sheet"), Missing("not-done", "found no sheet")):
        assert enter(visit, "reading", coordinator, value_1=other).changed == ["value_1"]
    assert enter(visit, "reading", coordinator, value_1="31").row.missing_reasons == {}


def test_state_goes_to_the_page_and_comes_back():
    for state in ("", "31.5", "~not-done", '{"missing": "unknown"}', Missing("unknown")):
        assert from_page(json.loads(json.dumps(for_page(state)))) == state
    for strange in (None, 5, [], {}, {"missing": 5}, {"other": "unknown"}):
        assert from_page(strange) is None


def test_day_of_today_at_the_site_is_taken_and_a_later_one_only_where_the_item_may_lie_ahead(
    patient, visit, coordinator, monkeypatch
):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 10, 16, tzinfo=UTC))
    today = patient.site.today()
    tomorrow = today.replace(day=today.day + 1)
    assert enter(patient, "adverse-event", coordinator, started_on=tomorrow.isoformat()).refused
    assert enter(patient, "adverse-event", coordinator, started_on=today.isoformat()).is_clean
    ahead = {"expires_on": tomorrow.isoformat()}
    assert enter(visit, "dose-lot", coordinator, parent=1, lot_number="A", **ahead).is_clean


@pytest.mark.parametrize("struck", ["dose", "dose-lot"])
def test_what_is_struck_out_takes_no_value_nor_do_its_rows(visit, site, coordinator, struck):
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A")
    entry = visit.entries.get(crf=struck)
    by = coordinator.acting_at(site, Right.ENTER)
    strike_out(entry=entry, by=coordinator, actor=by, reason="Entered twice")
    result = enter(visit, "dose-lot", coordinator, parent=1, lot_number="B", reason="A better one")
    assert list(result.refused) == ["lot_number"]
    assert "struck out" in result.refused["lot_number"]
    assert result.row.lot_number == "A"


@pytest.mark.parametrize(("length", "is_taken"), [(LONGEST, True), (LONGEST + 1, False)])
def test_reason_that_is_too_long_is_refused_at_every_item_and_not_cut(visit, coordinator, length, is_taken):
    enter(visit, "reading", coordinator, device="SYN-1")
    result = enter(visit, "reading", coordinator, reason="x" * length, device="SYN-2", assessor="A1")
    assert set(result.changed) == ({"device", "assessor"} if is_taken else set())
    assert set(result.refused) == (set() if is_taken else {"device", "assessor"})
    assert result.row.device == ("SYN-2" if is_taken else "SYN-1")


def test_two_items_changed_by_somebody_else_are_in_conflict_each_with_what_is_stored_and_given(
    visit, coordinator, investigator
):
    enter(visit, "reading", coordinator, device="SYN-1", value_1=Missing("unknown"))
    seen = {"device": "SYN-0", "value_1": ""}
    result = enter(visit, "reading", investigator, seen=seen, device="SYN-2", value_1="31", assessor="A1")
    assert result.conflicts == {
        "device": Conflict("SYN-1", "SYN-2"),
        "value_1": Conflict(Missing("unknown"), "31.0"),
    }
    assert (result.changed, result.is_clean) == (["assessor"], False)
    given = enter(visit, "reading", investigator, seen=seen, device=Missing("not-done"))
    assert given.conflicts["device"] == Conflict("SYN-1", Missing("not-done"))


def test_outcomes_of_several_calls_are_added_up(visit, coordinator):
    place = a_place(visit, "reading")
    total = Recorded(place)
    assert total.is_clean
    parts = [
        Recorded(place, changed=["a"], remarks=[1], recalculated=["r"]),
        Recorded(place, refused={"b": "no"}, readings={"b": (("1", "one"),)}),
        Recorded(place, conflicts={"c": Conflict("1", "2")}),
        Recorded(place, row="last", changed=["e"], wants_reason=["d"], remarks=[2]),
    ]
    for part in parts:
        total.add(part)
    assert (total.changed, total.wants_reason, total.remarks) == (["a", "e"], ["d"], [1, 2])
    assert (total.refused, list(total.conflicts), list(total.readings)) == ({"b": "no"}, ["c"], ["b"])
    assert (total.recalculated, total.row) == (["r"], "last")
    for one in ({"refused": {"a": "no"}}, {"conflicts": {"a": Conflict("", "")}}, {"wants_reason": ["a"]}):
        assert not Recorded(place, **one).is_clean
