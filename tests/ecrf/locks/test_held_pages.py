"""What is frozen is shown on the site's page as it stands, the rows of its forms too, and offers no field."""

import re

import pytest

from ecrf.access.roles import Right
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.monitoring.world import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-112")]


@pytest.fixture
def visit(site, coordinator):
    """Week 4 with two doses, each with a lot."""
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    for number in (1, 2):
        enter(visit, "dose", coordinator, number=number, given_g="10")
        enter(visit, "dose-lot", coordinator, parent=number, lot_number=f"L{number}")
    return visit


def can_type_into(page: str, name: str) -> bool:
    """Whether the page offers the field, and it takes what is typed."""
    field = re.search(rf'<(?:input|textarea)[^>]*name="{name}"[^>]*>', page)
    return field is not None and not re.search(r"\b(disabled|readonly)\b", field[0])


def freeze(scope, by, **what):
    site = next(iter(what.values())).site
    put(
        kind=LockKind.FREEZE,
        scope=scope,
        reason="Settled",
        by=by,
        actor=by.acting_at(site, Right.LOCK),
        **what,
    )


def fields(visit, by):
    page = logged_in(by).get(f"/patients/{visit.patient.number}/W04/").content.decode()
    names = ("dose:1:given_g", "dose-lot:1.1:lot_number", "dose:2:given_g", "dose-lot:2.1:lot_number")
    return [can_type_into(page, name) for name in names]


def test_frozen_form_is_held_with_its_rows_and_no_other(visit, coordinator, data_manager):
    assert fields(visit, coordinator) == [True] * 4
    freeze(LockScope.FORM, data_manager, entry=visit.entries.get(crf="dose", number=1))
    assert fields(visit, coordinator) == [False, False, True, True]


def test_frozen_visit_is_held_with_all_its_rows(visit, coordinator, data_manager):
    freeze(LockScope.VISIT, data_manager, visit=visit)
    assert fields(visit, coordinator) == [False] * 4
