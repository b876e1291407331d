"""A monitoring visit that was planned is called off with a reason; one under way is ended once the page has asked."""

import re
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import Membership
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits import services
from ecrf.monitoring.visits.services import VisitRefused, fingerprint
from tests.conftest import make_user
from tests.ecrf.monitoring.review_world import a_plan, a_start, an_end, asked, complete_mrc
from tests.ecrf.monitoring.world import logged_in, statements, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-079")]

LIST, HOME = "/monitor/monitoring-visits/", "/monitor/"
WHY = "The site is closed in that week."


def address(name: str, visit) -> str:
    return reverse(f"monitor:{name}", args=[visit.pk])


def page(visit) -> str:
    return address("monitoring-visit", visit)


def call_off(client, visit, reason: str = WHY):
    return client.post(address("call-off-monitoring-visit", visit), {"reason": reason})


# --- calling off ------------------------------------------------------------------------------------


def test_visit_called_off_stays_in_the_list_with_its_reason_and_is_not_offered_any_more(own, monitor):
    visit, client = a_plan(own.site, monitor), logged_in(monitor)
    assert "Monitoring visit at site 01 planned for" in text_of(client, HOME)
    assert call_off(client, visit).status_code == 302
    told = text_of(client, LIST)
    assert "No visit is planned." in told
    assert re.search(r"Called off Planned for .* 2026-11-23 01 .* called off 20\d\d-", told)
    assert "planned for" not in text_of(client, HOME)
    shown = text_of(client, page(visit))
    assert WHY in shown
    assert "Synthetic monitor, 20" in shown
    for offered in ("Start the visit", "Change the plan", "Call the visit off", "Worklist"):
        assert offered not in shown


def test_calling_off_is_in_the_trail_with_who_and_why(own, monitor):
    call_off(logged_in(monitor), a_plan(own.site, monitor))
    event = AuditEvent.objects.filter(table="monitoring_monitoringvisit").latest("pk")
    assert (event.actor, event.role, event.source, event.reason) == ("monitor", "monitor", "monitor", WHY)
    assert event.changes["called_off_why"][1] == WHY
    told = text_of(logged_in(monitor), "/sites/01/trail/")
    assert f"Why: {WHY}" in told


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x00b"])
def test_without_a_reason_nothing_is_called_off_and_what_was_typed_stays(reason, own, monitor):
    visit = a_plan(own.site, monitor)
    answer = call_off(logged_in(monitor), visit, reason)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert '<details class="card-plain" open>\n<summary>Call the visit off' in shown
    assert 'id="off-wrong"' in shown
    assert not reason.strip("x") or "Say why" in shown or "null character" in shown
    visit.refresh_from_db()
    assert visit.called_off_at is None


@pytest.mark.parametrize("act", ["start", "end", "finish", "call-off"])
def test_visit_called_off_is_neither_started_nor_called_off_again(act, own, monitor):
    visit, client = a_plan(own.site, monitor), logged_in(monitor)
    call_off(client, visit)
    answer = client.post(address(f"{act}-monitoring-visit", visit), {"reason": "Again"})
    assert answer.status_code == 409
    assert f"{WHY} Plan another one instead." in answer.content.decode()
    plan = {"planned_on": "2099-12-01", "how": "remote", "purpose": ""}
    assert client.post(page(visit), plan).status_code == 409
    visit.refresh_from_db()
    assert (visit.called_off_why, visit.planned_on) == (WHY, date(2026, 11, 23))


def test_visit_that_has_started_is_ended_and_not_called_off(own, monitor):
    visit = a_start(own.site, monitor)
    answer = call_off(logged_in(monitor), visit)
    assert answer.status_code == 409
    assert "it is ended, not called off" in answer.content.decode()
    assert "Call the visit off" not in text_of(logged_in(monitor), page(visit))


def test_only_its_own_monitor_calls_a_visit_off(own, monitor, data_manager, coordinator):
    visit = a_plan(own.site, monitor)
    for other in (make_user("monitor2", "monitor", own.site), data_manager, coordinator):
        assert call_off(logged_in(other), visit).status_code == 403
        assert call_off(logged_in(other), visit, "").status_code == 403
    visit.refresh_from_db()
    assert visit.called_off_at is None


def test_database_keeps_a_visit_called_off_and_asks_for_reason_and_no_start(own, monitor):
    visit = a_plan(own.site, monitor)
    now = {"called_off_at": timezone.now(), "called_off_by": monitor}
    rows = MonitoringVisit.objects.filter(pk=visit.pk)
    started = {"started_at": timezone.now(), "started_by": monitor, "worklist": {}, "called_off_why": WHY}
    for wrong in (now, {**now, **started}, {"called_off_why": WHY}):
        with (
            pytest.raises(IntegrityError, match="called_off"),
            transaction.atomic(),
            acting(SYSTEM, source="test"),
        ):
            rows.update(**wrong)
    services.call_off_visit(visit=visit, reason=WHY, by=monitor)
    for change in ({"called_off_at": None, "called_off_by": None, "called_off_why": ""}, {"purpose": "x"}):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows.update(**change)


def test_another_visit_is_planned_and_started_after_one_was_called_off(own, monitor):
    services.call_off_visit(visit=a_plan(own.site, monitor), reason=WHY, by=monitor)
    assert a_start(own.site, monitor).started_at


# --- ending -----------------------------------------------------------------------------------------


def test_page_says_before_what_ending_does_and_asks_once_in_place(own, monitor, coordinator):
    asked(complete_mrc(own.visit, coordinator), monitor)
    visit, client = a_start(own.site, monitor), logged_in(monitor)
    shown = client.get(page(visit)).content.decode()
    before, _, form_input = shown.partition("<summary>End the visit</summary>")
    assert 'type="submit" class="btn btn-primary"' not in before.split("<main")[1]
    assert before.rstrip().endswith('<details class="card-plain ends">')
    form_input = form_input.split("</details>")[0]
    assert f'action="{address("end-monitoring-visit", visit)}"' in form_input
    words = " ".join(re.sub(r"<[^>]*>", " ", form_input).split())
    assert "The visit ends now, once and for all." in words
    assert "no longer belongs to this visit" in words
    assert re.search(r"(\d+) of \1 points of the worklist are not done\.", words)
    assert "You can change both until you finish the visit." in words
    assert client.post(address("end-monitoring-visit", visit)).status_code == 302
    assert "End the visit" not in text_of(client, page(visit))


def test_who_does_not_conduct_the_visit_is_not_asked_to_end_it(own, monitor, data_manager):
    visit = a_start(own.site, monitor)
    assert "End the visit" not in text_of(logged_in(data_manager), page(visit))
    with pytest.raises(VisitRefused, match="not started"):
        services.end_visit(visit=a_plan(own.site, monitor), by=monitor)


def test_list_takes_the_same_statements_however_many_were_called_off(own, monitor):
    client = logged_in(monitor)
    before = statements(client, LIST)
    for _ in range(3):
        services.call_off_visit(visit=a_plan(own.site, monitor), reason=WHY, by=monitor)
    assert statements(client, LIST) == before


# --- the letter's end -------------------------------------------------------------------------------


def test_letter_ends_with_the_monitors_name_and_whom_it_is_for_and_can_be_changed(own, monitor, investigator):
    left = make_user("investigator9", "investigator", own.site)
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=left).update(is_current=False)
    visit = an_end(a_start(own.site, monitor), monitor)
    assert visit.letter.endswith(
        "Yours sincerely,\n\nSynthetic monitor\nMonitor\n\n"
        f"To: {investigator.full_name}, Synthetic hospital 01, site 01"
    )
    given = {"text": "Mine", "seen": fingerprint(visit.letter)}
    save = reverse("monitor:save-monitoring-text", args=[visit.pk, "letter"])
    assert logged_in(monitor).post(save, given).status_code == 302
    visit.refresh_from_db()
    assert visit.letter == "Mine"


def test_letter_to_a_site_without_a_known_investigator_names_the_site(own, monitor):
    visit = an_end(a_start(own.site, monitor), monitor)
    assert visit.letter.endswith("Monitor\n\nTo: Synthetic hospital 01, site 01")
