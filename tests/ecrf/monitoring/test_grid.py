"""The monitor's grid of visits × forms: each cell says what is verified, asked, signed, broken and locked."""

import html
import re

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.signatures.models import Signature, SignatureScope
from ecrf.signatures.services import chain_length, sign
from ecrf.signatures.signers import confirm_identity
from ecrf.verification.models import Verification
from ecrf.verification.services import verify_shown
from tests.builders import a_patient, a_visit
from tests.ecrf.monitoring.world import logged_in
from tests.ecrf.queries.builders import asked, change, complete, vital_signs
from tests.ecrf.verification.test_plan import put as raise_share

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


@pytest.fixture
def visit(site, coordinator):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    vital_signs(visit, coordinator)
    return visit


@pytest.fixture
def cell(visit, monitor):
    """What is read out of the cell of the vital signs at Week 4."""

    def words() -> str:
        page = logged_in(monitor).get(reverse("monitor:casebook_patient_change", args=[visit.patient.pk]))
        link = re.search(r'<a href="[^"]*#vital-signs-1" title="([^"]*)"', page.content.decode())
        assert link
        return html.unescape(link[1])

    return words


def entry_of(visit):
    return CRFS["vital-signs"].model.objects.get(entry__visit=visit).entry


def test_form_that_is_complete_is_not_said_to_be_verified(cell, visit, coordinator, data_manager):
    assert cell() == "nothing missing, to complete"
    complete(visit, "vital-signs", coordinator)
    raise_share(visit.site, data_manager, 100)
    assert re.fullmatch(r"\d+ to verify", cell())


def test_cell_says_what_is_verified_asked_signed_broken_and_locked(
    cell, visit, coordinator, monitor, investigator, data_manager
):
    complete(visit, "vital-signs", coordinator)
    entry, site = entry_of(visit), visit.site
    entry.patient = visit.patient
    items = [(entry, name) for name in CRFS["vital-signs"].entered]
    by = monitor.acting_at(site, Right.VERIFY)
    verify_shown(patient=visit.patient, items=items, seen=chain_length(visit.patient), by=monitor, actor=by)
    assert Verification.objects.exists()
    assert cell() in ("verified", "complete, nothing to verify by plan")
    asked(entry, monitor)
    assert "1 open query" in cell()
    confirm_identity(user=investigator, confirmed_by="Synthetic", how="Invented", by=SYSTEM, source="test")
    sign(
        patient=visit.patient,
        scope=SignatureScope.FORM,
        entry=entry,
        seen=chain_length(visit.patient),
        by=investigator,
        actor=investigator.acting_at(site, Right.SIGN),
        declares=True,
    )
    assert cell().endswith("signed")
    change(entry, coordinator, systolic="125")
    assert not Signature.objects.get().stands
    assert cell().endswith("signature broken")
    put(
        kind=LockKind.LOCK,
        scope=LockScope.FORM,
        entry=entry,
        reason="Settled",
        by=data_manager,
        actor=data_manager.acting_at(site, Right.LOCK),
        despite_open_points=True,
    )
    assert cell().endswith("signature broken, locked")
