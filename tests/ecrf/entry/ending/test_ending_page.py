"""How a patient leaves: a page says what follows, one button records it all or nothing, a list says what is left."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, PatientStatus
from ecrf.casebook.page_acts import FALLS_AWAY, acts_on
from ecrf.casebook.record.record import record
from ecrf.casebook.schedule.completion import missing_when_not_begun
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.casebook.services import complete_entries
from ecrf.casebook.striking import strike_patient
from ecrf.entry.today.unfinished import missing_of
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.queries.builders import asked

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-138")]

DAY, REASON, ALLOWED = "end-of-study:1:ended_on", "end-of-study:1:reason", "end-of-study:1:allowed"


@pytest.fixture
def patient(site, coordinator, client):
    """At the baseline ten weeks ago; the coordinator is logged in."""
    client.force_login(coordinator)
    patient = a_patient(site, coordinator)
    for code, days in (("SCR", 77), ("W01", 70)):
        day = (site.today() - timedelta(days=days)).isoformat()
        enter(a_visit(patient, code, coordinator), "visit", coordinator, occurrence="done", visited_on=day)
    return patient


@pytest.fixture
def today(site):
    return site.today().isoformat()


@pytest.fixture
def send(client, patient):
    def send(key="withdrawal", **data):
        return client.post(url(patient, key), {name.replace("__", ":"): text for name, text in data.items()})

    return send


def url(patient, key):
    return reverse("end-patient", args=[patient.number, key])


def stored(patient, crf="end-of-study"):
    return CRFS[crf].model.objects.filter(entry__patient=patient).first()


def menu(user, patient):
    return [act.label for act in acts_on(user, type(patient).objects.get(pk=patient.pk))]


def test_menu_offers_the_ways_of_leaving_until_one_is_recorded(patient, coordinator, monitor, send, today):
    assert {"Withdrawal of consent…", "Death…"} <= set(menu(coordinator, patient))
    assert "Screen failure…" not in menu(coordinator, patient)
    assert "Screen failure…" in menu(coordinator, a_patient(patient.site, coordinator))
    assert "Death…" not in menu(monitor, patient)
    send(**{DAY: today})
    assert "Death…" not in menu(coordinator, patient)


@pytest.mark.parametrize("ending", protocol().endings, ids=lambda one: one.key)
def test_every_ending_is_recorded_as_what_it_says_and_leads_on(ending, site, coordinator, client, today):
    client.force_login(coordinator)
    patient = a_patient(site, coordinator)
    assert ending.help in client.get(url(patient, ending.key)).content.decode()
    answer = client.post(url(patient, ending.key), {DAY: today})
    assert answer.status_code == 302
    row = stored(patient)
    assert (row.reason, str(row.ended_on)) == (ending.reason, today)
    assert PatientStatus.objects.get(patient=patient).state == protocol().end_states[ending.reason]
    page = client.get(answer.url, follow=True).text
    assert f"{ending.label} of {patient.number} is recorded." in page
    assert "To finish for this ending" in client.get(reverse("patient", args=[patient.number])).text
    assert verify().faults == []


def test_what_follows_is_said_before(patient, coordinator, monitor, client, today):
    visit = a_visit(patient, "W04", coordinator)
    signs = Entry.objects.get(pk=enter(visit, "vital-signs", coordinator, pulse="70").row.entry_id)
    asked(signs, monitor, "Measured again?", item="pulse")
    enter(patient, "adverse-event", coordinator, term="Headache", started_on=today)
    text = re.sub(r"\s+", " ", client.get(url(patient, "withdrawal")).text)
    assert "16 planned visits are no longer due: Week 7 to Week 52." in text
    assert re.search(r"To be finished, or marked as not done:.*>Week 4</a>", text)
    assert "Adverse event 1, Headache</a> <span" in text
    assert "1 query to answer" in text
    assert "No new data with a day after" in text
    assert not Entry.objects.filter(patient=patient, crf="end-of-study").exists()


def test_what_follows_is_told_of_the_day_that_is_typed(patient, coordinator, client):
    week1 = patient.visits.get(code="W01")
    day = (patient.site.today() - timedelta(days=71)).isoformat()
    enter(patient, "adverse-event", coordinator, term="Headache", started_on=patient.site.today().isoformat())
    answer = client.get(url(patient, "withdrawal"), {DAY: day}, headers={"HX-Request": "true"})
    text = re.sub(r"\s+", " ", answer.text)
    assert text.strip().startswith("<section")
    assert f"Recorded with a day after {day}; it stays as it is. It is asked about." in text
    assert f"/{week1.code}/" in text
    assert "Adverse event 1, " in text
    assert "Recorded with a day after" not in client.get(url(patient, "withdrawal")).text


def test_floor_says_what_falls_away(patient, client, monkeypatch):
    def an_appointment(_patient, day, _ending):
        yield f"The appointment after {day} falls away."

    monkeypatch.setattr("ecrf.entry.ending.follows.FALLS_AWAY", [*FALLS_AWAY, an_appointment])
    assert "The appointment after" in client.get(url(patient, "death")).text


@pytest.mark.parametrize(
    ("typed", "says"),
    [("", "On which day?"), ("2026-13-45", ""), ("2999-01-01", "is in the future"), ("uk", "On which")],
)
def test_day_that_cannot_stand_is_refused_beside_its_field(patient, client, send, typed, says):
    answer = send(**{DAY: typed, ALLOWED: "records"})
    assert answer.status_code == 422
    assert says in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'value="records" checked' in answer.text
    assert stored(patient) is None


def test_answer_that_is_none_undoes_all(patient, send, today):
    answer = send(**{DAY: today, ALLOWED: "everything"})
    assert answer.status_code == 422
    assert "none of the answers" in answer.text
    assert stored(patient) is None
    assert PatientStatus.objects.get(patient=patient).state == "on study"


def test_only_what_the_page_asks_is_taken_from_it(patient, send, today):
    send(**{DAY: today, REASON: "COMPLETED"})
    assert stored(patient).reason == "WITHDRAWAL BY SUBJECT"


def test_pressing_twice_records_once(patient, send, today):
    first, second = send("death", **{DAY: today}), send("death", **{DAY: today})
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url
    assert Entry.objects.filter(patient=patient, crf="adverse-event").count() == 1
    assert Entry.objects.filter(patient=patient, crf="report").count() == 1


def test_second_tab_with_another_end_changes_nothing_and_keeps_what_was_typed(patient, send, client, today):
    send("death", **{DAY: today})
    answer = send("withdrawal", **{DAY: "2026-02-03", ALLOWED: "records"})
    assert answer.status_code == 409
    assert f"An end is recorded already: death, {today}." in answer.text
    assert 'value="2026-02-03"' in answer.text
    assert stored(patient).reason == "DEATH"
    page = client.get(url(patient, "withdrawal")).text
    assert "withdrawal of consent cannot be recorded here" in page
    assert '<button type="submit" class="btn btn-primary">Record' not in page


def test_death_begins_its_forms_with_what_is_known(patient, send, today):
    answer = send("death", **{DAY: today})
    event, report = stored(patient, "adverse-event"), stored(patient, "report")
    assert (event.outcome, event.serious, event.ongoing, event.ended_on) == (
        "NOT RECOVERED/NOT RESOLVED", True, False, today,
    )  # fmt: skip
    assert report.adverse_event == "1"
    assert answer.url.startswith(reverse("log", args=[patient.number, "adverse-event"]))


def test_death_asks_whether_the_event_is_recorded_where_there_are_events(patient, coordinator, send, today):
    enter(patient, "adverse-event", coordinator, term="Stroke", started_on=today)
    answer = send("death", **{DAY: today})
    assert answer.status_code == 422
    assert "Say whether it is recorded already." in answer.text
    assert stored(patient) is None
    send("death", **{DAY: today, "event": "recorded"})
    assert Entry.objects.filter(patient=patient, crf="adverse-event").count() == 1
    assert not Entry.objects.filter(patient=patient, crf="report").exists()


def test_death_takes_the_event_that_stands(patient, coordinator, send, client, today):
    values = {"serious": "yes", "outcome": "NOT RECOVERED/NOT RESOLVED"}
    enter(patient, "adverse-event", coordinator, number=1, term="Cold")
    enter(patient, "adverse-event", coordinator, number=2, term="Stroke", **values)
    send("death", **{DAY: today})
    assert Entry.objects.filter(patient=patient, crf="adverse-event").count() == 2
    assert stored(patient, "report").adverse_event == "2"


def test_list_of_what_is_left_goes_when_all_is_done(patient, coordinator, send, client, today):
    send(**{DAY: today})
    page = reverse("patient", args=[patient.number])
    left = client.get(page).text
    assert "End of study</a>" in left
    assert re.search(r'id="to-finish".*>Screening</a>.*</section>', left, re.DOTALL)
    by = coordinator.acting_at(patient.site, Right.ENTER)
    record(place=a_place(patient, "end-of-study"), values={"allowed": "nothing"}, by=by)
    complete_entries(patient=patient, places=[a_place(patient, "end-of-study")], by=by)
    assert (
        "End of study</a>"
        not in client.get(page).text.split("To finish for this ending")[1].split("</section>")[0]
    )


def test_screen_failure_opens_the_first_visit_from_the_list(site, coordinator, client, today):
    client.force_login(coordinator)
    patient = a_patient(site, coordinator)
    answer = client.post(url(patient, "screen-failure"), {DAY: today})
    assert answer.url == reverse("patient", args=[patient.number])
    assert reverse("open-visit", args=[patient.number, "SCR"]) in client.get(answer.url).text
    client.post(reverse("open-visit", args=[patient.number, "SCR"]))
    assert f"{reverse('visit', args=[patient.number, 'SCR'])}#consent-1" in client.get(answer.url).text
    refused = client.post(reverse("open-visit", args=[patient.number, "W01"]), follow=True)
    assert f"the patient is a screen failure since {today}" in refused.text
    assert list(patient.visits.values_list("code", flat=True)) == ["SCR"]


def test_form_that_an_ending_asks_for_at_a_visit_is_wanted_wherever_it_stands(
    site, coordinator, client, today
):
    """In the index of the visit, in the patient's table, on Today, and before the visit is complete."""
    client.force_login(coordinator)
    patient = a_patient(site, coordinator)
    visit = a_visit(patient, "SCR", coordinator)
    enter(visit, "visit", coordinator, occurrence="done", visited_on=today)
    client.post(url(patient, "screen-failure"), {DAY: today})
    index = client.get(reverse("visit", args=[patient.number, "SCR"])).text.partition('class="index"')[2]
    states = dict(re.findall(r'data-index-of="([a-z-]+)-1".*?index-state">(.*?)</span>', index, re.DOTALL))
    assert re.search(r"\d to enter", states["consent"])
    assert "not" in states["vital-signs"]
    cells = {cell.key: cell.form for cell in matrix(patient, PatientData(patient)).rows[0].cells}
    assert (cells["consent"].state, cells["vital-signs"]) == ("empty", None)
    missing = missing_of(PatientStatus.objects.filter(patient=patient).select_related("patient__site"))
    begun = sum(entry.missing for entry in Entry.objects.filter(visit=visit))
    assert missing == {patient.pk: begun + missing_when_not_begun("consent")}
    by = coordinator.acting_at(patient.site, Right.ENTER)
    complete_entries(patient=patient, places=[a_place(visit, "visit")], by=by)
    assert schedule_status_of(patient).unfinished.plan.code == "SCR"


def test_page_of_a_patient_struck_out_meanwhile_says_so_and_keeps_what_was_typed(
    patient, coordinator, send, today
):
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    answer = send(**{DAY: today})
    assert answer.status_code == 404
    assert "The patient was struck out on" in answer.text
    assert "Added twice" in answer.text
    assert today in answer.text
    assert "not yours any more" not in answer.text


def test_locked_patient_is_told_so_and_nothing_is_recorded(patient, data_manager, send, client, today):
    put(
        kind=LockKind.LOCK,
        scope=LockScope.PATIENT,
        patient=patient,
        despite_open_points=True,
        reason="The study is over",
        by=data_manager,
        actor=data_manager.acting_at(patient.site, Right.LOCK),
    )
    assert "Record: " not in client.get(url(patient, "death")).text
    answer = send("death", **{DAY: today})
    assert answer.status_code == 422
    assert "locked" in answer.text
    assert stored(patient) is None


def test_way_that_the_patients_state_does_not_allow_is_refused(patient, client, send, today):
    assert "screen failure cannot be recorded here" in client.get(url(patient, "screen-failure")).text
    answer = send("screen-failure", **{DAY: today})
    assert answer.status_code == 422
    assert "The patient&#x27;s state is “on study”." in answer.text
    assert stored(patient) is None


@pytest.mark.parametrize("key", ["nothing", "end"])
def test_ending_that_the_trial_does_not_know_is_not_there(patient, client, key):
    assert client.get(url(patient, key)).status_code == 404


def test_visit_of_who_had_left_is_complete_without_what_nobody_began(patient, coordinator, send, client):
    """On its page as in the lists."""
    visit = a_visit(patient, "ET", coordinator)
    day = (patient.site.today() - timedelta(days=60)).isoformat()
    send("death", **{DAY: day})
    enter(visit, "visit", coordinator, occurrence="done", visited_on=day, contact="phone")
    address = reverse("visit", args=[patient.number, "ET"])
    page = client.get(address).text
    assert re.search(r"not\s+asked: the patient left", page)
    assert "hidden" not in re.search(r'<section[^>]*id="reading-1"[^>]*>', page)[0]
    assert client.post(address, {"action": "complete"}).status_code == 302
    assert client.get(address).text.count("✓ complete")


def test_pages_take_the_same_number_of_statements_whatever_is_recorded(
    patient, coordinator, send, client, today
):
    def counted(address):
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    before = counted(url(patient, "death"))
    for code in ("W04", "W07", "W10"):
        enter(a_visit(patient, code, coordinator), "visit", coordinator, contact="phone")
    for number in range(1, 5):
        enter(patient, "adverse-event", coordinator, number=number, term="Headache")
    assert counted(url(patient, "death")) == before
    send("death", **{DAY: today, "event": "recorded"})
    page = reverse("patient", args=[patient.number])
    before = counted(page)
    enter(patient, "adverse-event", coordinator, number=5, term="Headache")
    assert counted(page) == before


@pytest.mark.parametrize("typed", ["\x00", "x" * 30_000, "2026-02-30", "<b>", "9" * 40])
def test_whatever_is_typed_as_the_day_is_answered(patient, client, send, typed):
    for answer in (send(**{DAY: typed}), client.get(url(patient, "death"), {DAY: typed})):
        assert answer.status_code in (200, 422)
    assert stored(patient) is None
