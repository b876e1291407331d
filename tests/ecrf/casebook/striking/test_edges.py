"""Striking out a visit: every form of the protocol, locks, races, data cuts, a form that is there once."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.refusals import Locked
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Visit
from ecrf.casebook.record.store import ensure_entry
from ecrf.casebook.striking import NotStruck, Striking, follow, restore_visit, strike_visit
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.casebook.striking.acts import strike_form

pytestmark = pytest.mark.django_db

WHY = "Opened by mistake"
FORMS = [
    (plan.code, key)
    for plan in protocol().visits
    for key in (*plan.forms, *plan.optional)
    if not plan.repeats
]


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.mark.parametrize(("code", "key"), FORMS, ids=["-".join(one) for one in FORMS])
def test_every_form_goes_and_comes_back_with_its_visit(patient, coordinator, site, code, key):
    visit, definition = a_visit(patient, code, coordinator), CRFS[key]
    with acting(coordinator.acting_at(site, Right.ENTER), patient_id=patient.pk):
        ensure_entry(a_place(visit, key))
        for row in definition.rows:
            ensure_entry(a_place(visit, row, parent=1))
    kinds = (key, *definition.rows)
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    data = PatientData(patient)
    assert [len(data.rows(kind)) for kind in kinds] == [0 for _ in kinds]
    assert [len(data.with_struck(kind)) for kind in kinds] == [1 for _ in kinds]
    restore_visit(visit=visit, by=coordinator, reason="It was right")
    data = PatientData(patient)
    assert [len(data.rows(kind)) for kind in kinds] == [1 for _ in kinds]
    assert verify().faults == []


def test_form_that_is_there_once_leaves_its_place_to_another(patient, coordinator, site):
    """What moving does: the old one stays struck out beside the new one, rows and all."""
    visit = a_visit(patient, "W01", coordinator)
    once = next(key for key in protocol().plan("W01").forms if not CRFS[key].can_repeat and key != "visit")
    with acting(coordinator.acting_at(site, Right.ENTER), patient_id=patient.pk, reason=WHY):
        old = ensure_entry(a_place(visit, once))
        strike_form(old, Striking.now(coordinator, WHY))
        new = ensure_entry(a_place(visit, once))
        follow(patient)
    assert old.pk != new.pk
    data = PatientData(patient)
    assert [row.entry_id for row in data.rows(once)] == [new.pk]
    assert data.row_at(a_place(visit, once)).entry_id == new.pk


def test_frozen_visit_is_not_struck_out(patient, coordinator, data_manager, site):
    from ecrf.locks.models import Lock

    visit = a_visit(patient, "W01", coordinator)
    with acting(data_manager.acting_at(site, Right.LOCK), patient_id=patient.pk):
        Lock.objects.create(
            kind="freeze",
            scope="visit",
            site=site,
            patient=patient,
            visit=visit,
            reason="Interim analysis",
            set_at=timezone.now(),
            set_by=data_manager,
        )
    with pytest.raises(Locked, match=r"is frozen since .+ by data_manager: Interim analysis"):
        strike_visit(visit=visit, by=coordinator, reason=WHY)
    visit.refresh_from_db()
    assert visit.struck_at is None


def test_database_refuses_what_says_nobody_or_nothing(patient, coordinator):
    visit = a_visit(patient, "W01", coordinator)
    for columns in (
        {"struck_at": timezone.now()},
        {"struck_consent_of": coordinator},
        {"struck_reason": WHY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), acting(SYSTEM, patient_id=patient.pk):
            Visit.objects.filter(pk=visit.pk).update(**columns)


def test_number_of_statements_does_not_grow_with_the_forms(
    patient, coordinator, django_assert_max_num_queries
):
    visits = [a_visit(patient, code, coordinator) for code in ("W01", "W04")]
    for number in range(1, 9):
        enter(visits[1], "dose", coordinator, number=number, given_g="10")
    counts = []
    for visit in visits:
        with django_assert_max_num_queries(60) as seen:
            strike_visit(visit=visit, by=coordinator, reason=WHY)
        counts.append(len(seen))
    assert counts[1] - counts[0] <= 3, counts


def test_older_data_cut_gives_the_same_bytes(patient, coordinator, tmp_path):
    from io import BytesIO

    from ecrf.exports.cut import Cut, present_positions
    from ecrf.exports.odm.file import write_odm

    visit = a_visit(patient, "W01", coordinator)
    enter(visit, "vital-signs", coordinator, pulse="70")
    taken_at, positions = present_positions()

    def odm(name, at, where, kind="snapshot"):
        file = BytesIO()
        write_odm(file, Cut(name=name, taken_at=at, positions=where, without_identifiers=False), kind)
        return file.getvalue()

    before = odm("Before", taken_at, positions)
    strike_visit(visit=visit, by=coordinator, reason=WHY)
    assert odm("Before", taken_at, positions) == before
    later = present_positions()
    assert b"W01" in before
    assert b"<StudyEventData" in before
    assert b"<StudyEventData" not in odm("After", *later)
    assert b'TransactionType="Remove"' in odm("After", *later, kind="transactional")


def test_wrong_reason_and_unknown_person_change_nothing(patient, coordinator, outsider):
    visit = a_visit(patient, "W01", coordinator)
    with pytest.raises(NotStruck):
        strike_visit(visit=visit, by=outsider, reason=WHY)
    visit.refresh_from_db()
    assert visit.struck_at is None
