"""What reviewers write for themselves is not told in the trail of the site."""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.monitoring.services import end_visit, fingerprint, plan_visit, save_text, start_visit

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
    assert "<strong>A short purpose</strong>" in page
    folded = page.split('<details class="long">')[1:]
    assert any(long.strip() in part.partition("</details>")[0] for part in folded)
    assert page.count(long.strip()) == sum(long.strip() in part.partition("</details>")[0] for part in folded)
