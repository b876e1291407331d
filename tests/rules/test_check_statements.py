"""How many SQL statements the checks of one saved item cost: at most five, for every item of every form."""

from dataclasses import dataclass

import pytest
from django.db import connection

from ecrf.access.models import User
from ecrf.access.roles import Right, Role
from ecrf.casebook.models import Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.forms.crf import MissingReason
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.bench.counting import of_the_checks
from tests.builders import a_patient, a_place, a_visit
from tests.conftest import make_site, make_user
from tests.rules.test_crfs import page_of, typed

pytestmark = pytest.mark.django_db

CHECKS_AT_MOST = 5


@dataclass(frozen=True)
class Casebook:
    """A patient's, and who writes in it."""

    patient: Patient
    coordinator: User

    def place(self, key: str) -> Place:
        definition = CRFS[key]
        code = page_of(definition)
        where = a_visit(self.patient, code, self.coordinator) if code else self.patient
        return a_place(where, key, parent=1 if definition.row_of else None)

    def enter(self, place: Place, item: str, value: str | Missing) -> None:
        record(
            place=place, values={item: value}, by=self.coordinator.acting_at(self.patient.site, Right.ENTER)
        )


@pytest.fixture(scope="module")
def whole(module_db) -> Casebook:
    """Every kind of form once, every item with a value that fits, as far as it is taken."""
    site = make_site("01")
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    casebook = Casebook(a_patient(site, coordinator), coordinator)
    for key in (*protocol().scheduled_crfs(), *(row for d in CRFS.values() for row in d.rows)):
        place = casebook.place(key)
        for name, item in place.definition.entered.items():
            casebook.enter(place, name, typed(item))
    connection.check_constraints()
    return casebook


@pytest.mark.parametrize("key", CRFS)
def test_checks_of_one_saved_item_take_five_statements_at_most(key, whole):
    place = whole.place(key)
    for name, item in place.definition.entered.items():
        for given in (Missing(MissingReason.UNKNOWN), typed(item)):
            with of_the_checks() as found:
                whole.enter(place, name, given)
            assert len(found) <= CHECKS_AT_MOST, f"{name}:\n" + "\n".join(found)
