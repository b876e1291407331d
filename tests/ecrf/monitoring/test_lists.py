"""The monitor's lists: bounded, searched by patient number, narrowed by fixed choices."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from ecrf.access.models import Membership, User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, PatientStatus, Visit
from ecrf.casebook.striking import strike_out
from ecrf.forms.registry import CRFS
from ecrf.monitoring.lists.changelist import FirstRows
from ecrf.monitoring.site import monitor_site
from ecrf.queries.models import Query
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.monitoring.review_world import complete_deviation
from tests.ecrf.monitoring.world import a_world, an_adverse_event, logged_in, page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]


@pytest.mark.parametrize("typed", ["01-002", "０１-００２", " 01-002 "])
def test_search_finds_by_the_beginning_of_the_patients_number(typed, own, monitor):
    second = a_world(own.site, own.by)
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
    client = logged_in(monitor)
    for model in monitor_site._registry:
        assert client.get(f"{page_of(model, 'changelist')}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["p=7000", "p=-1", "p=0"])
def test_page_that_is_not_there_is_404_or_the_only_one(query, own, monitor):
    assert logged_in(monitor).get(f"{page_of(own.patient, 'changelist')}?{query}").status_code in (200, 404)


@pytest.mark.parametrize("query", ["patient__site=2", "site__code=02", "crf=consent", "_to_field=number"])
def test_lists_take_no_filter_from_the_address(query, own, monitor):
    answer = logged_in(monitor).get(f"{page_of(own.ae, 'changelist')}?{query}")
    assert answer.status_code == 400
    assert (
        "The address narrows the list by something that it cannot be narrowed by." in answer.content.decode()
    )


def test_lists_sort_by_the_patients_number_only(own, monitor):
    client = logged_in(monitor)
    for thing in (own.patient, own.visit, own.grip, CRFS["grip-strength"].model, CRFS["adverse-event"].model):
        page = client.get(page_of(thing, "changelist")).content.decode()
        headers = re.findall(r"<th scope=\"col\"[^>]*>\s*<a[^>]*>([^<]*)", page)
        assert [header.strip() for header in headers] == ["Patient"]


def test_lists_of_patients_visits_queries_and_forms_have_filters(own):
    filtered = {model for model, one in monitor_site._registry.items() if one.list_filter}
    assert filtered <= {Patient, Visit, Query} | {definition.model for definition in CRFS.values()}


def test_laboratory_is_narrowed_by_flag_test_significance_and_visit(own, monitor):
    for code, value in (("W01", "5.1"), ("W04", "9.9")):
        enter(a_visit(own.patient, code, own.by), "lab-result", own.by, number=2, parent=1, value=value)
    client, url = logged_in(monitor), page_of(CRFS["lab-result"].model, "changelist")
    page = client.get(url).content.decode()
    for name in ("visit", "test", "flag", "significant"):
        assert f'<select name="only-{name}"' in page
    assert "9.9" in text_of(client, url)
    narrowed = text_of(client, f"{url}?only-visit=W01&only-test=WBC")
    assert "5.1" in narrowed
    assert "9.9" not in narrowed
    assert "None fits all of these choices" in text_of(client, f"{url}?only-flag=HIGH&only-visit=W01")
    assert client.get(f"{url}?only-flag=x").status_code == 404


@pytest.mark.parametrize("key", CRFS)
def test_what_a_list_shows_is_there(key, own, monitor):
    definition = CRFS[key]
    for name in definition.model.listed:
        link, _, item = name.partition(".")
        where = CRFS[definition.links[link].to].items if item else definition.items
        assert (item or name) in where or name in definition.model.listed_words
    assert logged_in(monitor).get(page_of(definition.model, "changelist")).status_code == 200


def test_report_after_26_hours_stands_out_on_list_and_home_in_words_and_colour(own, monitor):
    serious = {
        "adverse_event": "1",
        "hospital_stay": "yes",
        "became_aware_on": "2026-03-02",
        "became_aware_at": "08:00",
    }
    enter(
        own.patient, "serious-adverse-event", own.by, **serious, reported_on="2026-03-03", reported_at="10:00"
    )
    client = logged_in(monitor)
    page = client.get(page_of(CRFS["serious-adverse-event"].model, "changelist")).content.decode()
    late = '<span class="state state-overdue">reported after 26 h</span>'
    assert late in page
    assert "Hospital stay" in page
    assert late in client.get("/monitor/?site=01").content.decode()


def test_rows_that_are_struck_out_are_shown_and_not_counted(own, monitor):
    safety = make_user("safety9", "safety")
    url = page_of(own.ae, "changelist")
    an_adverse_event(own.patient, own.by, term="Fever")
    actor = own.by.acting_at(own.site, Right.ENTER)
    strike_out(entry=own.ae, by=own.by, actor=actor, reason="Entered twice")
    url = page_of(CRFS["adverse-event"].model, "changelist")
    assert "1 in all, and 1 struck out" in text_of(logged_in(monitor), url)
    assert "Headache" in text_of(logged_in(monitor), url)
    home = logged_in(safety).get("/monitor/").content.decode()
    assert re.search(r"adverseevent/\?q=01-\">1</a>", home)


def _shown(client, query: str) -> set[str]:
    page = client.get(f"{reverse('monitor:casebook_patient_changelist')}?{query}").content.decode()
    return set(re.findall(r">(\d\d-\d{3})<", page))


def test_list_of_patients_narrows_to_a_state_and_to_what_is_due_or_overdue(own, monitor):
    late, soon = a_patient(own.site, own.by), a_patient(own.site, own.by)
    today = own.site.today()
    for patient, days in ((late, -1), (soon, 0)):
        day = today + timedelta(days=days)
        PatientStatus.objects.filter(patient=patient).update(state="on study", due_on=day, closes_on=day)
    PatientStatus.objects.filter(patient=own.patient).update(state="ended early", due_on=None, closes_on=None)
    client = logged_in(monitor)
    assert _shown(client, "show=overdue") == {late.number}
    assert _shown(client, "show=due") == {soon.number}
    assert _shown(client, "show=on-study") == {late.number, soon.number}
    assert _shown(client, "show=ended-early") == {own.patient.number}
    assert _shown(client, "show=completed") == set()
    assert _shown(client, "") == {own.patient.number, late.number, soon.number}
    assert _shown(client, f"show=on-study&q={soon.number}") == {soon.number}


def test_narrowed_list_shows_no_patient_of_another_site(own, other, monitor):
    PatientStatus.objects.update(state="on study", due_on="2026-01-05", closes_on="2026-01-05")
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
    monkeypatch.setattr("ecrf.monitoring.lists.changelist.COUNTED_AT_MOST", 1)
    a_patient(own.site, own.by)
    rows = FirstRows(Entry.objects.order_by("pk"), 1)
    assert (rows.count, rows.is_cut, rows.num_pages) == (1, True, 1)
    assert "more than 1" in text_of(logged_in(monitor), page_of(own.patient, "changelist"))


def test_patients_for_practice_are_marked_in_every_list_and_counted_apart(own, monitor):
    practice = make_site("00", is_practice=True)
    trainer = make_user("trainer", Role.COORDINATOR, practice)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=monitor, role=Role.MONITOR, site=practice)
    theirs = a_world(practice, trainer)
    client = logged_in(User.objects.get(pk=monitor.pk))
    for thing in (own.patient, own.visit, own.ae):
        page = text_of(client, page_of(thing, "changelist"))
        assert f"{theirs.patient.number} practice" in page
        assert f"{own.patient.number} practice" not in page
        assert re.search(r", \d of them for practice and no part of the study", page)


def test_log_on_a_patients_page_has_the_columns_of_its_list(own, monitor):
    """What a reviewer reads first of a deviation or an event: what happened, and how it hangs on the treatment."""
    complete_deviation(own.patient, own.by)
    an_adverse_event(own.patient, own.by)
    page = logged_in(monitor).get(page_of(own.patient)).content.decode()
    for key in ("adverse-event", "protocol-deviation", "serious-adverse-event"):
        table = page.partition(f'aria-label="{CRFS[key].title}"')[2].partition("</table>")[0]
        for name in CRFS[key].model.listed if table else ():
            item = CRFS[key].items.get(name)
            assert item is None or f'<th scope="col">{html.escape(str(item.verbose_name))}</th>' in table
    assert "Too late" in page
