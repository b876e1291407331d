"""Today: every unfinished form by its own name, one count of what is missing, and patients who have left."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from ecrf.access.roles import Role
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.schedule.completion import missing_when_not_begun
from ecrf.entry.today.to_do import to_do_list
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user

NOW = datetime(2026, 3, 10, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


def lines(user) -> dict[str, tuple[str, int]]:
    """{what is unfinished: (address, items missing)}"""
    return {line.words: (line.url, line.missing) for line in to_do_list(user).unfinished}


def test_half_entered_forms_of_logs_stand_by_their_names_with_serious_events_first(patient, coordinator):
    enter(patient, "medical-history", coordinator, term="Asthma")
    enter(patient, "adverse-event", coordinator, term="Headache")
    enter(
        patient, "serious-adverse-event", coordinator, became_aware_on="2026-03-09", became_aware_at="10:00"
    )
    found = lines(coordinator)
    assert next(iter(found)) == "Serious adverse event 1"
    assert {"Adverse event 1", "Medical history 1"} < set(found)
    assert (
        found["Adverse event 1"][0] == f"/patients/{patient.number}/casebook/adverse-event/#adverse-event-1"
    )
    assert all(missing for _url, missing in found.values())


@pytest.mark.parametrize(("hours", "is_late"), [(23, False), (26, True)])
def test_serious_event_that_is_not_reported_tells_the_hours_since_it_is_known(
    patient, coordinator, hours, is_late
):
    known = (NOW - timedelta(hours=hours)).astimezone(patient.site.zone)
    values = {"became_aware_on": f"{known:%Y-%m-%d}", "became_aware_at": f"{known:%H:%M}"}
    enter(patient, "serious-adverse-event", coordinator, **values)
    [line] = to_do_list(coordinator).unfinished
    assert (line.hours, line.is_late) == (hours, is_late)
    enter(patient, "serious-adverse-event", coordinator, reported_on="2026-03-10")
    [line] = to_do_list(coordinator).unfinished
    assert line.hours is None


def test_visits_keep_their_place_among_many_unfinished_forms_of_logs(patient, coordinator):
    for number in range(1, 11):
        enter(patient, "adverse-event", coordinator, number=number, term="Headache")
    a_visit(patient, "SCR", coordinator)
    work = to_do_list(coordinator)
    assert [line.words for line in work.unfinished] == [
        *(f"Adverse event {n}" for n in range(1, 8)),
        "Screening",
    ]
    assert work.more_unfinished == 3


def test_what_is_left_at_practice_stands_behind_the_study_and_takes_no_place_of_it(patient, coordinator):
    practice = make_site("90", is_practice=True)
    user = make_user("both", Role.COORDINATOR, patient.site, practice)
    other = a_patient(practice, user)
    a_visit(other, "SCR", user)
    for number in range(1, 6):
        enter(other, "serious-adverse-event", user, number=number, became_aware_on="2026-03-09")
    enter(patient, "medical-history", user, term="Asthma")
    enter(patient, "adverse-event", user, term="Headache")
    a_visit(patient, "SCR", user)
    work = to_do_list(user)
    assert [line.words for line in work.unfinished][:3] == [
        "Adverse event 1",
        "Medical history 1",
        "Screening",
    ]
    assert {line.patient.number for line in work.unfinished[3:]} == {other.number}
    assert (len(work.unfinished), work.more_unfinished) == (8, 1)


def test_a_struck_out_or_held_form_is_nobodys_to_finish(patient, coordinator, data_manager):
    enter(patient, "adverse-event", coordinator, term="Headache")
    a_visit(patient, "SCR", coordinator)
    assert set(lines(coordinator)) == {"Adverse event 1", "Screening"}
    put(
        kind=LockKind.FREEZE, scope=LockScope.PATIENT, patient=patient, reason="To look at it", by=data_manager,
        actor=data_manager.acting_at(patient.site, "lock"),
    )  # fmt: skip
    assert lines(coordinator) == {}


def test_missing_items_of_a_visit_are_those_of_its_own_page(patient, coordinator, client):
    """Forms not begun count, logs do not: what the visit's index says when nothing is entered."""
    visit = a_visit(patient, "SCR", coordinator)
    enter(patient, "adverse-event", coordinator, term="Headache")
    _url, before = lines(coordinator)["Screening"]
    enter(visit, "consent", coordinator, signed_on="2026-03-09")
    _url, after = lines(coordinator)["Screening"]
    assert before > 40
    assert before - after == 1
    client.force_login(coordinator)
    row = re.search(rf"{patient.number}</a>.*?</tr>", client.get("/").content.decode(), re.DOTALL)[0]
    numbers = [int(n) for n in re.findall(r'class="num">(\d+)', row)]
    _url, event = lines(coordinator)["Adverse event 1"]
    assert numbers[0] == after + event


@pytest.mark.parametrize(
    ("reason", "state"),
    [("SCREEN FAILURE", "screen failure"), ("DEATH", "died"), ("WITHDRAWAL BY SUBJECT", "withdrew"),
     ("LOST TO FOLLOW-UP", "ended early"), ("COMPLETED", "completed")],
)  # fmt: skip
def test_who_left_is_called_by_how(patient, coordinator, reason, state):
    enter(patient, "end-of-study", coordinator, ended_on="2026-03-09")
    end_reason(patient, coordinator, reason)
    assert PatientStatus.objects.get(patient=patient).state == state


def test_of_a_screen_failure_what_was_begun_and_what_its_end_asks_for_is_wanted(patient, coordinator, client):
    visit = a_visit(patient, "SCR", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-03-09")
    enter(visit, "consent", coordinator, signed_on="2026-03-09")
    end_reason(patient, coordinator, "SCREEN FAILURE")
    _url, missing = lines(coordinator)["Screening"]
    assert 0 <= missing - missing_when_not_begun("eligibility") < 10
    client.force_login(coordinator)
    matrix = client.get(f"/patients/{patient.number}/").content.decode()
    assert "screen failure" in matrix.lower()
    assert "/SCR/#demographics-1" not in matrix
    assert "/SCR/#eligibility-1" in matrix


def test_of_who_died_all_is_still_wanted_of_visits_that_had_taken_place(patient, coordinator, client):
    """A form that nobody began at a visit months before is missing data, whatever became of the patient later."""
    for code, day in (("SCR", "2026-01-05"), ("W01", "2026-01-12"), ("W04", "2026-03-09")):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on=day)
    before = PatientStatus.objects.get(patient=patient).unfinished_code
    enter(patient, "end-of-study", coordinator, ended_on="2026-03-09")
    end_reason(patient, coordinator, "DEATH")
    assert PatientStatus.objects.get(patient=patient).unfinished_code == before == "SCR"
    _url, missing = lines(coordinator)["Screening"]
    assert missing > 40
    client.force_login(coordinator)
    matrix = client.get(f"/patients/{patient.number}/").content.decode()
    assert "/SCR/#demographics-1" in matrix


def end_reason(patient, coordinator, reason):
    from ecrf.access.roles import Right
    from ecrf.casebook.record.record import record
    from tests.builders import a_place

    by = coordinator.acting_at(patient.site, Right.ENTER)
    assert record(place=a_place(patient, "end-of-study"), values={"reason": reason}, by=by).is_clean


def test_part_of_a_number_finds_and_the_whole_opens(patient, coordinator, client):
    client.force_login(coordinator)
    assert patient.number in client.get("/?q=001").content.decode()
    assert client.get(f"/?q={patient.number}").url == f"/patients/{patient.number}/"
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in patient.number)
    assert client.get("/", {"q": f"\u200b{full_width} "}).url == f"/patients/{patient.number}/"
