"""What was not seen is not verified, and what was verified counts when the plan changes."""

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook.review_status import ReviewStatus
from ecrf.monitoring.sdv import views as pages
from ecrf.verification import services
from ecrf.verification.review_status import derive_review_status, follow_plan
from tests.as_web import as_role
from tests.builders import a_patient, a_visit
from tests.ecrf.queries.builders import change, complete, vital_signs

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def entry(visit, coordinator):
    vital_signs(visit, coordinator)
    return complete(visit, "vital-signs", coordinator)


def verify(entry, item, by, seen=10**6, **more):
    return services.verify(
        entry=entry, item=item, seen=seen, by=by, actor=by.acting_at(entry.site, Right.VERIFY), **more
    )


def test_a_value_saved_while_the_page_is_made_is_not_verified_unseen(
    entry, visit, monitor, coordinator, monkeypatch
):
    real = pages.load_visit

    def slow(*given):
        loaded = real(*given)
        with as_role("none"):  # somebody else's request, on a connection of his own
            change(entry, coordinator, pulse="99")
        return loaded

    monkeypatch.setattr(pages, "load_visit", slow)
    client = Client()
    client.force_login(monitor)
    page = client.get(reverse("monitor:casebook_visit_change", args=[visit.pk])).content.decode()
    import re

    seen = int(re.search(r'name="seen" value="(\d+)"', page)[1])
    assert "70" in page
    with pytest.raises(services.Stale):
        verify(entry, "pulse", monitor, seen=seen)


def test_plan_change_keeps_what_is_verified(entry, monitor, monkeypatch, settings):
    ReviewStatus.objects.update(is_sampled=False)
    verify(entry, "pulse", monitor)
    from ecrf.verification import plan

    was = plan.is_critical
    assert not was("vital-signs", "pulse")

    def new(crf, item):
        return was(crf, item) or (crf, item) == ("vital-signs", "pulse")

    monkeypatch.setattr(plan, "is_critical", new)
    from ecrf.verification import review_status as marking

    monkeypatch.setattr(marking, "is_critical", new)
    before = ReviewStatus.objects.get(pk=entry.pk)
    assert follow_plan(entry.patient) == 1
    derive_review_status(entry.patient)
    after = ReviewStatus.objects.get(pk=entry.pk)
    assert after.planned - after.verified == before.planned - before.verified
