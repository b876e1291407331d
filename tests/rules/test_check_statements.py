"""How many SQL statements the checks of one saved item cost: at most five, for every item of every form."""

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import Missing
from ecrf.forms.crf import MissingReason
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.bench.counting import of_the_checks
from tests.builders import a_patient, a_place, a_visit
from tests.rules.test_crfs import page_of, typed

pytestmark = pytest.mark.django_db

CHECKS_AT_MOST = 5


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def by(site, coordinator):
    return coordinator.acting_at(site, Right.ENTER)


def _place(key, patient, coordinator, number=1):
    definition = CRFS[key]
    code = page_of(definition)
    where = a_visit(patient, code, coordinator) if code else patient
    return a_place(where, key, number, parent=1 if definition.row_of else None)


@pytest.fixture
def whole(patient, coordinator, by):
    """Every kind of form once, every item with a value that fits, as far as it is taken."""
    for key in (*protocol().scheduled_crfs(), *(row for d in CRFS.values() for row in d.rows)):
        place = _place(key, patient, coordinator)
        for name, item in place.definition.entered.items():
            record(place=place, values={name: typed(item)}, by=by)
    return patient


@pytest.mark.parametrize("key", CRFS)
def test_checks_of_one_saved_item_take_five_statements_at_most(key, whole, coordinator, by):
    place = _place(key, whole, coordinator)
    for name, item in place.definition.entered.items():
        for given in (Missing(MissingReason.UNKNOWN), typed(item)):
            with of_the_checks() as found:
                record(place=place, values={name: given}, by=by)
            assert len(found) <= CHECKS_AT_MOST, f"{name}:\n" + "\n".join(found)
