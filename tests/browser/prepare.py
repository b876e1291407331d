"""Fills the browser tests' database: sites, accounts, and a patient with two complete visits behind it."""

from datetime import timedelta

import django

django.setup()

from ecrf.access.roles import Role  # noqa: E402
from tests.builders import a_patient, a_visit, enter  # noqa: E402
from tests.conftest import make_site, make_user  # noqa: E402
from trial.crfs.mrc_strength import MUSCLES  # noqa: E402
from trial.outcomes import mrc_items  # noqa: E402

site, other = make_site("01"), make_site("02")
coordinator = make_user("coordinator01", Role.COORDINATOR, site)
make_user("investigator01", Role.INVESTIGATOR, site)
make_user("coordinator02", Role.COORDINATOR, other)
make_user("monitor", Role.MONITOR, site)

today = site.today()
for _ in range(8):
    patient = a_patient(site, coordinator)
    baseline = a_visit(patient, "W01", coordinator)
    enter(
        baseline,
        "visit",
        coordinator,
        fate="done",
        visited_on=str(today - timedelta(days=21)),
        contact="on-site",
    )
    enter(baseline, "mrc-strength", coordinator, **dict.fromkeys(mrc_items(MUSCLES), "4"))
    enter(baseline, "grip-strength", coordinator, right_1="31.0", left_1="30.0")
    enter(baseline, "vital-signs", coordinator, weight_kg="60.0")
