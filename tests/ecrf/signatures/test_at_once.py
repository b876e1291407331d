"""Signing while others save or sign, on several connections."""

import threading
from types import SimpleNamespace

import pytest
from django.db import connection

from ecrf.access.roles import Right, Role
from ecrf.audit.actor import acting
from ecrf.audit.verifying.verify import verify
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.signatures.services import SignatureRefused, chain_length
from tests.builders import a_patient, a_visit
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, _empty_every_table, at_once  # noqa: F401
from tests.ecrf.signatures.conftest import change, checked, complete_scale, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(_django_db_helper) -> SimpleNamespace:  # noqa: F811
    """A complete form, a coordinator and an investigator, on every connection."""
    site = make_site("01")
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    investigator = checked(make_user("investigator", Role.INVESTIGATOR, site))
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    complete_scale(visit, coordinator)
    return SimpleNamespace(visit=visit, coordinator=coordinator, investigator=investigator)


def trying(act):
    def attempt() -> str:
        try:
            act()
        except SignatureRefused as refusal:
            return str(refusal)
        return "done"

    return attempt


@pytest.mark.requirement("R-040")
def test_somebody_saves_while_the_visit_is_signed(committed):
    """Whoever comes first: a signature never stands over a value that its page did not show."""
    seen = chain_length(committed.visit.patient)
    said, _ = at_once(
        trying(lambda: signed(committed.visit, SignatureScope.VISIT, committed.investigator, seen)),
        lambda: change(committed.visit, committed.coordinator),
    )
    found = Signature.objects.first()
    assert ("changed meanwhile" in said) if found is None else not found.stands
    assert verify().faults == []


def test_signature_waits_for_a_save_that_has_begun_and_is_refused(committed):
    visit, by = committed.visit, committed.coordinator.acting_at(committed.visit.site, Right.ENTER)
    seen, begun = chain_length(visit.patient), threading.Event()

    def save() -> None:
        with acting(by, patient_id=visit.patient_id, reason="Misread"):
            change(visit, committed.coordinator)
            begun.set()
            threading.Event().wait(0.5)

    def sign_meanwhile() -> str:
        begun.wait(10)
        return trying(lambda: signed(visit, SignatureScope.VISIT, committed.investigator, seen))()

    assert "changed meanwhile" in at_once(sign_meanwhile, save)[0]
    assert not Signature.objects.exists()


def test_double_click_signs_once(committed):
    seen = chain_length(committed.visit.patient)
    click = trying(lambda: signed(committed.visit, SignatureScope.VISIT, committed.investigator, seen))
    said = at_once(click, click, click)
    assert sorted("signed already" in each for each in said) == [False, True, True]
    assert Signature.objects.count() == 1
    connection.close()
