"""Who reads the monitor's pages, and that nothing can be changed there."""

import re
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.striking import strike_out
from ecrf.forms.registry import CRFS
from ecrf.monitoring.site import monitor_site
from ecrf.queries.models import Query
from tests.builders import enter
from tests.conftest import make_user
from tests.ecrf.monitoring.world import (
    every_page,
    history_of,
    log_pages,
    logged_in,
    object_pages,
    other_pages,
    page_of,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]

REVIEWERS = ("monitor", "data_manager")
REFUSED = ("investigator", "coordinator", "statistician", "administrator")


@pytest.mark.parametrize("role", REVIEWERS)
def test_reviewer_reads_every_page_of_the_own_site(role, own, request):
    client = logged_in(request.getfixturevalue(role))
    assert {url: client.get(url).status_code for url in every_page(own)} == dict.fromkeys(
        every_page(own), 200
    )


@pytest.mark.parametrize("role", REFUSED)
def test_other_roles_are_refused_on_every_page(role, own, request):
    client = logged_in(request.getfixturevalue(role))
    assert {url: client.get(url).status_code for url in every_page(own)} == dict.fromkeys(
        every_page(own), 403
    )


def test_anonymous_goes_to_the_one_login(own, client):
    for url in every_page(own):
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login/")


def test_history_asked_for_without_login_gets_401(own, client):
    assert client.get(history_of(own.grip, "right_1"), headers={"HX-Request": "true"}).status_code == 401


def test_safety_reads_adverse_events_of_all_sites_and_nothing_else(own, other, safety):
    client = logged_in(safety)
    for where in (own, other):
        assert [client.get(url).status_code for url in log_pages(where)] == [200] * len(log_pages(where))
        assert [client.get(url).status_code for url in other_pages(where)] == [403] * len(other_pages(where))


def test_safety_is_offered_only_the_lists_it_may_read(safety, site):
    page = logged_in(safety).get(reverse("monitor:index")).content.decode()
    assert page_of(CRFS["adverse-event"].model, "changelist") in page
    for key in ("prior-treatment", "protocol-deviation", "visit"):
        assert page_of(CRFS[key].model, "changelist") not in page


def test_safety_sees_the_patients_number_without_a_way_to_the_patient(own, safety):
    client = logged_in(safety)
    for url in log_pages(own):
        page = client.get(url).content.decode()
        assert page_of(own.patient) not in page
        assert page_of(own.patient, "changelist") not in page
    assert own.patient.number in text_of(client, page_of(CRFS["adverse-event"].model, "changelist"))


def test_object_of_another_site_does_not_exist_for_the_monitor(own, other, monitor):
    client = logged_in(monitor)
    pages = object_pages(other)
    assert {url: client.get(url).status_code for url in pages} == dict.fromkeys(pages, 404)
    assert other.site.name not in client.get(page_of(other.patient)).content.decode()


def test_lists_hold_the_own_sites_only(own, other, monitor, data_manager):
    for model in monitor_site._registry:
        url = page_of(model, "changelist")
        assert other.patient.number not in logged_in(monitor).get(url).content.decode()
    page = text_of(logged_in(data_manager), page_of(own.patient, "changelist"))
    assert own.patient.number in page
    assert other.patient.number in page


def test_object_that_does_not_exist_is_404(own, monitor):
    client = logged_in(monitor)
    for model, admin in monitor_site._registry.items():
        for pk in (0, 999_999, 10**30) if admin.page else ():
            assert client.get(page_of(model(pk=pk))).status_code == 404
    assert client.get(history_of(own.grip, "no_such_item")).status_code == 404
    assert client.get(history_of(own.grip, "entry")).status_code == 404


def test_form_of_another_kind_is_not_found_in_a_kinds_list(own, monitor):
    infusion = CRFS["infusion"].model(pk=own.grip.pk)
    assert logged_in(monitor).get(page_of(infusion)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "logout/",
        "password_change/",
        "autocomplete/",
        "jsi18n/",
        "r/1/1/",
        "casebook/",
        "casebook/patient/add/",
    ],
)
def test_the_admins_own_pages_are_not_there(path, monitor):
    assert logged_in(monitor).get(f"/monitor/{path}").status_code == 404


def test_every_kind_of_form_has_its_list(own, monitor):
    assert set(monitor_site._registry) >= {definition.model for definition in CRFS.values()}


@pytest.mark.requirement("R-072")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_page_takes_anything_but_a_get(method, own, data_manager):
    client = logged_in(data_manager)
    before = AuditEvent.objects.count()
    data = {"_save": "1", "action": "delete_selected", "_selected_action": own.patient.pk, "number": "X"}
    found = {url: getattr(client, method)(url, data).status_code for url in every_page(own)}
    assert found == dict.fromkeys(every_page(own), 405)
    assert AuditEvent.objects.count() == before


ACTING = {
    *("open-query", "ask-query-again", "pass-query-on", "close-query", "reopen-query"),
    *("close-queries", "ask-queries-again", "reply-to-site", "mark-note-read"),
    *("monitoring-visits", "monitoring-visit", "start-monitoring-visit", "end-monitoring-visit"),
    *(
        "call-off-monitoring-visit",
        "take-back-monitoring-start",
        "finish-monitoring-visit",
        "save-monitoring-text",
        "draft-monitoring-text",
    ),
    *("freeze-study", "lock-study", "freeze-scope", "lock-scope", "lift-lock"),
    *("verify", "ask", "take-back", "verify-shown", "plan", "plan-effect"),
}
"""Addresses that take a POST, and none of them changes a value: `tests/rules/test_access.py` says who may."""


def test_every_other_address_under_monitor_is_get_only(monitor):
    """Also those that a later list adds: a POST is refused before anything is looked up."""
    space = next(
        found for found in get_resolver().url_patterns if getattr(found, "namespace", "") == "monitor"
    )
    found = [each for branch in space.url_patterns for each in getattr(branch, "url_patterns", [branch])]
    addresses = [each for each in found if each.name not in ACTING]
    assert len(addresses) == len(found) - len(ACTING)
    request = SimpleNamespace(method="POST", path="/monitor/")
    assert {each.callback(request).status_code for each in addresses} == {405}


OF_THE_REVIEW = {"csrfmiddlewaretoken", "seen", "where", "item", "count", "text", "q"}
OF_THE_REVIEW |= {"turn", "site", "check", "over", "by"}  # what narrows the list of queries


def test_no_field_of_a_page_is_one_of_a_form(own, monitor):
    client = logged_in(monitor)
    for url in every_page(own):
        main = client.get(url).content.decode().split("<main", 1)[1].split("</main>")[0]
        fields = re.findall(r"<(?:input|select|textarea)[^>]*>", main)
        names = {re.search(r'name="([\w-]+)"', each)[1] for each in fields}
        assert {name for name in names if not name.startswith("only-")} <= OF_THE_REVIEW


def test_who_may_not_ask_is_offered_nothing_to_press(own):
    inspector = make_user("guest", "inspector", own.site)
    main = logged_in(inspector).get(page_of(own.ae)).content.decode().split("<main", 1)[1].split("</main>")[0]
    assert "data-press" not in main
    assert 'type="submit"' not in main


def test_pages_hold_no_script_and_no_style_of_their_own(own, monitor):
    client = logged_in(monitor)
    for url in every_page(own):
        page = client.get(url).content.decode()
        assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)


def test_reading_writes_nothing(own, monitor):
    client = logged_in(monitor)
    client.get(reverse("monitor:index"))
    with CaptureQueriesContext(
        connection,
    ) as taken:
        for url in every_page(own):
            client.get(url)
    writes = [q["sql"] for q in taken if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert writes == []


def test_safety_asks_on_an_event_that_is_not_serious_and_every_link_opens(own, safety):
    client = logged_in(safety)
    answer = client.post(reverse("monitor:open-query", args=[own.ae.pk, "term"]), {"text": "Since when?"})
    assert answer.status_code == 302
    query = Query.objects.get()
    for page in (answer.headers["Location"], page_of(query), page_of(Query, "changelist")):
        main = client.get(page).content.decode().split("<main", 1)[1].split("</main>")[0]
        for link in set(re.findall(r'href="(/[^"#?]*)', main)):
            assert client.get(link).status_code in (200, 302), (page, link)


@pytest.mark.requirement("R-071")
def test_safety_reads_the_casebook_of_a_patient_with_a_serious_event_and_of_no_other(own):
    safety = logged_in(make_user("safety7", "safety"))
    patient = page_of(own.patient)
    refused = safety.get(patient)
    assert refused.status_code == 403
    assert "None is recorded for 01-001" in refused.content.decode()
    enter(own.patient, "serious-adverse-event", own.by, adverse_event="1", hospital_stay="yes")
    serious = CRFS["serious-adverse-event"].model
    listed = safety.get(page_of(serious, "changelist")).content.decode()
    assert f'<a href="{patient}">01-001</a>' in listed
    for url in (
        patient,
        page_of(own.visit),
        page_of(own.grip),
        page_of(own.lot),
        history_of(own.lot, "lot_number"),
    ):
        page = safety.get(url)
        assert page.status_code == 200
        main = page.content.decode().split("<main", 1)[1].split("</main>")[0]
        for link in set(re.findall(r'href="(/[^"#?]*)', main)):
            assert safety.get(link).status_code in (200, 302), link
    form = safety.get(page_of(serious.objects.get())).content.decode()
    log = reverse("monitor:log", args=[own.patient.pk, "adverse-event"])
    assert f'<a href="{log}#adverse-event-1">' in form
    assert safety.get(reverse("monitor:scope-locks", args=["patient", own.patient.pk])).status_code == 403
    strike_out(
        entry=serious.objects.get().entry,
        by=own.by,
        actor=own.by.acting_at(own.site, Right.ENTER),
        reason="A mistake",
    )
    assert safety.get(patient).status_code == 403
