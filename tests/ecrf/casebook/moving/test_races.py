"""Two moves at once, and a move while somebody saves, on connections of their own: once, whole, and nobody waits in a
circle."""

import uuid

import pytest

from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry
from ecrf.casebook.moving import NotMoved
from ecrf.casebook.record.hooks import Recorded
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import contents, forms_of, moved
from tests.ecrf.casebook.record.test_concurrency import (  # noqa: F401  (fixtures)
    _django_db_helper,
    at_once,
    committed,
)

pytestmark = pytest.mark.django_db


def moving(forms, to, code, by, **more):
    """A move in a thread; what it refuses is returned in words."""

    def act():
        try:
            return moved(forms, to, code, by, **more)
        except (NotMoved, Locked) as refusal:
            return str(refusal)

    return act


@pytest.fixture
def filled(committed):  # noqa: F811
    enter(committed.visit, "vital-signs", committed.people[0], pulse="70")
    enter(committed.visit, "dose", committed.people[0], given_g="10")
    return committed


def test_same_click_in_two_requests_moves_once(filled):
    forms, key = forms_of(filled.visit), uuid.uuid4()
    by, patient = filled.people[0], filled.patient
    results = at_once(*[moving(forms, patient, "W04", by, key=key) for _ in range(2)])
    assert sorted(result.was_done for result in results) == [False, True]
    assert Entry.objects.filter(patient=patient, struck_at=None).count() == len(forms)
    assert verify().faults == []


def test_two_tabs_that_move_the_same_to_two_places_move_once(filled):
    forms, patient = forms_of(filled.visit), filled.patient
    results = at_once(
        moving(forms, patient, "W04", filled.people[0]), moving(forms, patient, "W07", filled.people[1])
    )
    (refused,) = [result for result in results if isinstance(result, str)]
    assert "Moved to" in refused
    assert sorted(bool(contents(patient, code)) for code in ("W04", "W07")) == [False, True]


def test_moves_between_two_patients_in_both_directions_do_not_wait_in_a_circle(filled):
    by, site = filled.people, filled.site
    for _ in range(5):
        visits = [a_visit(a_patient(site, by[0]), "W04", by[0]) for _ in range(2)]
        for visit in visits:
            enter(visit, "reading", by[0], value_1="31.5")
        (one, two), forms = [visit.patient for visit in visits], [forms_of(visit) for visit in visits]
        at_once(moving(forms[0], two, "W07", by[0]), moving(forms[1], one, "W07", by[1]))
        for patient in (one, two):
            assert contents(patient, "W07").keys() == {("reading", "1")}
            assert contents(patient, "W04") == {}
    assert verify().faults == []


def test_save_in_flight_goes_along_or_is_refused_and_is_never_lost(filled):
    patient, by = filled.patient, filled.people
    forms = forms_of(filled.visit)
    _move, saved = at_once(
        moving(forms, patient, "W04", by[0]),
        lambda: enter(filled.visit, "vital-signs", by[1], weight_kg="61.5"),
    )
    assert isinstance(saved, Recorded)
    weight = contents(patient, "W04")["vital-signs", "1"]["weight_kg"]
    if saved.refused:
        assert "struck out" in " ".join(saved.refused.values())
        assert weight is None
    else:
        assert str(weight) == "61.5"
    assert contents(patient, "W01") == {}
