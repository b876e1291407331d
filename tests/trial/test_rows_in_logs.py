"""A row of a form in a log stands on that log's page: adding one leads there."""

import uuid

import pytest
from django.urls import reverse

from ecrf.entry.addresses import PagePlace, page_url
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_place

pytestmark = pytest.mark.django_db

KINDS = [(log, row) for log in protocol().logs for row in CRFS[log].rows]


@pytest.mark.parametrize(("log", "kind"), KINDS)
def test_row_that_was_added_is_led_to_on_the_page_of_its_form(log, kind, patient, coordinator, client):
    client.force_login(coordinator)
    page = reverse("log", args=[patient.number, log])
    client.post(page, {"action": f"add:{log}:{uuid.uuid4()}", "page-user": coordinator.pk})
    answer = client.post(page, {"action": f"add:{kind}:{uuid.uuid4()}:1", "page-user": coordinator.pk})
    assert answer.status_code == 302
    there = client.get(answer.url)
    assert there.status_code == 200
    assert f'id="{answer.url.partition("#")[2]}"' in there.content.decode()


def test_every_row_of_a_log_has_the_address_of_its_forms_page(patient):
    for log, kind in KINDS:
        place = a_place(patient, kind, parent=1)
        assert page_url(PagePlace(patient), place).startswith(reverse("log", args=[patient.number, log]))
