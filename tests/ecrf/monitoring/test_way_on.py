"""Who reviews and opens a site's address is refused there, and led to the same page in Review."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecrf.audit.models import AuditEvent
from tests.ecrf.monitoring.world import logged_in, page_of

pytestmark = pytest.mark.django_db


def way(user, path: str, method: str = "get") -> tuple[str, str]:
    """The address and the words of the button on the refusal."""
    answer = getattr(logged_in(user), method)(path)
    assert answer.status_code == 403
    found = re.search(r'<a class="btn btn-primary" href="([^"]+)">([^<]+)', answer.content.decode())
    return found.groups()


def test_monitor_at_a_sites_visit_is_led_to_that_visit_in_review(own, monitor):
    url, words = way(monitor, f"/patients/{own.patient.number}/W04/")
    assert (url, words) == (page_of(own.visit), f"{own.patient.number}, Week 4")
    assert logged_in(monitor).get(url).status_code == 200


@pytest.mark.parametrize("path", ["", "sign/"])
def test_without_that_visit_the_patient_is_offered(path, own, monitor):
    url, words = way(monitor, f"/patients/{own.patient.number}/{path}")
    assert (url, words) == (page_of(own.patient), f"Patient {own.patient.number}")


@pytest.mark.parametrize("path", ["casebook/adverse-event/", "casebook/adverse-event/1/"])
def test_log_leads_to_the_log_and_safety_too(path, own, monitor, safety):
    log = reverse("monitor:log", args=[own.patient.pk, "adverse-event"])
    for user in (monitor, safety):
        url, words = way(user, f"/patients/{own.patient.number}/{path}")
        assert (url, words) == (log, f"{own.patient.number}, Adverse events")
        assert logged_in(user).get(url).status_code == 200


def test_item_and_signature_lead_to_their_visit(own, monitor):
    patient = f"/patients/{own.patient.number}"
    for path in (f"{patient}/W04/sign/", f"{patient}/W04/grip-strength/1/sign/"):
        assert way(monitor, path)[0] == page_of(own.visit)
    history = f"{patient}/W04/grip-strength/1/right_1/history/"
    assert way(monitor, history)[0] == page_of(own.visit)


def test_safety_is_not_led_to_what_it_may_not_read(own, safety):
    assert way(safety, f"/patients/{own.patient.number}/W04/") == ("/monitor/", "Review")


def test_nothing_of_another_site_is_told(own, other, monitor):
    answer = logged_in(monitor).get(f"/patients/{other.patient.number}/W04/")
    assert answer.status_code == 404
    assert page_of(other.visit) not in answer.content.decode()


def test_who_enters_and_does_not_review_is_led_to_today(own, coordinator):
    assert way(coordinator, page_of(own.visit)) == ("/", "Today")


def test_refusal_of_a_post_leads_on_too_and_writes_nothing(own, monitor):
    before = AuditEvent.objects.count()
    url, _ = way(monitor, f"/patients/{own.patient.number}/W04/", "post")
    assert url == page_of(own.visit)
    assert AuditEvent.objects.count() == before


def test_refusal_takes_few_statements(own, monitor):
    client = logged_in(monitor)
    with CaptureQueriesContext(connection) as taken:
        client.get(f"/patients/{own.patient.number}/W04/")
    assert len(taken) <= 10, [each["sql"] for each in taken]


def test_address_that_names_nothing_leads_reviewers_to_review_and_sites_to_today(own, monitor, coordinator):
    for user, words in ((monitor, "Review</a></p>"), (coordinator, "Today</a></p>")):
        page = logged_in(user).get("/nowhere/").content.decode()
        assert words in page.split("<main", 1)[1].replace("\n", "")
