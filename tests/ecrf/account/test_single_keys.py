"""Keys of one letter act at once, with Alt, or not at all, as each person chooses (WCAG 2.1.4)."""

import re

import pytest
from django.urls import reverse

from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify

pytestmark = pytest.mark.django_db


def way_on_page(client) -> str:
    body = client.get("/account/").content.decode()
    assert body.count("selected") >= 2  # the language, and the keys
    return re.search(r'data-single-keys="(\w*)"', body)[1]


def events(user):
    return AuditEvent.objects.filter(table="access_user", row=str(user.pk), changes__has_key="single_keys")


def test_letters_act_at_once_until_a_person_chooses(client, coordinator):
    client.force_login(coordinator)
    assert way_on_page(client) == ""


@pytest.mark.parametrize("way", ["off", "alt"])
def test_choice_is_kept_in_the_account_and_the_trail_says_so(client, coordinator, way):
    client.force_login(coordinator)
    client.post(reverse("own-keys"), {"keys": way})
    assert way_on_page(client) == way
    assert events(coordinator).get().actor == "coordinator"
    client.post(reverse("own-keys"), {"keys": way})
    assert events(coordinator).count() == 1
    client.post(reverse("own-keys"), {"keys": ""})
    coordinator.refresh_from_db()
    assert coordinator.single_keys is None
    assert way_on_page(client) == ""
    assert not verify().faults


@pytest.mark.parametrize("way", ["on", "OFF", "alt ", "offoff", "\x00", "アルト"])
def test_unknown_choice_is_refused_and_changes_nothing(client, coordinator, way):
    client.force_login(coordinator)
    client.post(reverse("own-keys"), {"keys": "alt"})
    page = client.post(reverse("own-keys"), {"keys": way}, follow=True)
    assert "note-error" in page.content.decode()
    assert way_on_page(client) == "alt"
