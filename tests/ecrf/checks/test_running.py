"""What sets a check off, what waits until a form is left, and what is asked about other forms than the one saved."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.record.record import record
from ecrf.casebook.services import together
from ecrf.casebook.striking import strike_out
from ecrf.checks.discrepancies import clear_retired, confirm
from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import ANY, CHECKS, Question, check
from ecrf.checks.running import (
    PutOff,
    ask_what_was_put_off,
    kinds_read,
    leave,
    put_off_checks,
    run_all,
    would_ask,
)
from ecrf.checks.texts import parse
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.queries.builders import complete, vital_signs


def known(id="READ-001", **given):
    return replace(CHECKS[id], **given)


@pytest.mark.parametrize(
    ("given", "crf", "changed", "looks"),
    [
        ({"items": ("value_1",)}, "reading", ["value_2", "value_1"], True),
        ({"items": ("value_1",)}, "reading", ["value_2"], False),
        ({"items": ("value_1",)}, "reading", [], False),
        ({"items": ("value_1",)}, "scale", ["value_1"], False),
        ({"items": (ANY,)}, "reading", ["value_2"], True),
        ({"items": (ANY,), "on": ANY, "kinds": ("day",)}, "dose", ["given_g", "given_on"], True),
        ({"items": (ANY,), "on": ANY, "kinds": ("day",)}, "dose", ["given_g"], False),
    ],
)
def test_check_looks_at_its_own_items_of_its_own_form(given, crf, changed, looks):
    assert known(**given).looks_at(crf, changed) is looks


@pytest.mark.parametrize(
    ("triggers", "crf", "changed", "is_triggered"),
    [
        ({"reading"}, "reading", ["value_1"], True),
        ({"reading"}, "reading", ["device"], False),
        ({"dose"}, "dose", ["given_g"], True),
        ({"visit.visited_on"}, "visit", ["contact", "visited_on"], True),
        ({"visit.visited_on"}, "visit", ["contact"], False),
        ({"visit.visited_on"}, "dose", ["visited_on"], False),
        (set(), "reading", ["value_1"], False),
    ],
)
def test_check_is_set_off_for_other_rows_by_what_it_reads(triggers, crf, changed, is_triggered):
    reads = frozenset(trigger.partition(".")[0] for trigger in triggers)
    one = known(items=("value_1",), reads=reads, triggers=frozenset(triggers))
    assert one.is_triggered(crf, changed) is is_triggered


@pytest.mark.parametrize(
    ("crf", "changed", "read"),
    [
        # VISIT-002 looks at every item of every form, and reads the visit.
        ("dose", ["given_ml"], {"visit"}),
        ("dose", ["given_ml", "given_on"], {"visit", "consent", "dose", "dose-signs", "adverse-event"}),
        ("vital-signs", ["pulse"], {"visit", "vital-signs"}),  # it is compared with others of its kind
        ("lab-result", ["value"], {"visit"}),  # of which the rows with its name are loaded in any case
        ("report", ["adverse_event"], {"visit", "report", "adverse-event"}),
        ("adverse-event", ["started_at"], {"visit"}),  # a hard check reads nothing
        ("visit", ["occurrence"], set(CRFS)),
    ],
)
def test_forms_that_will_be_read_are_known_before_a_save_and_no_others_are(crf, changed, read):
    assert kinds_read(crf, changed) == read


# --- a patient ------------------------------------------------------------------------------------


@pytest.fixture
def patient(site, coordinator, db):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W04", coordinator)


def states(**which) -> dict[str, str]:
    return dict(Discrepancy.objects.filter(**which).values_list("check_id", "state"))


@pytest.fixture
def late(monkeypatch):
    """VS-002 waits until the form is left."""
    monkeypatch.setitem(CHECKS, "VS-002", known("VS-002", late=True))


def test_what_is_late_is_asked_when_the_form_is_left_and_goes_at_once(late, visit, coordinator):
    by = coordinator.acting_at(visit.site, Right.ENTER)
    place = a_place(visit, "vital-signs")
    assert leave(place, by) == []  # nobody has begun it
    assert enter(visit, "vital-signs", coordinator, pulse="200").remarks == []
    row = PatientData(visit.patient).row_at(place)
    assert would_ask(row, PatientData(visit.patient)) == []
    assert [one.check_id for one in leave(place, by)] == ["VS-002"]
    assert leave(place, by) == []
    assert [one.state for one in enter(visit, "vital-signs", coordinator, pulse="201").remarks] == ["open"]
    enter(visit, "vital-signs", coordinator, pulse="70")
    assert states() == {"VS-002": "cleared"}
    enter(visit, "vital-signs", coordinator, pulse="202")
    assert states() == {"VS-002": "cleared"}  # it waits anew


def test_what_is_late_is_asked_at_completion_and_at_once_from_then_on(late, visit, coordinator):
    vital_signs(visit, coordinator, pulse="200")
    assert not Discrepancy.objects.exists()
    entry = complete(visit, "vital-signs", coordinator)
    assert states(entry=entry) == {"VS-002": "open"}
    enter(visit, "vital-signs", coordinator, pulse="70", reason="Misread")
    found = enter(visit, "vital-signs", coordinator, pulse="201", reason="Misread").remarks
    assert [one.state for one in found] == ["open"]


def test_what_would_be_asked_of_a_row_is_said_and_not_stored(visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="70")
    place = a_place(visit, "vital-signs")
    row = PatientData(visit.patient).row_at(place)
    row.pulse, row.systolic, row.diastolic = 200, 80, 90  # VS-001 is hard: it refuses, and asks nothing
    asked = would_ask(row, PatientData(visit.patient))
    assert [check.id for check, _words in asked] == ["VS-002"]
    assert asked[0][1].startswith("Pulse is 200")
    assert not Discrepancy.objects.exists()


def test_hard_check_refuses_what_was_given_now_and_leaves_the_rest(visit, coordinator):
    enter(visit, "vital-signs", coordinator, systolic="120", diastolic="80")
    refused = enter(visit, "vital-signs", coordinator, systolic="70", pulse="60")
    assert (list(refused.refused), refused.changed) == (["systolic"], ["pulse"])
    both = enter(visit, "vital-signs", coordinator, systolic="60", diastolic="61")
    assert both.refused


def test_question_of_another_form_moves_with_what_it_reads_and_is_told(visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
    enter(visit, "dose", coordinator, given_on="2026-01-05")
    moved = enter(visit, "visit", coordinator, visited_on="2026-01-06").remarks
    assert [(one.check_id, one.state, one.entry.crf) for one in moved] == [("DOSE-001", "open", "dose")]
    assert [one.state for one in enter(visit, "visit", coordinator, visited_on="2026-01-04").remarks] == [
        "cleared"
    ]
    assert enter(visit, "visit", coordinator, contact="on-site").remarks == []


def test_date_of_a_visit_moves_what_is_the_last_one_where_there_is_an_unscheduled_visit(patient, coordinator):
    for code, on, kg in (("W01", "2026-01-05", "70"), ("W04", "2026-01-26", "70")):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on=on)
        enter(visit, "vital-signs", coordinator, weight_kg=kg)
    unscheduled = a_visit(patient, "UNS-1", coordinator)
    enter(unscheduled, "visit", coordinator, occurrence="done", visited_on="2026-02-10")
    enter(unscheduled, "vital-signs", coordinator, weight_kg="120")
    assert states(entry__visit__code="W04") == {}
    enter(unscheduled, "visit", coordinator, visited_on="2026-01-12")
    assert states(entry__visit__code="W04", state="open") == {"VS-004": "open"}


def test_date_of_a_visit_sets_off_what_compares_visits_only_where_their_order_can_move(
    patient, coordinator, monkeypatch
):
    runs = []

    def rule(row, data):
        runs.append(row.entry.visit.code)
        yield from ()

    monkeypatch.setitem(CHECKS, "VS-004", known("VS-004", rule=rule))
    first = a_visit(patient, "W01", coordinator)
    enter(first, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
    enter(first, "vital-signs", coordinator, weight_kg="70")
    runs.clear()
    enter(first, "visit", coordinator, visited_on="2026-01-06")
    assert runs == []
    unscheduled = a_visit(patient, "UNS-1", coordinator)
    enter(unscheduled, "visit", coordinator, occurrence="done", visited_on="2026-02-10")
    runs.clear()
    enter(unscheduled, "visit", coordinator, contact="phone")
    assert runs == []
    enter(first, "visit", coordinator, visited_on="2026-01-07")
    assert runs == ["W01"]


def test_check_of_any_form_asks_where_a_form_has_one_of_its_items_and_nowhere_else(
    visit, coordinator, monkeypatch
):
    runs = []

    def rule(row, data):
        runs.append(row.entry.crf)
        yield Question("pulse" if row.entry.crf == "vital-signs" else "given_g")

    given = {"items": ("given_g", "pulse"), "kinds": (), "rule": rule, "texts": {"": parse("Odd.")}}
    monkeypatch.setitem(CHECKS, "DATE-001", known("DATE-001", **given))
    enter(visit, "dose", coordinator, given_g="40")
    enter(visit, "vital-signs", coordinator, pulse="70")
    enter(visit, "scale", coordinator, question_1="1")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    with acting(actor, patient_id=visit.patient_id):
        run_all(visit.patient)
    assert set(runs) == {"dose", "vital-signs"}
    asked = Discrepancy.objects.filter(check_id="DATE-001", state="open")
    assert {(one.entry.crf, one.item) for one in asked} == {("dose", "given_g"), ("vital-signs", "pulse")}


def test_run_of_all_checks_says_how_many_ran_and_brings_back_what_was_lost(visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="200", systolic="120", diastolic="80")
    enter(visit, "scale", coordinator, before_dose="no")
    before = states()
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    soft = [one for one in CHECKS.values() if not one.hard]
    with acting(actor, patient_id=visit.patient_id):
        Discrepancy.objects.update(state="cleared")
        ran = run_all(visit.patient)
    assert states() == before == {"VS-002": "open", "SCALE-001": "open"}
    here = ["vital-signs", "scale"]
    assert ran == sum(2 if one.on == ANY else one.on in here for one in soft)


def test_nothing_is_asked_about_what_is_struck_out_nor_about_its_rows(visit, coordinator):
    enter(visit, "dose-signs", coordinator, parent=1, pulse="200")
    enter(visit, "vital-signs", coordinator, pulse="200")
    assert states() == {"DOSE-002": "open", "VS-002": "open"}
    dose = Entry.objects.get(visit=visit, crf="dose")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    strike_out(entry=dose, by=coordinator, actor=actor, reason="Entered twice")
    assert states() == {"DOSE-002": "cleared", "VS-002": "open"}


def test_confirmation_is_of_the_question_that_was_shown_and_stays_with_who_gave_it(
    visit, coordinator, investigator
):
    def given(by, asked):
        actor = by.acting_at(visit.site, Right.ENTER)
        return confirm(discrepancy=found, by=by, actor=actor, asked=asked)

    enter(visit, "vital-signs", coordinator, pulse="200")
    found = Discrepancy.objects.get()
    first = found.identity
    assert not given(coordinator, "another")
    enter(visit, "vital-signs", coordinator, pulse="201")
    assert not given(coordinator, first)
    assert given(coordinator, Discrepancy.objects.get().identity)
    found = Discrepancy.objects.get()
    assert given(investigator, found.identity)  # as it is confirmed already, nothing is done
    found.refresh_from_db()
    assert (found.state, found.confirmed_by) == ("confirmed", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    assert not given(coordinator, found.identity)


@pytest.fixture
def told():
    """What the floors above were told of: (check, state)."""
    found = []

    def step(patient, discrepancies):
        found.extend((one.check_id, one.state) for one in discrepancies)

    HOOKS.after_discrepancies.append(step)
    yield found
    HOOKS.after_discrepancies.remove(step)


def test_floors_above_are_told_of_each_question_that_opens_clears_or_is_confirmed(visit, coordinator, told):
    for given in ({"pulse": "200"}, {"systolic": "120"}, {"pulse": "70"}, {"pulse": "201"}):
        enter(visit, "dose-signs", coordinator, parent=1, **given)
    assert told == [("DOSE-002", "open"), ("DOSE-002", "cleared"), ("DOSE-002", "open")]
    told.clear()
    found = Discrepancy.objects.get()
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    for _twice in range(2):
        assert confirm(discrepancy=found, by=coordinator, actor=actor, asked=found.identity)
    strike_out(entry=found.entry, by=coordinator, actor=actor, reason="Entered twice")
    assert told == [("DOSE-002", "confirmed"), ("DOSE-002", "cleared")]


@pytest.mark.parametrize("reads", [frozenset(), frozenset({"lab-result"})])
def test_item_derived_anew_by_another_form_sets_off_its_checks(visit, site, coordinator, monkeypatch, reads):
    """Of its own row, or of all rows where the check compares them."""

    def rule(row, data):
        if row.flag or (reads and any(other.flag for other in data.rows("lab-result"))):
            yield Question("value")

    given = {"items": ("flag",), "same_name": False, "reads": reads, "triggers": reads}
    one = known("LAB-001", rule=rule, texts={"": parse("Odd.")}, **given)
    monkeypatch.setitem(CHECKS, "LAB-001", one)
    hgb = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 13))
    add_ranges(site=site, given=[hgb], by=coordinator)
    enter(visit, "laboratory", coordinator, collected_on="2026-01-12")
    rows = [
        enter(visit, "lab-result", coordinator, parent=1, number=number, value="10").row for number in (1, 2)
    ]
    assert states() == {}
    found = enter(visit, "laboratory", coordinator, collected_on="2026-01-14")
    flagged = [row.entry_id for row in found.recalculated if row.flag]
    assert flagged in ([rows[0].entry_id], [rows[1].entry_id])
    asked = {one.entry_id for one in Discrepancy.objects.filter(state="open")}
    assert asked == ({row.entry_id for row in rows} if reads else set(flagged))
    enter(visit, "laboratory", coordinator, collected_on="2026-01-12")
    assert set(Discrepancy.objects.values_list("state", flat=True)) == {"cleared"}


def asks(monkeypatch, rule, **given):
    """VS-002 asks what the rule says, of any item of vital signs."""
    one = known("VS-002", items=(ANY,), rule=rule, texts={"": parse("Odd.")}, **given)
    monkeypatch.setitem(CHECKS, "VS-002", one)


def open_questions():
    return [(one.entry_id, one.item) for one in Discrepancy.objects.filter(state="open").order_by("pk")]


@pytest.mark.parametrize("only_if_there", [False, True])
def test_what_could_be_asked_at_one_item_or_another_is_asked_at_one_and_stays_there(
    visit, coordinator, monkeypatch, only_if_there
):
    def rule(row, data):
        if (row.pulse or 0) > 100:
            yield Question("pulse").once("fever")
        if (row.temperature or 0) > 38:
            yield Question("temperature").once("fever", only_if_there=only_if_there)

    asks(monkeypatch, rule)
    entry = enter(visit, "vital-signs", coordinator, pulse="120", temperature="39").row.entry_id
    assert open_questions() == [(entry, "pulse")]
    enter(visit, "vital-signs", coordinator, temperature="40")
    assert open_questions() == [(entry, "pulse")]
    enter(visit, "vital-signs", coordinator, pulse="70")
    assert open_questions() == ([] if only_if_there else [(entry, "temperature")])
    enter(visit, "vital-signs", coordinator, pulse="120")
    assert open_questions() == [(entry, "pulse" if only_if_there else "temperature")]


@pytest.mark.parametrize("among_rows", [False, True])
def test_question_that_is_asked_once_is_asked_in_each_row_or_once_among_all(
    visit, coordinator, monkeypatch, among_rows
):
    def rule(row, data):
        if row.pulse == 120:
            yield Question("pulse").once("fever")

    triggers = frozenset({"vital-signs"})
    asks(monkeypatch, rule, among_rows=among_rows, reads=triggers, triggers=triggers)
    later = a_visit(visit.patient, "W07", coordinator)
    first, second = (
        enter(where, "vital-signs", coordinator, pulse="120").row.entry_id for where in (visit, later)
    )
    assert open_questions() == [(first, "pulse"), *([] if among_rows else [(second, "pulse")])]
    enter(visit, "vital-signs", coordinator, pulse="70")
    assert open_questions() == [(second, "pulse")]


@pytest.mark.parametrize("same_name", [False, True])
def test_acts_that_go_together_ask_in_the_end_what_each_would_have_asked(
    visit, site, coordinator, monkeypatch, same_name
):
    """The sum of two results, compared with all of them or with those of the same name."""
    runs = []

    def rule(row, data):
        runs.append(row.entry.number)
        if sum(other.value or 0 for other in data.rows("lab-result")) > 100:
            yield Question("value")

    one = known("LAB-001", items=("value",), rule=rule, texts={"": parse("Odd.")}, same_name=same_name)
    monkeypatch.setitem(CHECKS, "LAB-001", one)
    enter(visit, "laboratory", coordinator, collected_on="2026-01-12")
    enter(visit, "dose-signs", coordinator, parent=1, pulse="200")
    by, put_off = coordinator.acting_at(site, Right.ENTER), PutOff()
    with acting(by, patient_id=visit.patient_id), together(visit.patient) as data:
        put_off_checks(data, put_off)
        for number in (1, 2):
            place = a_place(visit, "lab-result", number, 1)
            runs.clear()
            assert record(place=place, values={"value": "60"}, by=by, data=data).is_clean
            assert set(runs) <= {number}
        place = a_place(visit, "dose-signs", 1, 1)
        assert record(place=place, values={"pulse": "70"}, by=by, data=data).is_clean
        ask_what_was_put_off(data, put_off)
    found = {(one.entry.crf, one.entry.number, one.state) for one in Discrepancy.objects.all()}
    results = set() if same_name else {("lab-result", 1, "open"), ("lab-result", 2, "open")}
    assert found == {("dose-signs", 1, "cleared"), *results}


def test_several_questions_of_one_save_are_all_cleared(visit, coordinator):
    enter(visit, "vital-signs", coordinator, pulse="200", temperature="30", spo2="50")
    assert Discrepancy.objects.filter(state="open").count() == 3
    enter(visit, "vital-signs", coordinator, pulse="70", temperature="37", spo2="98")
    assert set(Discrepancy.objects.values_list("state", flat=True)) == {"cleared"}


def test_rows_that_wait_for_a_check_are_gathered_by_number_until_all_are_meant():
    put_off, one = PutOff(), CHECKS["LAB-001"]
    for number, waiting in ((1, {1}), (2, {1, 2}), (None, None), (3, None)):
        put_off.add(one, number)
        assert put_off.checks == {"LAB-001": waiting}


@pytest.mark.parametrize(
    ("items", "given", "refused"),
    [
        (("pulse", "systolic"), {"pulse": "60", "spo2": "98"}, {"pulse"}),
        (("pulse", "systolic"), {"pulse": "60", "systolic": "120", "spo2": "98"}, {"pulse", "systolic"}),
        ((ANY,), {"pulse": "60", "spo2": "98"}, {"pulse", "spo2"}),
    ],
)
def test_hard_check_that_names_an_item_that_was_not_given_refuses_those_of_its_items_that_were(
    visit, coordinator, monkeypatch, items, given, refused
):
    def rule(row, data):
        yield Question("diastolic")

    one = replace(CHECKS["VS-001"], items=items, rule=rule, texts={"": parse("Never.")})
    monkeypatch.setitem(CHECKS, "VS-001", one)
    found = enter(visit, "vital-signs", coordinator, **given)
    assert set(found.refused) == refused
    assert set(found.changed) == set(given) - refused


def test_question_of_a_check_that_is_gone_is_cleared_and_no_other(visit, coordinator, told, monkeypatch):
    enter(visit, "vital-signs", coordinator, pulse="200", weight_kg="20")
    actor = coordinator.acting_at(visit.site, Right.ENTER)
    assert clear_retired(visit.patient, actor) == 0
    monkeypatch.delitem(CHECKS, "VS-002")
    told.clear()
    assert clear_retired(visit.patient, actor) == 1
    assert told == [("VS-002", "cleared")]
    assert states() == {"VS-002": "cleared", "VS-003": "open"}
    assert clear_retired(visit.patient, actor) == 0


def test_check_that_asks_once_among_rows_must_be_set_off_for_all_of_them(monkeypatch):
    def rule(row, data):
        """A rule."""
        yield from ()

    monkeypatch.setattr("ecrf.checks.registry.CHECKS", {})
    given = {"on": "reading", "text": "Odd.", "items": ("value_1",), "among_rows": True}
    with pytest.raises(ImproperlyConfigured):
        check("TEST-901", **given)(rule)
    with pytest.raises(ImproperlyConfigured):
        check("TEST-902", reads=("dose",), **given)(rule)
    check("TEST-903", reads=("reading.value_1",), **given)(rule)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"id": "TEST-900"}, "two edit checks have the id TEST-900"),
        ({"items": ("value_1", "pulse")}, "reading does not have: .*pulse"),
        ({"text": "{a!r}"}, "TEST-901: "),
        ({"text": {"": "Odd.", "more": "{"}}, "TEST-901: "),
        ({"same_name": True}, "reading has no fixed set"),
        ({"on": ANY, "items": (ANY,), "same_name": True}, "no fixed set"),
    ],
)
def test_check_that_cannot_be_run_is_refused_at_start(monkeypatch, given, says):
    def rule(row, data):
        """A rule."""
        yield from ()

    monkeypatch.setattr("ecrf.checks.registry.CHECKS", {"TEST-900": None})
    whole = {"id": "TEST-901", "on": "reading", "text": "Odd.", "items": ("value_1",), **given}
    with pytest.raises(ImproperlyConfigured, match=f"(?i){says}"):
        check(whole.pop("id"), **whole)(rule)


def test_check_is_registered_under_its_id_with_the_first_line_of_its_words_as_title(monkeypatch):
    def rule(row, data):
        """A pulse is high.

        More of it.
        """
        yield from ()

    def silent(row, data):
        yield from ()

    made = {}
    monkeypatch.setattr("ecrf.checks.registry.CHECKS", made)
    assert (
        check("TEST-902", on="lab-result", text="Odd.", reads=("visit.visited_on",), same_name=True)(rule)
        is rule
    )
    assert check("TEST-903", on=ANY, text={"a": "One.", "b": "Two."})(rule) is rule
    with pytest.raises(ImproperlyConfigured, match="TEST-904 has no docstring"):
        check("TEST-904", on="reading", text="Odd.")(silent)
    one, other = made["TEST-902"], made["TEST-903"]
    assert list(made) == ["TEST-902", "TEST-903"]
    assert (one.title, one.version, one.reads, one.triggers) == (
        "A pulse is high.",
        1,
        {"visit"},
        {"visit.visited_on"},
    )
    assert [one.hard, one.same_name, one.late, one.among_rows] == [False, True, False, False]
    assert (list(one.texts), list(other.texts)) == ([""], ["a", "b"])
