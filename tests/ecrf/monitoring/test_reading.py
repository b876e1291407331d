"""How a visit is read in Review: the number of the visit before beside each, only columns in which something stands."""

import pytest
from django.urls import reverse

from ecrf.forms.registry import CRFS
from ecrf.monitoring.sdv.columns import in_reading_order
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.monitoring.world import logged_in, text_of
from tests.ecrf.queries.builders import vital_signs

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def page_of(visit) -> str:
    return reverse("monitor:casebook_visit_change", args=[visit.pk])


def test_number_of_the_visit_before_stands_beside_the_one_of_today(site, coordinator, monitor):
    patient = a_patient(site, coordinator)
    first, second = (a_visit(patient, code, coordinator) for code in ("W01", "W04"))
    vital_signs(first, coordinator, pulse="61")
    vital_signs(second, coordinator, pulse="75")
    assert "/min last" not in text_of(logged_in(monitor), page_of(first))
    assert "75 /min last 61" in text_of(logged_in(monitor), page_of(second))


@pytest.mark.parametrize("key", CRFS)
def test_every_item_has_its_place_in_the_reading_order(key):
    order = in_reading_order(key)
    assert sorted(order) == sorted(CRFS[key].items)
    columns = [name for name in CRFS[key].columns if name in order]
    calculated = [name for name in columns if name in CRFS[key].calculated]
    entered = [name for name in columns if name not in CRFS[key].calculated]
    for name in calculated:
        before = [one for one in entered if columns.index(one) < columns.index(name)]
        assert not before or order.index(before[-1]) < order.index(name)


def test_columns_in_which_nothing_stands_are_left_out_and_named(site, coordinator, monitor):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    enter(visit, "dose", coordinator, given_g="20")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="L1")
    page = logged_in(monitor).get(page_of(visit)).content.decode()
    items = CRFS["dose-lot"].items
    optional = [n for n, item in items.items() if n != "lot_number" and not item.rule and not item.required]
    table = page.partition('class="row-table"')[2].partition("</table>")[0]
    assert str(items["lot_number"].verbose_name) in table
    for name in optional:
        assert f'data-label="{items[name].verbose_name}"' not in table
        assert "Without an entry in any row" in page


def test_reader_who_verifies_is_not_told_that_it_is_read_only(site, coordinator, monitor):
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    assert "read only" not in text_of(logged_in(monitor), page_of(visit))
