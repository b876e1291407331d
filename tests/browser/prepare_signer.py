"""Adds to the browser tests' database a site of its own, with a visit to sign by who has no password here."""

import django

django.setup()

from ecrf.access.roles import Right, Role  # noqa: E402
from ecrf.audit.actor import SYSTEM  # noqa: E402
from ecrf.casebook.services import complete_entries  # noqa: E402
from ecrf.signatures.signers import confirm_identity  # noqa: E402
from tests.builders import a_patient, a_place, a_visit, enter  # noqa: E402
from tests.conftest import make_site, make_user  # noqa: E402
from tests.ecrf.account.sso.conftest import linked  # noqa: E402

site = make_site("03")
coordinator = make_user("coordinator03", Role.COORDINATOR, site)
signer = linked(make_user("investigator03", Role.INVESTIGATOR, site), "hospital-3", with_password=False)
confirm_identity(user=signer, confirmed_by="Synthetic manager", how="Invented", by=SYSTEM, source="test")
patient = a_patient(site, coordinator)
missed = a_visit(patient, "W04", coordinator)
enter(missed, "visit", coordinator, occurrence="missed", missed_reason="Away")
complete_entries(
    patient=patient,
    places=[a_place(missed, "visit")],
    by=coordinator.acting_at(site, Right.ENTER),
)
