"""The plan: a site's share, from a day on, with a reason; raising it takes no form away."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.review_status import ReviewStatus
from ecrf.verification.models import SiteShare
from ecrf.verification.plan import SAMPLES
from ecrf.verification.services import Effect, PlanRefused, effect_of, set_share
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit
from tests.ecrf.monitoring.world import logged_in, text_of
from tests.ecrf.queries.builders import complete, vital_signs
from tests.said_wrong import said_wrong

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


@pytest.fixture
def forms(site, coordinator):
    """Vital signs of eight patients, complete."""
    for _ in range(8):
        visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
        vital_signs(visit, coordinator)
        complete(visit, "vital-signs", coordinator)


def put(site, by, share, from_on=date(2020, 1, 1), reason="Findings at this site"):
    actor = by.acting_at(site, Right.SET_PLAN)
    return set_share(site=site, share=share, from_on=from_on, reason=reason, by=by, actor=actor)


def sampled():
    return set(ReviewStatus.objects.filter(is_sampled=True).values_list("entry", flat=True))


def test_raising_a_share_adds_forms_and_takes_none_away(forms, site, data_manager):
    found = [sampled()]
    for share in (0, 20, 60, 100):
        put(site, data_manager, share)
        found.append(sampled())
    assert found[1] == set()
    assert found[1] <= found[2] <= found[3] <= found[4]
    assert len(found[4]) == 8
    below = ReviewStatus.objects.filter(sample__lt=60 * SAMPLES // 100).values_list("entry", flat=True)
    assert found[3] == set(below)


def test_share_holds_for_forms_completed_from_its_day_on(forms, site, data_manager):
    put(site, data_manager, 100, from_on=site.today() + timedelta(days=1))
    before = sampled()
    put(site, data_manager, 100, from_on=site.today())
    assert len(before) < len(sampled()) == 8


def test_form_completed_later_follows_the_share_in_force(site, data_manager, coordinator):
    put(site, data_manager, 100)
    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    assert len(sampled()) == 1


def test_other_site_keeps_its_share(forms, other_site, data_manager):
    before = sampled()
    put(other_site, data_manager, 100)
    assert sampled() == before


@pytest.mark.parametrize(
    ("share", "reason"), [(101, "Findings"), (-1, "Findings"), (20, ""), (20, " x "), (20, "x" * 501)]
)
def test_share_out_of_range_or_without_reason_is_refused(share, reason, site, data_manager):
    with pytest.raises(PlanRefused):
        put(site, data_manager, share, reason=reason)
    assert not SiteShare.objects.exists()


def test_only_data_managers_set_it_and_the_trail_says_why(site, data_manager, monitor):
    with pytest.raises(PermissionDenied):
        put(site, monitor, 100)
    put(site, data_manager, 100)
    event = AuditEvent.objects.get(table="verification_siteshare")
    assert (event.actor, event.reason) == ("data_manager", "Findings at this site")


def test_page_tells_the_plan_in_words_and_keeps_what_was_typed(site, data_manager, monitor):
    client, url = logged_in(data_manager), reverse("monitor:plan")
    given = {"site": "01", "share": "40", "from_on": "2026-13-01", "reason": "Findings at this site"}
    refused = client.post(url, given)
    assert refused.status_code == 422
    assert 'value="40"' in refused.content.decode()
    assert "YYYY-MM-DD" in refused.content.decode()
    assert client.post(url, {**given, "from_on": "2026-01-01"}).status_code == 302
    page = text_of(logged_in(monitor), url)
    for words in ("Reading, all items", "our provisional default", "40 %", "Findings at this site"):
        assert words in page
    assert "Set another share" not in page
    assert logged_in(monitor).post(url, given).status_code == 403


def test_effect_is_shown_before_the_share_is_set(forms, site, data_manager, monitor):
    put(site, data_manager, 0)
    client, given = (
        logged_in(data_manager),
        {"site": "01", "share": "100", "from_on": "2020-01-01", "reason": "Findings"},
    )
    shown = client.post(reverse("monitor:plan-effect"), given)
    assert shown.status_code == 200
    words = " ".join(re.sub(r"<[^>]*>", " ", shown.content.decode()).split())
    items = ReviewStatus.objects.aggregate(items=Sum("rest"))["items"]
    assert f"{items} items of 8 forms come in addition" in words
    assert SiteShare.objects.count() == 1
    assert client.post(reverse("monitor:plan"), given).status_code == 302
    assert len(sampled()) == 8
    for field, wrong in (("share", "101"), ("share", "many"), ("from_on", "some day"), ("reason", "")):
        for name in ("monitor:plan-effect", "monitor:plan"):
            refused = client.post(reverse(name), given | {field: wrong})
            assert refused.status_code == 422
            assert set(said_wrong(refused.content)) == {field}
            assert all(said_wrong(refused.content).values())
    assert logged_in(monitor).post(reverse("monitor:plan-effect"), given).status_code == 403


def test_effect_says_what_a_share_would_add_or_take_and_is_what_it_does(
    forms, site, other_site, data_manager, coordinator
):
    put(site, data_manager, 50)
    drawn, rest = sampled(), dict(ReviewStatus.objects.values_list("entry", "rest"))
    for share in (100, 20, 0, 50):
        put(site, data_manager, 50)
        effect = effect_of(site=site, share=share, from_on=date(2020, 1, 1))
        put(site, data_manager, share)
        added, taken = sampled() - drawn, drawn - sampled()
        assert (effect.forms_added, effect.forms_taken) == (len(added), len(taken))
        assert effect.items_added == sum(rest[form] for form in added)
        assert effect.items_taken == sum(rest[form] for form in taken)
    put(site, data_manager, 0)
    for where, day in ((other_site, date(2020, 1, 1)), (site, site.today() + timedelta(days=1))):
        assert effect_of(site=where, share=100, from_on=day) == Effect(0, 0, 0, 0)
    for share in (-1, 101):
        with pytest.raises(PlanRefused):
            effect_of(site=site, share=share, from_on=date(2020, 1, 1))


@pytest.mark.parametrize("share", ["", "x", "1e2", "4" * 20, "٤", "-5", "12.5"])
def test_odd_share_is_refused_in_words(share, site, data_manager):
    given = {"site": "01", "share": share, "from_on": "2026-01-01", "reason": "Findings"}
    assert logged_in(data_manager).post(reverse("monitor:plan"), given).status_code == 422


def test_share_typed_by_an_input_method_is_a_share(site, data_manager):
    given = {"site": "01", "share": "４０", "from_on": "2020-01-01", "reason": "Findings at this site"}
    assert logged_in(data_manager).post(reverse("monitor:plan"), given).status_code == 302


def test_setting_a_share_is_one_transaction_with_one_update(forms, site, data_manager):
    client = client_of(data_manager)
    given = {"site": "01", "share": "60", "from_on": "2020-01-01", "reason": "Findings at this site"}
    taken = statements(lambda: client.post(reverse("monitor:plan"), given), 302)
    assert len([sql for sql in taken.writes if sql.startswith("UPDATE")]) == 1
    assert taken.writing_transactions == 1


def complete_one(site, by):
    visit = a_visit(a_patient(site, by), "W04", by)
    vital_signs(visit, by)
    return complete(visit, "vital-signs", by)


@pytest.mark.parametrize(("days", "holds"), [(-1, True), (0, True), (1, False)])
def test_form_completed_on_the_shares_own_day_follows_it(site, data_manager, coordinator, days, holds):
    put(site, data_manager, 0)
    put(site, data_manager, 100, from_on=site.today() + timedelta(days=days))
    entry = complete_one(site, coordinator)
    assert sampled() == ({entry.pk} if holds else set())


@pytest.mark.parametrize(("utc", "holds"), [("14:59", False), ("15:00", True)])
def test_share_holds_from_midnight_at_the_site(site, data_manager, coordinator, utc, holds):
    """In Tokyo the second of March begins at 15:00 of the first in UTC."""
    with time_machine.travel("2031-03-01T00:00Z"):
        put(site, data_manager, 0)
        put(site, data_manager, 100, from_on=date(2031, 3, 2))
    with time_machine.travel(f"2031-03-01T{utc}Z"):
        entry = complete_one(site, coordinator)
    assert sampled() == ({entry.pk} if holds else set())
    # Setting a share derives from the stored moment what completing derived from the clock.
    put(site, data_manager, 100, from_on=date(2031, 3, 2))
    assert sampled() == ({entry.pk} if holds else set())
