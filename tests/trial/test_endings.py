"""Screen failure, withdrawal of consent, death: what each records in this trial, what it opens, and what it leaves."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from ecrf.casebook.models import PatientStatus
from ecrf.casebook.record.values import Missing
from ecrf.casebook.schedule.due import VisitState
from ecrf.casebook.schedule.ended import may_be_seen_again
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.checks.item_words import asked_when
from ecrf.checks.models import Discrepancy
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.checklist import Target, checklist
from ecrf.locks.models import LockScope
from tests.builders import a_patient, a_visit, enter
from tests.trial.asked import asked
from trial.crfs.end_of_study import AllowedAfter, Reason
from trial.endings import CONSENT_WITHDRAWN, ENDINGS

pytestmark = pytest.mark.django_db

DAY = "end-of-study:1:ended_on"


@pytest.fixture
def send(client, coordinator, patient):
    client.force_login(coordinator)

    def send(key, **data):
        day = data.pop("day", patient.site.today().isoformat())
        url = reverse("end-patient", args=[patient.number, key])
        return client.post(url, {DAY: day, **{f"end-of-study:1:{name}": text for name, text in data.items()}})

    return send


@pytest.fixture
def left(client, patient):
    """The lines of the list of what is left, as words."""

    def left():
        page = client.get(reverse("patient", args=[patient.number])).text
        found = re.search(r'id="to-finish".*?</section>', page, re.DOTALL)
        lines = re.findall(r"<li>(.*?)</li>", found[0], re.DOTALL) if found else []
        return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", line)).strip() for line in lines]

    return left


def row(patient, crf):
    return CRFS[crf].model.objects.get(entry__patient=patient)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda one: one.key)
def test_what_an_ending_names_is_there(ending):
    end = CRFS["end-of-study"]
    assert ending.reason in Reason.values
    assert set(ending.asks) <= set(end.entered)
    assert ending.reason == protocol().completed_reason or ending.reason in protocol().end_states
    for form in ending.forms:
        items = CRFS[form.crf].entered
        assert {*form.values, *(item for item, _crf in form.links)} <= set(items)
        assert set(form.known_by) <= set(form.values)
        assert (form.crf in protocol().logs) is not bool(form.visit)
        if form.visit:
            assert form.crf in protocol().plan(form.visit).forms


def test_what_the_withdrawal_of_consent_names_is_there():
    allowing = CRFS["end-of-study"].entered[CONSENT_WITHDRAWN.allowing]
    assert {*CONSENT_WITHDRAWN.logs_with, *CONSENT_WITHDRAWN.visits_with} <= {
        code for code, _ in allowing.flatchoices
    }
    for name in CONSENT_WITHDRAWN.reports:
        crf, _, item = name.partition(".")
        assert CRFS[crf].entered[item].kind == "day"


def test_screen_failure_asks_for_eligibility_and_closes_the_rest(client, patient, coordinator, send, left):
    screening = a_visit(patient, "SCR", coordinator)
    enter(screening, "visit", coordinator, occurrence="done", visited_on=patient.site.today().isoformat())
    send("screen-failure")
    assert left()[0].startswith("Eligibility: which criterion is not met")
    page = client.get(reverse("visit", args=[patient.number, "SCR"])).text
    assert re.search(r'data-index-of="eligibility-1".*?\d+ to enter', page, re.DOTALL)
    states = {due.plan.code: due.state for due in schedule_status_of(patient).visits}
    assert states.pop("SCR") == VisitState.BEGUN
    assert set(states.values()) == {VisitState.NOT_EXPECTED}
    enter(screening, "eligibility", coordinator, needs_high_dose_ivig="no", eligible="no")
    assert not any(line.startswith("Eligibility") for line in left())
    kinds = set(checklist(Target.of(LockScope.PATIENT, patient=patient)).totals)
    assert "overdue" not in kinds
    assert "not-begun" not in kinds


def test_completing_says_beforehand_what_is_asked_and_nothing_else_does(client, patient, coordinator, send):
    client.force_login(coordinator)
    day = patient.site.today()
    baseline = a_visit(patient, "W01", coordinator)
    enter(baseline, "visit", coordinator, occurrence="done", visited_on=day.isoformat())
    page = reverse("end-patient", args=[patient.number, "completed"])
    said = "It will be asked: The study was completed, but Week 52 (end) is not recorded as done."
    assert said in client.get(page).text
    assert "It will be asked" not in client.get(reverse("end-patient", args=[patient.number, "death"])).text
    send("completed")
    texts = [one.text for one in Discrepancy.objects.filter(entry__crf="end-of-study")]
    assert [f"It will be asked: {text}" for text in texts] == [said]


def test_of_a_screen_failure_no_last_dose_is_asked(client, patient, send):
    send("screen-failure")
    end = row(patient, "end-of-study")
    assert CRFS["end-of-study"].missing(end) == []
    last_dose = CRFS["end-of-study"].items["last_dose_on"]
    assert asked_when(CRFS["end-of-study"], last_dose).endswith("is not Screen failure")


def test_screen_failure_is_no_enrolled_patient(patient, coordinator, send):
    from trial.results.flow import reason_words, why_not_enrolled

    send("screen-failure")
    status = PatientStatus.objects.get(patient=patient)
    assert (status.state, status.next_code, status.closes_on) == ("screen failure", "", None)
    assert (
        reason_words(why_not_enrolled(row(patient, "end-of-study").reason, eligible=None)) == "Screen failure"
    )


def test_death_opens_the_event_and_its_report(patient, send, left):
    today = patient.site.today().isoformat()
    answer = send("death")
    event, report = row(patient, "adverse-event"), row(patient, "serious-adverse-event")
    assert (event.outcome, event.serious, event.ongoing, event.ended_on) == ("FATAL", True, False, today)
    assert (report.death, report.adverse_event) == (True, "1")
    assert "/casebook/adverse-event/" in answer.url
    first, second, third = left()[:3]
    assert first.startswith("Adverse event 1")
    assert second.startswith("Serious adverse event 1")
    assert third.startswith("End of study")
    assert asked("EOS-005") == {}
    assert PatientStatus.objects.get(patient=patient).state == "died"


def test_withdrawal_asks_what_is_allowed_and_which_use_is_limited(patient, send, left, client):
    page = client.get(reverse("end-patient", args=[patient.number, "withdrawal"])).text
    assert "What the patient allows from now on" in page
    assert "Does the patient limit the use" in page
    send("withdrawal", allowed_after="RECORDS", use_limited="yes", use_limits="Stored samples")
    end = row(patient, "end-of-study")
    assert (end.allowed_after, end.use_limited, end.use_limits) == ("RECORDS", True, "Stored samples")
    assert left() == ["End of study 1 left"]  # the last dose


@pytest.mark.parametrize(
    ("reason", "wanted"),
    [(Reason.WITHDRAWAL_BY_SUBJECT, {"allowed_after", "use_limited"}), (Reason.DEATH, set())],
)
def test_what_is_allowed_is_wanted_of_a_withdrawal_alone(reason, wanted, end_study):
    found = end_study(reason=reason, ended_on="2026-03-10", last_dose_on=Missing("not-applicable")).row
    assert set(CRFS["end-of-study"].missing(found)) == wanted


@pytest.fixture
def later(patient, coordinator):
    """What was recorded with a day after the withdrawal of 10 March."""
    enter(
        a_visit(patient, "UNS-1", coordinator),
        "visit",
        coordinator,
        occurrence="done",
        visited_on="2026-03-11",
    )
    enter(patient, "adverse-event", coordinator, term="Rash", started_on="2026-03-12")
    enter(patient, "serious-adverse-event", coordinator, became_aware_on="2026-03-13")
    enter(patient, "sae-follow-up", coordinator, parent=1, followed_on="2026-03-14")


@pytest.mark.parametrize(
    ("allowed", "items"),
    [
        (None, {"visited_on", "started_on", "followed_on"}),
        (AllowedAfter.NOTHING, {"visited_on", "started_on", "followed_on"}),
        (AllowedAfter.RECORDS, {"visited_on"}),
        (AllowedAfter.CONTACT, set()),
    ],
)
def test_what_stood_before_the_withdrawal_was_recorded_stays_and_is_asked_about(
    later, end_study, allowed, items
):
    end_study(reason="WITHDRAWAL BY SUBJECT", ended_on="2026-03-10", allowed_after=allowed)
    found = asked("DATE-002")
    assert set(found) == items
    if not allowed:
        assert found["started_on"] == "2026-03-12 is after the withdrawal of consent, 2026-03-10."


@pytest.mark.requirement("R-138")
def test_no_new_data_after_the_withdrawal_in_any_log(patient, coordinator, end_study):
    end_study(reason="WITHDRAWAL BY SUBJECT", ended_on="2026-03-10")
    days = {
        "adverse-event": "started_on",
        "concomitant-medication": "started_on",
        "medical-history": "started_on",
        "prior-treatment": "last_given_on",
        "protocol-deviation": "occurred_on",
    }
    assert {*days, "serious-adverse-event"} == set(protocol().logs)
    for crf, item in days.items():
        assert item in enter(patient, crf, coordinator, **{item: "2026-03-11"}).refused
        assert enter(patient, crf, coordinator, **{item: "2026-03-10"}).is_clean
    assert enter(patient, "serious-adverse-event", coordinator, reported_on="2026-03-11").is_clean


def test_completed_is_offered_of_a_patient_on_study_alone(site, coordinator, client):
    client.force_login(coordinator)
    patient = a_patient(site, coordinator)
    offered = re.findall(r">([^<]+)…</a>", client.get(reverse("patient", args=[patient.number])).text)
    assert {"Screen failure", "Withdrawal of consent", "Death"} <= set(offered)
    assert "End of study completed" not in offered
    day = site.today() - timedelta(days=1)
    enter(
        a_visit(patient, "W01", coordinator),
        "visit",
        coordinator,
        occurrence="done",
        visited_on=day.isoformat(),
    )
    offered = re.findall(r">([^<]+)…</a>", client.get(reverse("patient", args=[patient.number])).text)
    assert {"End of study completed", "Withdrawal of consent", "Death"} <= set(offered)
    assert "Screen failure" not in offered


def test_who_is_expected_again_after_each_reason_of_this_trial():
    """Visits on demand may follow where the patient left early and lives, or withdrew and allows visits."""
    over = {Reason.COMPLETED, Reason.DEATH, Reason.SCREEN_FAILURE, Reason.WITHDRAWAL_BY_SUBJECT}
    assert {reason for reason in Reason.values if not may_be_seen_again(reason)} == over
    assert may_be_seen_again(Reason.WITHDRAWAL_BY_SUBJECT, AllowedAfter.CONTACT)
    assert not may_be_seen_again(Reason.WITHDRAWAL_BY_SUBJECT, AllowedAfter.RECORDS)
