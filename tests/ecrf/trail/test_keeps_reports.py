"""What reviewers write for themselves is not told in the trail of the site."""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits.services import end_visit, fingerprint, plan_visit, save_text, start_visit
from ecrf.trail.kinds import MONITORING_VISIT

pytestmark = pytest.mark.django_db


def test_site_does_not_read_the_monitors_report_in_its_trail(site, monitor, coordinator):
    visit = plan_visit(
        site=site,
        planned_on=date(2026, 11, 23),
        how="on-site",
        purpose="SECRET-PURPOSE",
        by=monitor,
        request_key=uuid.uuid4(),
    )
    start_visit(visit=visit, by=monitor)
    end_visit(visit=visit, by=monitor)
    visit.refresh_from_db()
    save_text(
        visit=visit,
        kind="report",
        text="SECRET-REPORT suspected fraud",
        seen=fingerprint(visit.report),
        by=monitor,
    )
    client = Client()
    client.force_login(coordinator)
    page = client.get(reverse("site-trail", args=[site.code])).content.decode()
    body = b"".join(
        client.post(reverse("site-trail-csv", args=[site.code]), {"whole": "1"}).streaming_content
    ).decode()
    assert client.get(reverse("monitor:monitoring-visit", args=[visit.pk])).status_code == 403
    assert "SECRET" not in page
    assert "SECRET" not in body


def test_trail_folds_a_text_as_long_as_a_letter_and_shows_a_short_one(site, monitor):
    visit = plan_visit(
        site=site,
        planned_on=date(2026, 11, 23),
        how="on-site",
        purpose="A short purpose",
        by=monitor,
        request_key=uuid.uuid4(),
    )
    start_visit(visit=visit, by=monitor)
    end_visit(visit=visit, by=monitor)
    visit.refresh_from_db()
    long = "Synthetic sentence. " * 30
    save_text(visit=visit, kind="report", text=long, seen=fingerprint(visit.report), by=monitor)
    client = Client()
    client.force_login(monitor)
    page = client.get(reverse("site-trail", args=[site.code])).content.decode()
    words = strip_tags(page)
    for told in (
        "Monitoring visit planned for 2026-11-23, on site: “A short purpose”",
        *("Monitoring visit started", "Monitoring visit ended"),
    ):
        assert told in words
    folded = page.split('<details class="long">')[1:]
    assert any(long.strip() in part.partition("</details>")[0] for part in folded)
    assert page.count(long.strip()) == sum(long.strip() in part.partition("</details>")[0] for part in folded)


def test_table_of_the_monitoring_visits_is_named_as_it_is():
    assert MonitoringVisit._meta.db_table == MONITORING_VISIT
