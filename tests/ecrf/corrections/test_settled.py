"""What is complete, verified and signed, and each act of putting right or leaving after it: what stands, what breaks,
and what comes back with a restoring."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ecrf.access.roles import Role
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.moving import NotMoved
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.striking import (
    NotStruck,
    StrikingConsent,
    restore_patient,
    restore_visit,
    strike_patient,
    strike_visit,
)
from ecrf.signatures.models import STANDS, Signature
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.moving.builders import forms_of, moved
from tests.ecrf.corrections.pairs import ACTS, ago, now, user, week4
from tests.ecrf.corrections.whole import whatever_came_of_it
from tests.ecrf.signatures.conftest import checked, complete_scale, signed
from tests.ecrf.verification.acts import verify

pytestmark = pytest.mark.django_db

WHY = "Done by mistake"


@pytest.fixture(scope="module")
def world(module_db) -> SimpleNamespace:
    """A visit whose scale is complete, with one item verified, signed as a form and as a visit."""
    site, other_site = make_site("01"), make_site("02")
    investigator = checked(make_user("investigator", Role.INVESTIGATOR, site))
    make_user("outsider", Role.INVESTIGATOR, other_site)
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    monitor = make_user("monitor", Role.MONITOR, site)
    make_user("data_manager", Role.DATA_MANAGER)
    patient = a_patient(site, coordinator)
    for code, days in (("W01", 30), ("W04", 9)):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on=str(ago(site, days)))
    entry = complete_scale(visit, coordinator)
    verify(entry, monitor, item="question_1")
    signed(entry, "form", investigator)
    return SimpleNamespace(
        site=site, other_site=other_site, patient=patient, other=a_patient(site, coordinator)
    )


def consent(world: SimpleNamespace) -> StrikingConsent:
    return StrikingConsent(user("investigator"), world.site.today())


def strike(world: SimpleNamespace) -> None:
    strike_visit(visit=week4(world), by=user("data_manager"), reason=WHY, consent=consent(world))


def strike_all(world: SimpleNamespace) -> None:
    strike_patient(patient=now(world), by=user("data_manager"), reason=WHY, consent=consent(world))


def move(world: SimpleNamespace, to: Patient | None = None, code: str = "UNS-1") -> None:
    forms = forms_of(week4(world))
    moved(forms, to or now(world), code, user("data_manager"), consent=consent(world))


def move_away(world: SimpleNamespace) -> None:
    move(world, Patient.objects.select_related("site").get(pk=world.other.pk), "W04")


BREAKS: dict[str, Callable[[SimpleNamespace], None]] = {
    "strike": strike,
    "strike patient": strike_all,
    "move": move,
    "move away": move_away,
}


def signatures_stand() -> bool:
    return Signature.objects.filter(STANDS).exists()


def verified(patient: Patient) -> int:
    """Items that count as verified."""
    statuses = ReviewStatus.objects.filter(patient=patient)
    return sum(one.critical_verified + one.rest_verified for one in statuses)


@pytest.mark.parametrize("act", BREAKS)
def test_what_leaves_its_place_is_signed_and_verified_no_more(world, db, act):
    assert (signatures_stand(), verified(world.patient)) == (True, 1)
    BREAKS[act](world)
    assert (signatures_stand(), verified(world.patient), verified(world.other)) == (False, 0, 0)
    new = Entry.objects.filter(crf="scale", struck_at=None)
    assert {entry.status for entry in new} <= {"draft"}
    whatever_came_of_it()


def test_restored_it_is_verified_again_and_signed_anew(world, db):
    """The monitor saw these very values; a signature that broke stays broken."""
    for undo in ("visit", "patient"):
        if undo == "visit":
            strike(world)
            visit = Visit.objects.select_related("patient__site").get(patient=world.patient, code="W04")
            restore_visit(visit=visit, by=user("data_manager"), reason="It was right")
        else:
            strike_all(world)
            restore_patient(patient=now(world), by=user("data_manager"), reason="Not twice")
        assert (signatures_stand(), verified(world.patient)) == (False, 1)
        whatever_came_of_it()


@pytest.mark.parametrize("act", ["book", "hand over", "die", "freeze", "lock", "question"])
def test_what_touches_none_of_its_values_leaves_both_as_they_are(world, db, act):
    ACTS[act](world)
    assert (signatures_stand(), verified(now(world))) == (True, 1)
    whatever_came_of_it()


@pytest.mark.parametrize("act", ["strike", "strike patient", "move", "move away"])
def test_the_site_itself_does_none_of_it_with_what_is_complete(world, db, act):
    with pytest.raises((NotStruck, NotMoved), match="completed forms"):
        ACTS[act](world)
    assert (signatures_stand(), verified(world.patient)) == (True, 1)
