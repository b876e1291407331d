"""Printed pages: no item of the trial is left out of a visit's print or of a worksheet."""

import re

import pytest

from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit
from tests.printed import print_visit, reader

pytestmark = pytest.mark.django_db

PLANS = [plan.code for plan in protocol().visits]
LOGS = [*protocol().logs, *protocol().patient_forms]


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def read(coordinator):
    """The page at an address as somebody reads it, or its source."""
    return reader(coordinator)


def test_every_item_of_every_planned_form_stands_on_the_page_though_nothing_is_entered(read, visit):
    page = read(*print_visit(visit))
    for key in protocol().plan("W04").forms:
        definition = CRFS[key]
        assert f"{definition.title} not begun" in page
        assert_labels(definition, page)
    assert "blank" in page


# --- worksheets ------------------------------------------------------------------------------------


def assert_labels(definition, page: str, forms: tuple[str, ...] | None = None) -> None:
    """Every label stands there, save of what nobody expects, and of what belongs to a form that is none of the visit's
    `forms`; in a grid it is taken apart into the heads of its line and its column."""
    for item in definition.items.values():
        if item.asked_with and forms is not None and item.asked_with not in forms:
            assert str(item.verbose_name) not in page
            continue
        label = str(item.verbose_name)
        line, _, column = label.rpartition(", ")
        assert item.quiet or label in page or (line in page and column.capitalize() in page), label


@pytest.mark.requirement("R-131")
@pytest.mark.parametrize("code", PLANS)
def test_worksheet_of_a_visit_holds_every_item_of_every_form(code, read):
    page, plan = read("worksheet", code), next(p for p in protocol().visits if p.code == code)
    for key in (*plan.forms, *plan.optional):
        for definition in (CRFS[key], *(CRFS[row] for row in CRFS[key].rows)):
            assert_labels(definition, page, (*plan.forms, *plan.optional))
            assert [name for name in definition.row_names if name not in page] == []
    assert "Patient no." in page
    assert "blank " not in page.lower().replace("blank worksheet", "")


@pytest.mark.requirement("R-131")
@pytest.mark.parametrize("key", LOGS)
def test_worksheet_of_a_log_holds_every_item_with_room_for_several_rows(key, read):
    definition, page = CRFS[key], read("log-worksheet", key)
    for each in (definition, *(CRFS[row] for row in definition.rows)):
        assert_labels(each, page)


def test_list_of_worksheets_leads_to_every_one(read):
    page = read("worksheets", source=True)
    assert set(re.findall(r'href="/print/worksheets/([\w-]+)/"', page)) == set(PLANS)
    assert set(re.findall(r'href="/print/worksheets/log/([\w-]+)/"', page)) == set(LOGS)
