"""The page “Audit trail”: who may see it, what it says, and an anchor as a file."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.anchors.models import Installation
from tests.database import tamper
from tests.ecrf.anchors.test_runs import run

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-009")]


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(user) -> str:
    answer = at(user).get(reverse("audit-state"))
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def test_page_says_that_all_is_well(anchored, patients, data_manager):
    run()
    anchor = make_anchor("test")
    deliver_due()
    page = page_of(data_manager)
    assert "The trail holds, and its last anchor was made in time." in page
    assert "Holds" in page
    assert "Asked for" in page
    assert f"Arrived Folder {anchor.file_name}" in page
    assert str(Installation.objects.get().key) in page
    assert "not set up" not in page


def test_page_says_what_is_not_set_up_and_what_is_not_done(patients, administrator):
    page = page_of(administrator)
    assert "Anchors are not set up." in page
    assert "The audit trail was not verified yet." in page


def test_page_names_the_faults(patients, inspector):
    tamper("UPDATE audit_auditevent SET reason = 'x' WHERE chain = %s AND position = 2", patients[0].pk)
    run()
    page = page_of(inspector)
    assert (
        f"patient id {patients[0].pk}, event 2: its content does not match its hash: it was altered" in page
    )
    assert "1 fault" in page


def test_file_is_the_anchor_byte_for_byte(anchored, patients, data_manager):
    anchor = make_anchor("test")
    answer = at(data_manager).get(reverse("audit-anchor", args=[anchor.number]))
    assert answer.content == anchor.content.encode()
    assert anchor.file_name in answer["Content-Disposition"]
    assert at(data_manager).get(reverse("audit-anchor", args=[9])).status_code == 404


def test_who_enters_data_does_not_see_it(patients, coordinator):
    for address in (reverse("audit-state"), reverse("audit-anchor", args=[1])):
        assert at(coordinator).get(address).status_code == 403


def test_page_costs_the_same_for_any_number_of_anchors(
    anchored, patients, data_manager, django_assert_num_queries
):
    client = at(data_manager)
    make_anchor("test")
    client.get(reverse("audit-state"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("audit-state"))
    for _ in range(5):
        make_anchor("test")
    with django_assert_num_queries(len(few)):
        client.get(reverse("audit-state"))
