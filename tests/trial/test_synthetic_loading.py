"""The synthetic study goes in through the product's own services, as the sites would have entered it."""

import pytest
import time_machine
from django.core.management import CommandError, call_command

from ecrf.access.models import User
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, PatientStatus, ReferenceRange, Status
from ecrf.casebook.schedule.due import PatientState, VisitState
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.checks.models import Discrepancy, DiscrepancyState
from tests.conftest import make_site
from trial.crfs.grip_strength import GripStrength
from trial.crfs.mrc_strength import MrcStrength
from trial.synthetic import accounts, casebook, course, loading, practice
from trial.synthetic.exceptions import LEFT_OPEN
from trial.synthetic.patients import ADVERSE_EVENT, STORIES, PatientStory


def story_of(name: str) -> PatientStory:
    return next(story for story in STORIES if story.name == name)


@pytest.fixture
def people(db):
    accounts.create("synthetic password")


@pytest.fixture
def study(people):
    loading.add_ranges_where_none()


def test_a_study_patient_goes_in_through_the_services_and_the_audit_trail_holds(study):
    story = next(story for story in STORIES if story.ending == ADVERSE_EVENT)
    patient = loading.load_patient(story, casebook.pages(story))
    assert verify().faults == []
    assert not Entry.objects.exclude(status=Status.COMPLETE).exists()
    assert not Discrepancy.objects.filter(state=DiscrepancyState.OPEN).exists()
    found = schedule_status_of(patient)
    assert found.state == PatientState.ENDED
    assert {visit.state for visit in found.visits} == {VisitState.DONE, VisitState.NOT_EXPECTED}
    sums = dict(MrcStrength.objects.values_list("entry__visit__code", "sum_score"))
    assert sums == {code: sum(course.grades(story, code).values()) for code in course.codes(story)}
    bests = dict(GripStrength.objects.values_list("entry__visit__code", f"{story.affected}_best"))
    trials = {code: course.grips(story, code) for code in course.codes(story)}
    assert bests == {
        code: max(kpa for item, kpa in found.items() if item.startswith(story.affected))
        for code, found in trials.items()
    }
    data = PatientData(patient)
    end, serious = data.one("end-of-study"), data.one("serious-adverse-event")
    assert data.linked(end, "adverse_event").term == "Dysphagia"
    assert data.linked(serious, "adverse_event").term == "Dysphagia"


def test_what_is_worn_off_unscheduled_struck_out_and_left_open_goes_in_too(study):
    story = story_of("S01")
    wanted = ("", "SCR", "W01", "W37", "UNS-1", "W43")
    pages = [page for page in casebook.pages(story) if page.code in wanted]
    patient = loading.load_patient(story, pages)
    data = PatientData(patient)
    before, after = (data.at("mrc-strength", code)[0] for code in ("W37", "UNS-1"))
    assert after.sum_score - before.sum_score >= 2
    struck = Entry.objects.get(patient=patient, struck_at__isnull=False)
    assert (struck.crf, struck.link, struck.struck_reason[:13]) == ("adverse-event", "3", "Entered twice")
    left = Discrepancy.objects.filter(state=DiscrepancyState.OPEN).values_list(
        "entry__visit__code", "check_id"
    )
    assert {("S01", *found) for found in left} == {found for found in LEFT_OPEN if found[0] == "S01"}


def test_a_row_that_was_struck_out_by_mistake_is_restored(study):
    story = story_of("S06")
    pages = casebook.pages(story)
    events, medication = pages[-1].forms[0], [f for f in pages[-1].forms if f.restored]
    assert (events.crf, len(medication)) == ("adverse-event", 1)
    patient = loading.load_patient(
        story, [pages[0], pages[1], casebook.FilledPage("", [events, *medication])]
    )
    entry = Entry.objects.get(patient=patient, crf="concomitant-medication")
    assert entry.struck_at is None
    assert verify().faults == []


def test_data_of_an_earlier_version_are_named_and_the_rest_is_loaded(people, monkeypatch, capsys):
    story = story_of("S08")
    loading.load_patient(story, [])
    monkeypatch.setattr(loading, "STORIES", (story,))
    monkeypatch.setattr(practice, "LIVES", practice.LIVES[-1:])
    monkeypatch.setenv("DEMO_PASSWORD", "synthetic password")
    call_command("load_synthetic_study")
    assert "earlier version" in capsys.readouterr().out
    assert Patient.objects.count() == 2
    call_command("load_synthetic_study")
    assert capsys.readouterr().out.count("make demo-reset") == 1


def test_every_site_has_its_ranges_once(study):
    loading.add_ranges_where_none()
    sites = set(ReferenceRange.objects.values_list("site__code", flat=True))
    assert sites == set(accounts.ALL_SITES)
    assert ReferenceRange.objects.filter(site__code="02", test="HGB", sex="M").count() == 1


@pytest.mark.parametrize("clock", ["00:05", "09:00"])
def test_a_practice_visit_begun_has_gaps_and_an_open_discrepancy_at_any_hour(study, clock):
    with time_machine.travel(f"2027-02-28T{clock}+09:00"):
        now = accounts.Site.objects.get(code=practice.SITE).now()
        lives = {story.name: (story, pages, begun) for story, pages, begun in practice.casebooks(now)}
        story, pages, begun = lives["P3"]
        patient = loading.load_patient(
            story, [page for page in pages if page.code in ("SCR", "W01", "W07")], begun
        )
    assert PatientStatus.objects.get(patient=patient).unfinished_code == "W10"
    assert Discrepancy.objects.get(state=DiscrepancyState.OPEN).check_id == "VS-004"
    assert Entry.objects.filter(patient=patient, status=Status.DRAFT, missing__gt=0).count() == 4


def test_the_command_adds_nothing_a_second_time_and_sets_another_password_anew(people, monkeypatch, capsys):
    monkeypatch.setattr(loading, "STORIES", ())
    monkeypatch.setattr(practice, "LIVES", practice.LIVES[-1:])
    monkeypatch.setenv("DEMO_PASSWORD", "synthetic password")
    call_command("load_synthetic_study")
    assert Patient.objects.count() == 1
    monkeypatch.setenv("DEMO_PASSWORD", "another password")
    call_command("load_synthetic_study")
    assert Patient.objects.count() == 1
    assert "there already" in capsys.readouterr().out
    assert User.objects.get(username="monitor").check_password("another password")
    assert verify().faults == []


def test_the_command_refuses_where_synthetic_data_do_not_belong(db, settings):
    settings.SYNTHETIC_DATA = False
    with pytest.raises(CommandError, match="SYNTHETIC_DATA"):
        call_command("load_synthetic_study")


def test_everybody_and_every_place_says_it_is_synthetic(people):
    names = [
        *User.objects.values_list("full_name", flat=True),
        *accounts.Site.objects.values_list("name", flat=True),
    ]
    assert all("synthetic" in name for name in names)
    writer = User.objects.get(username="investigator03")
    assert not writer.has_usable_password()


def test_sites_that_are_not_of_the_synthetic_study_are_left_alone(db):
    other = make_site("77", "Europe/Berlin")
    loading.add_ranges_where_none()
    assert not other.reference_ranges.exists()
