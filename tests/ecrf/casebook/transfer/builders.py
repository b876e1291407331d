"""Hands patients over through the product's own service."""

import uuid
from datetime import date

from ecrf.access.models import Site, User
from ecrf.access.obstacles import holders_of
from ecrf.access.roles import Role
from ecrf.casebook.models import Patient
from ecrf.casebook.transfer.models import Transfer
from ecrf.casebook.transfer.services import Agreement, transfer

MOVED_ON = date(2026, 2, 1)
REASON = "The patient moved house"


def hand_over(patient: Patient, to_site: Site, by: User, **more) -> Transfer:
    """As agreed by the first investigator of each site, on the day itself, unless it is said otherwise."""
    moved_on = more.pop("moved_on", MOVED_ON)
    told = {
        "moved_on": moved_on,
        "from_agreed": Agreement(_first(patient.site), moved_on),
        "to_agreed": Agreement(_first(to_site), moved_on),
        "reason": REASON,
        "request_key": uuid.uuid4(),
    }
    return transfer(patient=patient, to_site=to_site, by=by, **{**told, **more})


def _first(site: Site) -> User | None:
    return next(iter(holders_of(site, Role.INVESTIGATOR)), None)
