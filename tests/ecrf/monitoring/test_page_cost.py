"""How many statements the monitor's pages cost, whatever the number of rows."""

import pytest
from django.urls import reverse

from ecrf.casebook.record.values import Missing
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_visit, enter
from tests.conftest import make_site
from tests.ecrf.monitoring.world import a_world, an_adverse_event, every_page, logged_in, page_of, statements

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]

PATIENT_AT_MOST, VISIT_AT_MOST = 14, 21


def test_number_of_statements_does_not_grow_with_the_rows(own, monitor):
    client = logged_in(monitor)
    enter(
        a_visit(own.patient, "W01", own.by), "grip-strength", own.by, right_1="30"
    )  # what the next visit compares with
    pages = every_page(own)
    before = {url: statements(client, url) for url in pages}
    for _ in range(3):
        a_world(own.site, own.by)
    for code in ("W07", "W10"):
        visit = a_visit(own.patient, code, own.by)
        enter(visit, "grip-strength", own.by, right_1="170", left_1="0")
    for number in (2, 3):
        enter(own.visit, "infusion-vitals", own.by, number=number, parent=1, pulse="200")
        enter(own.visit, "infusion-lot", own.by, number=number, parent=1, lot_number="X")
        an_adverse_event(own.patient, own.by, term="Fever")
    assert {url: statements(client, url) for url in pages} == before
    assert before[page_of(own.patient)] <= PATIENT_AT_MOST


@pytest.mark.parametrize("code", ["SCR", "W01", "W04"])
def test_visit_page_takes_few_statements(code, own, monitor):
    visit = a_visit(own.patient, code, own.by)
    for key in protocol().plan(code).forms:
        enter(visit, key, own.by, **{next(iter(CRFS[key].entered)): Missing("unknown")})
    assert statements(logged_in(monitor), page_of(visit)) <= VISIT_AT_MOST


def test_first_page_takes_the_same_statements_for_any_number_of_sites(own, other, data_manager):
    client = logged_in(data_manager)
    before = statements(client, reverse("monitor:index"))
    for code in ("03", "04"):
        make_site(code)
    assert statements(client, reverse("monitor:index")) == before
