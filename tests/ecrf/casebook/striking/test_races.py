"""Striking out by two people at once, and while somebody enters, on several connections."""

import pytest

from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.services import open_visit
from ecrf.casebook.striking import NotStruck, restore_visit, strike_patient, strike_visit
from tests.builders import enter
from tests.ecrf.casebook.record.test_concurrency import (  # noqa: F401  (fixtures)
    _django_db_helper,
    at_once,
    committed,
)

pytestmark = pytest.mark.django_db

WHY = "Opened by mistake"


def fresh(visit) -> Visit:
    return Visit.objects.select_related("patient__site").get(pk=visit.pk)


def test_two_people_strike_it_out_once(committed):  # noqa: F811
    enter(committed.visit, "reading", committed.people[0], value_1="31.5")
    at_once(
        *(
            lambda by=by: strike_visit(visit=fresh(committed.visit), by=by, reason=WHY)
            for by in committed.people
        )
    )
    events = AuditEvent.objects.filter(
        table="casebook_visit", row=str(committed.visit.pk), operation="UPDATE"
    )
    assert events.count() == 1
    assert verify().faults == []


@pytest.mark.parametrize("strikes", ["visit", "patient"])
def test_who_enters_meanwhile_is_in_it_or_is_refused(committed, strikes):  # noqa: F811
    """Never does a form stand in what is struck out."""
    first, second = committed.people

    def strike():
        visit = fresh(committed.visit)
        if strikes == "visit":
            strike_visit(visit=visit, by=first, reason=WHY)
        else:
            strike_patient(patient=visit.patient, by=first, reason=WHY)

    _none, entered = at_once(strike, lambda: enter(fresh(committed.visit), "reading", second, value_1="31.5"))
    assert not Entry.objects.filter(parent=None, struck_at=None).exists()
    assert entered.changed or "struck out" in entered.refused["value_1"]
    assert verify().faults == []


def test_restored_and_opened_again_at_once_one_of_its_code_stands(committed):  # noqa: F811
    first, second = committed.people
    strike_visit(visit=fresh(committed.visit), by=first, reason=WHY)

    def restore():
        try:
            restore_visit(visit=fresh(committed.visit), by=first, reason="It was right")
        except NotStruck as refusal:
            return str(refusal)

    at_once(restore, lambda: open_visit(patient=fresh(committed.visit).patient, code="W01", by=second))
    assert Visit.objects.filter(struck_at=None, code="W01").count() == 1
