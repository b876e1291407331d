"""The monitor's pages: who reads what, that nothing can be changed, and that the history is one click away."""

import html
import re
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Patient, PatientOutlook
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS
from ecrf.casebook.services import add_entry, complete_entries
from ecrf.casebook.values import Missing
from ecrf.checks.models import Finding
from ecrf.monitoring.lists import FirstRows
from ecrf.monitoring.site import monitor_site
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_site

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]

PATIENT_AT_MOST, VISIT_AT_MOST = 14, 40
REVIEWERS = ("monitor", "data_manager")
REFUSED = ("investigator", "coordinator", "statistician", "administrator")


def _adverse_event(patient, by, **values):
    actor = by.acting_at(patient.site, Right.ENTER)
    place = add_entry(
        patient=patient,
        definition=CRFS["adverse-event"],
        visit=None,
        parent=None,
        by=actor,
        request_key=uuid.uuid4(),
    )
    enter(patient, "adverse-event", by, number=place.number, **values)
    return Entry.objects.get(patient=patient, crf="adverse-event", number=place.number)


def _world(site, by):
    """A patient with two visits, an infusion with its rows, an open question and an adverse event."""
    patient = a_patient(site, by)
    a_visit(patient, "SCR", by)
    visit = a_visit(patient, "W04", by)
    enter(visit, "grip-strength", by, right_1="35.0", right_2=Missing("not-done", "splint"), right_3="170")
    enter(visit, "grip-strength", by, right_1="31.5")
    enter(visit, "infusion", by, dosing_weight_kg="60.0")
    enter(visit, "infusion-lot", by, parent=1, lot_number="SYN-0412")
    enter(visit, "infusion-vitals", by, parent=1, pulse="72")
    grip = Entry.objects.get(visit=visit, crf="grip-strength")
    lot = Entry.objects.get(visit=visit, crf="infusion-lot")
    ae = _adverse_event(patient, by, term="Headache", severity="MILD")
    return SimpleNamespace(site=site, by=by, patient=patient, visit=visit, grip=grip, lot=lot, ae=ae)


@pytest.fixture
def own(site, coordinator):
    return _world(site, coordinator)


@pytest.fixture
def other(other_site, outsider):
    return _world(other_site, outsider)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def page_of(thing, name: str = "change") -> str:
    meta = thing._meta
    return reverse(
        f"monitor:{meta.app_label}_{meta.model_name}_{name}", args=[thing.pk] if name == "change" else []
    )


def history_of(entry, item: str) -> str:
    return reverse("monitor:item-history", args=[entry.pk, item])


def log_pages(where) -> list[str]:
    """What safety may read."""
    model = CRFS["adverse-event"].model
    return [
        reverse("monitor:index"),
        page_of(model, "changelist"),
        page_of(model.objects.get(pk=where.ae.pk)),
        page_of(where.ae),
        history_of(where.ae, "term"),
    ]


def other_pages(where) -> list[str]:
    """What only reviewers may read."""
    lists = [page_of(model, "changelist") for model in monitor_site._registry]
    lists.remove(page_of(CRFS["adverse-event"].model, "changelist"))
    objects = [page_of(thing) for thing in (where.patient, where.visit, where.grip, where.lot)]
    typed = page_of(CRFS["grip-strength"].model.objects.get(pk=where.grip.pk))
    return [*lists, *objects, typed, history_of(where.grip, "right_1"), history_of(where.lot, "lot_number")]


def every_page(where) -> list[str]:
    return [*log_pages(where), *other_pages(where)]


def object_pages(where) -> list[str]:
    return [url for url in every_page(where) if re.search(r"/\d+/", url)]


def text_of(client: Client, url: str) -> str:
    """The page as somebody reads it: no tags, one space between words."""
    main = client.get(url).content.decode().split("<main", 1)[-1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


# --- who reads what --------------------------------------------------------------------------------------------


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


def test_safety_is_offered_only_the_lists_it_may_read(safety):
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
    for model in monitor_site._registry:
        for pk in (0, 999_999, 10**30):
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


# --- to read only ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-072")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_page_takes_anything_but_a_get(method, own, data_manager):
    client = logged_in(data_manager)
    before = AuditEvent.objects.count()
    data = {"_save": "1", "action": "delete_selected", "_selected_action": own.patient.pk, "number": "X"}
    found = {url: getattr(client, method)(url, data).status_code for url in every_page(own)}
    assert found == dict.fromkeys(every_page(own), 405)
    assert AuditEvent.objects.count() == before


def test_every_address_under_monitor_is_get_only(monitor):
    """Also those that a later list adds: a POST is refused before anything is looked up."""
    space = next(
        found for found in get_resolver().url_patterns if getattr(found, "namespace", "") == "monitor"
    )
    addresses = [each for branch in space.url_patterns for each in getattr(branch, "url_patterns", [branch])]
    assert addresses
    request = SimpleNamespace(method="POST", path="/monitor/")
    assert {each.callback(request).status_code for each in addresses} == {405}


def test_nothing_on_a_page_looks_editable(own, monitor):
    client = logged_in(monitor)
    for url in every_page(own):
        main = client.get(url).content.decode().split("<main", 1)[1].split("</main>")[0]
        fields = [
            each
            for each in re.findall(r"<(?:input|select|textarea)[^>]*>", main)
            if 'type="search"' not in each
        ]
        assert fields == []
        assert 'method="post"' not in main


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


# --- what stands on the pages ----------------------------------------------------------------------------------


def test_first_page_counts_the_sites_patients_and_adverse_events(own, monitor):
    a_patient(own.site, own.by)
    page = text_of(logged_in(monitor), reverse("monitor:index"))
    assert f"01 {own.site.name} 2 1" in page
    assert "Recent actions" not in page


def test_patient_page_shows_the_matrix_questions_and_adverse_events(own, monitor):
    page = text_of(logged_in(monitor), page_of(own.patient))
    for words in ("Week 4", "170.0 kPa is more than 160 kPa", "Headache", "not answered yet: 1"):
        assert words in page
    assert page_of(own.visit) in logged_in(monitor).get(page_of(own.patient)).content.decode()


def test_visit_page_shows_every_value_in_words(own, monitor):
    page = text_of(logged_in(monitor), page_of(own.visit))
    for words in (
        "Right hand, trial 1 31.5 kPa",
        "Right hand, trial 2 Not done splint",
        "Left hand, trial 1 blank",
        "calculated, GRIP-BEST v1",
        "? To answer 170.0 kPa is more than 160 kPa.",
        "Which premedication not asked",
        "SYN-0412",
        "Vital signs and weight not begun",
    ):
        assert words in page


def test_zero_blank_missing_and_not_asked_are_four_things(own, monitor):
    enter(own.visit, "grip-strength", own.by, left_1="0", left_2=Missing("refused"))
    page = text_of(logged_in(monitor), page_of(own.visit))
    for words in ("Left hand, trial 1 0.0 kPa", "Left hand, trial 2 Refused", "Left hand, trial 3 blank"):
        assert words in page


def test_confirmed_question_names_who_and_when(own, monitor):
    from ecrf.checks.services import confirm

    finding = Finding.objects.get(entry=own.grip)
    confirm(finding=finding, by=own.by, actor=own.by.acting_at(own.site, Right.ENTER), text=finding.text)
    page = text_of(logged_in(monitor), page_of(own.visit))
    assert "✓ Confirmed against the source by coordinator" in page
    assert "JST" in page


def test_hostile_text_is_text(own, monitor):
    enter(own.visit, "grip-strength", own.by, device="<script>alert(1)</script>")
    _adverse_event(own.patient, own.by, term='"><img src=x onerror=alert(1)>')
    for url in every_page(own):
        page = logged_in(monitor).get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_status_is_in_words(own, monitor):
    lists = text_of(logged_in(monitor), page_of(own.grip, "changelist"))
    assert "Grip strength 5 missing 1 to answer" in lists
    place = a_place(own.visit, "infusion-lot", parent=1)
    enter(own.visit, "infusion-lot", own.by, parent=1, expires_on="2031-01-31")
    complete_entries(patient=own.patient, places=[place], by=own.by.acting_at(own.site, Right.ENTER))
    lots = text_of(logged_in(monitor), page_of(CRFS["infusion-lot"].model, "changelist"))
    assert "Lot 1 of infusion SYN-0412 2031-01-31 complete" in lots


# --- history ---------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-002")
def test_history_is_one_click_away_and_shows_old_and_new(own, monitor):
    client = logged_in(monitor)
    url = history_of(own.grip, "right_1")
    page = client.get(page_of(own.visit)).content.decode()
    assert f'hx-get="{url}"' in page
    assert f'href="{url}"' in page
    whole = text_of(client, url)
    assert "coordinator coordinator 35.0 kPa 31.5 kPa" in whole
    assert "JST" in whole


def test_history_in_place_is_a_fragment(own, monitor):
    answer = logged_in(monitor).get(history_of(own.grip, "right_1"), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert page.index("35.0 kPa") < page.index("31.5 kPa")


def test_history_shows_the_reason_of_a_change_after_completion(own, monitor):
    for item in CRFS["infusion-lot"].missing(None):
        enter(own.visit, "infusion-lot", own.by, parent=1, **{item: Missing("unknown")})
    place = a_place(own.visit, "infusion-lot", parent=1)
    complete_entries(patient=own.patient, places=[place], by=own.by.acting_at(own.site, Right.ENTER))
    enter(own.visit, "infusion-lot", own.by, parent=1, lot_number="SYN-0413", reason="transcription error")
    page = text_of(logged_in(monitor), history_of(own.lot, "lot_number"))
    assert "SYN-0413 transcription error" in page


def test_every_item_of_a_begun_form_has_its_history(own, monitor):
    client = logged_in(monitor)
    page = client.get(page_of(own.grip)).content.decode()
    for item in CRFS["grip-strength"].items:
        assert history_of(own.grip, item) in page
        assert client.get(history_of(own.grip, item)).status_code == 200


# --- lists: bounded, searched by patient number ----------------------------------------------------------------


@pytest.mark.parametrize("typed", ["01-002", "０１-００２", " 01-002 "])
def test_search_finds_by_the_beginning_of_the_patients_number(typed, own, monitor):
    second = _world(own.site, own.by)
    client = logged_in(monitor)
    for model in monitor_site._registry:
        page = client.get(page_of(model, "changelist"), {"q": typed}).content.decode()
        assert f">{own.patient.number}<" not in page
    assert (
        second.patient.number in client.get(page_of(own.patient, "changelist"), {"q": typed}).content.decode()
    )


@pytest.mark.parametrize("query", ["q=1-001", "q=Headache", "q=%25", "q=_", "q=x%00y"])
def test_search_finds_nothing_else(query, own, monitor):
    url = page_of(own.ae, "changelist")
    answer = logged_in(monitor).get(f"{url}?{query}")
    assert answer.status_code == 200
    assert "None of a patient" in answer.content.decode() or "%00" in query


@pytest.mark.parametrize(
    "query", ["o=1", "o=-1", "o=99", "o=x", "all=1", "e=1", "p=x", "_popup=1", "o=2.3.4.5"]
)
def test_odd_parameters_of_a_list_do_no_harm(query, own, monitor):
    for model in monitor_site._registry:
        assert logged_in(monitor).get(f"{page_of(model, 'changelist')}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["p=7000", "p=-1", "p=0"])
def test_page_that_is_not_there_is_404_or_the_only_one(query, own, monitor):
    assert logged_in(monitor).get(f"{page_of(own.patient, 'changelist')}?{query}").status_code in (200, 404)


@pytest.mark.parametrize("query", ["patient__site=2", "site__code=02", "crf=consent", "_to_field=number"])
def test_lists_take_no_filter_from_the_address(query, own, monitor):
    assert logged_in(monitor).get(f"{page_of(own.ae, 'changelist')}?{query}").status_code == 400


def test_lists_sort_by_the_patients_number_only(own, monitor):
    client = logged_in(monitor)
    for thing in (own.patient, own.visit, own.grip, CRFS["grip-strength"].model, CRFS["adverse-event"].model):
        page = client.get(page_of(thing, "changelist")).content.decode()
        headers = re.findall(r"<th scope=\"col\"[^>]*>\s*<a[^>]*>([^<]*)", page)
        assert [header.strip() for header in headers] == ["Patient"]


def test_only_the_list_of_patients_has_a_filter(own):
    assert [model for model, one in monitor_site._registry.items() if one.list_filter] == [Patient]


def _shown(client, query: str) -> set[str]:
    page = client.get(f"{reverse('monitor:casebook_patient_changelist')}?{query}").content.decode()
    return set(re.findall(r">(\d\d-\d{3})<", page))


def test_list_of_patients_narrows_to_a_state_and_to_what_is_due_or_overdue(own, monitor):
    late, soon = a_patient(own.site, own.by), a_patient(own.site, own.by)
    today = own.site.today()
    for patient, days in ((late, -1), (soon, 0)):
        day = today + timedelta(days=days)
        PatientOutlook.objects.filter(patient=patient).update(state="on study", due_on=day, closes_on=day)
    PatientOutlook.objects.filter(patient=own.patient).update(
        state="ended early", due_on=None, closes_on=None
    )
    client = logged_in(monitor)
    assert _shown(client, "show=overdue") == {late.number}
    assert _shown(client, "show=due") == {soon.number}
    assert _shown(client, "show=on-study") == {late.number, soon.number}
    assert _shown(client, "show=ended-early") == {own.patient.number}
    assert _shown(client, "show=completed") == set()
    assert _shown(client, "") == {own.patient.number, late.number, soon.number}
    assert _shown(client, f"show=on-study&q={soon.number}") == {soon.number}


def test_narrowed_list_shows_no_patient_of_another_site(own, other, monitor):
    PatientOutlook.objects.update(state="on study", due_on="2026-01-05", closes_on="2026-01-05")
    assert _shown(logged_in(monitor), "show=overdue") == {own.patient.number}


def test_choices_above_the_list_keep_the_search_and_say_which_is_chosen(own, monitor):
    url = f"{reverse('monitor:casebook_patient_changelist')}?q=01&show=overdue"
    page = logged_in(monitor).get(url).content.decode()
    chosen = re.findall(r'<a href="([^"]*)" aria-current="true">([^<]*)', page)
    assert chosen == [("?q=01&amp;show=overdue", "Overdue")]
    assert 'href="?q=01"' in page


@pytest.mark.parametrize("query", ["show=x", "show=", "show=outlook__state", "show=overdue&show=x"])
def test_narrowing_by_anything_else_is_no_list(query, own, monitor):
    url = f"{reverse('monitor:casebook_patient_changelist')}?{query}"
    assert logged_in(monitor).get(url).status_code == 404


def test_list_shows_fifty_a_page(own, monitor):
    for _ in range(50):
        a_patient(own.site, own.by)
    client = logged_in(monitor)
    first = text_of(client, page_of(own.patient, "changelist"))
    assert "1 to 50 of 51" in first
    assert "01-051" not in first
    assert "01-051" in text_of(client, f"{page_of(own.patient, 'changelist')}?p=2")
    assert client.get(f"{page_of(own.patient, 'changelist')}?p=3").status_code == 404


def test_list_counts_no_further_than_it_leads(own, monitor, monkeypatch):
    monkeypatch.setattr("ecrf.monitoring.lists.COUNTED_AT_MOST", 1)
    a_patient(own.site, own.by)
    rows = FirstRows(Entry.objects.order_by("pk"), 1)
    assert (rows.count, rows.is_cut, rows.num_pages) == (1, True, 1)
    assert "more than 1" in text_of(logged_in(monitor), page_of(own.patient, "changelist"))


# --- statements ------------------------------------------------------------------------------------------------


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as taken:
        assert client.get(url).status_code == 200
    return len(taken)


@pytest.mark.requirement("R-095")
def test_number_of_statements_does_not_grow_with_the_rows(own, monitor):
    client = logged_in(monitor)
    pages = every_page(own)
    before = {url: statements(client, url) for url in pages}
    for _ in range(3):
        _world(own.site, own.by)
    for code in ("W01", "W07", "W10"):
        visit = a_visit(own.patient, code, own.by)
        enter(visit, "grip-strength", own.by, right_1="170", left_1="0")
    for number in (2, 3):
        enter(own.visit, "infusion-vitals", own.by, number=number, parent=1, pulse="200")
        enter(own.visit, "infusion-lot", own.by, number=number, parent=1, lot_number="X")
        _adverse_event(own.patient, own.by, term="Fever")
    assert {url: statements(client, url) for url in pages} == before
    assert before[page_of(own.patient)] <= PATIENT_AT_MOST


@pytest.mark.parametrize("code", ["SCR", "W01", "W04"])
def test_visit_page_takes_at_most_forty_statements(code, own, monitor):
    visit = a_visit(own.patient, code, own.by)
    for key in protocol().plan(code).forms:
        enter(visit, key, own.by, **{next(iter(CRFS[key].entered)): Missing("unknown")})
    assert statements(logged_in(monitor), page_of(visit)) <= VISIT_AT_MOST


def test_first_page_takes_the_same_statements_for_any_number_of_sites(own, other, data_manager):
    client = logged_in(data_manager)
    before = statements(client, reverse("monitor:index"))
    for code in ("03", "04"):
        make_site(code)
    assert statements(client, reverse("monitor:index")) == before
