"""Training: asked, read, confirmed once, asked again; and the practice visit that the system checks itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecrf.access.models import Membership
from ecrf.access.roles import Right, Role
from ecrf.access.training import TrainingDocument, TrainingKind, TrainingRecord
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Status
from ecrf.delegation.training.practice import best_visit
from ecrf.forms.protocol import protocol
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.delegation.builders import a_training, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-074")]


@pytest.fixture
def nurse(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.mark.requirement("R-154")
def test_text_is_read_confirmed_and_work_goes_on(nurse, site, coordinator):
    document = a_training(Role.COORDINATOR)
    assert not fresh(coordinator).may(Right.ENTER, site)
    assert "Site manual" in nurse.get("/training/").content.decode()
    page = nurse.get(f"/training/read/{document.pk}/").content.decode()
    assert "<p>First.</p>" in page
    for _ in range(2):  # a double click
        assert nurse.post(f"/training/read/{document.pk}/").status_code == 302
    record = TrainingRecord.objects.get()
    assert (record.document, record.confirmed_by) == (document, coordinator)
    assert fresh(coordinator).may(Right.ENTER, site)
    assert "you have confirmed all that is asked of you" in nurse.get("/training/").content.decode()


def test_new_version_asks_again_and_the_old_one_cannot_be_confirmed_any_more(nurse, site, coordinator):
    old = a_training(Role.COORDINATOR)
    nurse.post(f"/training/read/{old.pk}/")
    new = a_training(Role.COORDINATOR, version="2")
    assert not fresh(coordinator).may(Right.ENTER, site)
    nurse.post(f"/training/read/{old.pk}/")
    assert not TrainingRecord.objects.filter(document=new).exists()
    assert not fresh(coordinator).may(Right.ENTER, site)
    assert "no longer asked of you" in nurse.get("/training/").content.decode()


def test_training_of_another_role_does_not_exist_for_me(nurse, coordinator):
    document = a_training(Role.MONITOR)
    assert nurse.get(f"/training/read/{document.pk}/").status_code == 404
    assert nurse.post(f"/training/read/{document.pk}/").status_code == 404


def test_text_is_shown_as_text(nurse):
    document = a_training(Role.COORDINATOR, text="<script>alert(1)</script>")
    assert "<script>alert" not in nurse.get(f"/training/read/{document.pk}/").content.decode()


@pytest.mark.parametrize("role", ["coordinator", "monitor", "data_manager", "safety", "statistician"])
def test_everybody_has_the_page(role, client, request):
    client.force_login(request.getfixturevalue(role))
    assert client.get("/training/").status_code == 200


# --- the practice visit ---------------------------------------------------------------------------


@pytest.fixture
def practice_site():
    return make_site("90", is_practice=True, active_from=None)


@pytest.fixture
def learner(coordinator, practice_site):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=practice_site)
    return fresh(coordinator)


@pytest.fixture
def practice():
    return a_training(Role.COORDINATOR, key="practice", title="A practice visit", kind=TrainingKind.PRACTICE)


VALUES = {"visit": {"occurrence": "done"}, "vital-signs": {"pulse": "70"}}


def whole_visit(site, by, code="W04"):
    """A visit of which every planned form stands complete, entered by one person."""
    visit = a_visit(a_patient(site, by), code, by)
    for key in protocol().plan(code).forms:
        enter(visit, key, by, **VALUES.get(key, {}))
    with acting(by.acting_at(site, Right.ENTER), patient_id=visit.patient_id):
        for key in protocol().plan(code).forms:
            Entry.objects.get_or_create(
                patient=visit.patient,
                visit=visit,
                crf=key,
                defaults={"form_version": 1, "form_fingerprint": "0" * 64},
            )
        Entry.objects.filter(visit=visit).update(status=Status.COMPLETE, missing=0)
    return visit


def test_whole_visit_at_the_practice_site_can_be_confirmed(nurse, learner, practice_site, practice, site):
    url = f"/training/read/{practice.pk}/"
    assert "Open a visit at the practice site (90)" in nurse.get(url).content.decode()
    assert nurse.post(url).status_code == 422
    whole_visit(practice_site, learner)
    assert best_visit(learner, practice).lacks == ()
    assert "Confirm the practice visit" in nurse.get(url).content.decode()
    assert nurse.post(url).status_code == 302
    assert fresh(learner).may(Right.ENTER, site)


def test_page_says_what_the_practice_visit_still_lacks(nurse, learner, practice_site, practice):
    a_visit(a_patient(practice_site, learner), "W04", learner)
    page = nurse.get(f"/training/read/{practice.pk}/").content.decode()
    assert "Still missing" in page
    assert "to do</li>" in page
    assert nurse.post(f"/training/read/{practice.pk}/").status_code == 422
    assert not TrainingRecord.objects.exists()


def test_what_another_person_entered_is_no_practice(learner, practice_site, practice):
    other = make_user("other", Role.COORDINATOR, practice_site)
    visit = whole_visit(practice_site, learner)
    enter(visit, "vital-signs", other, reason="Helped", pulse="71")
    assert [words for words in best_visit(learner, practice).lacks if "another person" in words]


def test_visit_opened_before_the_version_or_at_a_real_site_does_not_count(
    learner, site, practice_site, practice
):
    with acting(SYSTEM, source="test"):
        TrainingRecord.objects.create(document=practice, confirmed_by=learner)
    whole_visit(site, fresh(learner))
    visit = whole_visit(practice_site, learner)
    newer = a_training(
        *(Role.COORDINATOR,), key="practice", version="2", kind=TrainingKind.PRACTICE,
        published_at=visit.opened_at + timedelta(seconds=1),
    )  # fmt: skip
    assert best_visit(learner, newer) is None


def test_missed_visit_is_no_practice(learner, practice_site, practice):
    visit = a_visit(a_patient(practice_site, learner), "W04", learner)
    enter(visit, "visit", learner, occurrence="missed", missed_reason="Away")
    with acting(SYSTEM, patient_id=visit.patient_id, source="test"):
        Entry.objects.filter(visit=visit).update(status=Status.COMPLETE, missing=0)
    assert best_visit(learner, practice).lacks


# --- the administrator's pages --------------------------------------------------------------------


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


TYPED = {
    "key": "manual", "version": "1", "title": "Site manual", "kind": "reading", "text": "Read.",
    "roles": ["coordinator", "investigator"],
}  # fmt: skip


def test_number_of_people_who_will_wait_is_said_before_it_is_published(
    office, coordinator, investigator, monitor
):
    page = " ".join(office.post("/training/documents/publish/", TYPED).content.decode().split())
    assert "2 people</strong> work as investigator, coordinator" in page
    assert not TrainingDocument.objects.exists()
    assert office.post("/training/documents/publish/", {**TYPED, "sure": "yes"}).status_code == 302
    assert TrainingDocument.objects.get().published_by.username == "administrator"


def test_published_twice_by_a_double_click_stands_once(office):
    for _ in range(2):
        office.post("/training/documents/publish/", {**TYPED, "sure": "yes"})
    assert TrainingDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"roles": []}, "Tick the roles"),
        ({"roles": ["inspector"]}, "Tick the roles"),
        ({"title": " "}, "cannot be"),
        ({"key": "no key!"}, "slug"),
        ({"kind": "film"}, "not a valid choice"),
        ({"text": "x" * 20_001}, "At most 20,000 characters"),
    ],
)
def test_what_cannot_be_published_is_said_and_kept(more, field, office):
    answer = office.post("/training/documents/publish/", {**TYPED, **more, "sure": "yes"})
    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert not TrainingDocument.objects.exists()


def test_new_version_takes_the_place_of_the_one_before(office):
    for version in ("1", "2"):
        office.post("/training/documents/publish/", {**TYPED, "version": version, "sure": "yes"})
    assert TrainingDocument.objects.get(is_current=True).version == "2"
    answer = office.post("/training/documents/publish/", {**TYPED, "sure": "yes"})
    assert "There is this version already" in answer.content.decode()


def test_roles_that_a_new_version_no_longer_asks_are_named_before_it_is_published(office):
    a_training(Role.COORDINATOR, Role.INVESTIGATOR)
    key = TrainingDocument.objects.get().key
    fewer = {**TYPED, "key": key, "version": "next", "roles": ["coordinator"]}
    assert (
        "the version before did: investigator"
        in office.post("/training/documents/publish/", fewer).content.decode()
    )
    same = {**fewer, "roles": TYPED["roles"]}
    assert "No longer asked" not in office.post("/training/documents/publish/", same).content.decode()


def test_withdrawn_training_is_asked_of_nobody(office, site, coordinator):
    document = a_training(Role.COORDINATOR)
    assert office.post(f"/training/documents/{document.pk}/withdraw/", {"reason": ""}).status_code == 422
    answer = office.post(f"/training/documents/{document.pk}/withdraw/", {"reason": "Replaced by a course"})
    assert answer.status_code == 302
    assert fresh(coordinator).may(Right.ENTER, site)


def test_page_and_file_say_who_has_confirmed_and_who_has_not(office, coordinator, investigator):
    document = a_training(Role.COORDINATOR, Role.INVESTIGATOR)
    with acting(SYSTEM, source="test"):
        TrainingRecord.objects.create(document=document, confirmed_by=coordinator)
    assert "1 of 2" in office.get("/training/documents/").content.decode()
    assert "not yet" in office.get(f"/training/documents/{document.pk}/").content.decode()
    file = b"".join(office.get(f"/training/documents/{document.pk}/people.csv")).decode("utf-8-sig")
    lines = [line.split('","') for line in file.splitlines()]
    assert [line[2] for line in lines] == ["user", "coordinator", "investigator"]
    assert [bool(line[5]) for line in lines[1:]] == [True, False]


# --- rights by one statement ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 50])
def test_rights_cost_one_statement_whatever_the_number_of_roles_tasks_and_trainings(count, investigator):
    places = [make_site(f"S{number}", delegation_from=None) for number in range(count)]
    user = make_user("busy", Role.SUB_INVESTIGATOR, *places)
    with acting(SYSTEM, source="test"):
        for place in places:
            place.delegation_from = place.today()
            place.save()
            for task in ("enter", "answer", "sign"):
                user.delegations.create(
                    site=place, task=task, starts_on=place.today(), delegated_by=investigator, signed_as="S"
                )
    for number in range(count):
        document = a_training(Role.SUB_INVESTIGATOR, key=f"manual-{number}")
        with acting(SYSTEM, source="test"):
            TrainingRecord.objects.create(document=document, confirmed_by=user)
    user = fresh(user)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert all(
            user.may(right, place) for right in (Right.ENTER, Right.ANSWER, Right.SIGN) for place in places
        )
        assert len(user.current_memberships) == count
    assert len(found) == 1
