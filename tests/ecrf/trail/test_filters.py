"""The trail narrowed: by kind, form, item, visit, person, days; page by page without a gap or a double."""

import html
import re
from datetime import date
from unittest import mock

import pytest
import time_machine

from ecrf.access.roles import Role
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from ecrf.casebook.striking import strike_visit
from ecrf.trail import events
from ecrf.trail.events import events_of, one_page
from ecrf.trail.filters import Filters, TrailForm, TrailScope
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_user
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.ecrf.trail.world import World, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-011")]


@pytest.fixture
def world(site, coordinator, investigator, monitor, data_manager) -> World:
    """A query, two verifications and a signature on the pulse, all undone by one change."""
    world = a_world(site, coordinator, investigator, monitor, data_manager)
    enter(world.patient, "adverse-event", coordinator, term="Headache")
    world.ask()
    world.verify()
    world.verify("spo2", "98 %")
    world.sign()
    world.change("72")
    world.lift(world.lock())
    return world


@pytest.mark.parametrize(("at", "day"), [("14:59", 22), ("15:01", 23)])
def test_today_is_the_day_at_the_site(at, day, site):
    with time_machine.travel(f"2026-11-22T{at}Z", tick=False):
        form = TrailForm({"since": "t", "until": "t"}, TrailScope(site, None))
        assert form.is_valid()
        assert form.cleaned_data["since"] == form.cleaned_data["until"] == date(2026, 11, day)


@pytest.fixture
def left(world):
    """What the filters leave of the patient's trail: (table, operation) of each event."""

    def tables(**filters) -> list[str]:
        scope = TrailScope(world.patient.site, world.patient)
        return [event.table for event in events_of(scope, Filters(**filters)).order_by("position")]

    return tables


@pytest.fixture
def page(client, world):
    def get(path: str, status: int = 200) -> str:
        client.force_login(world.coordinator)
        answer = client.get(path)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))

    return get


def test_kinds_are_told_apart_and_what_a_change_undid_is_of_that_kind_too(left):
    assert set(left(kind="queries")) == {"queries_query", "queries_message"}
    assert left(kind="verification") == ["verification_verification"] * 2 + ["stub_trial_stubvitalsigns"]
    assert left(kind="signatures") == ["signatures_signature", "stub_trial_stubvitalsigns"]
    assert left(kind="locks") == ["locks_lock"] * 2
    data = set(left(kind="data"))
    assert {"casebook_patient", "casebook_visit", "casebook_entry", "stub_trial_stubvitalsigns"} <= data
    assert not data & {"queries_query", "locks_lock", "signatures_signature", "checks_discrepancy"}


def test_calculated_events_hold_derived_items_only(world, left):
    assert left(kind="calculated") == []
    enter(world.visit, "reading", world.coordinator, value_1="41.0", value_2="42.0", value_3="41.0")
    assert left(kind="calculated") == ["stub_trial_stubreading"]


def test_item_leaves_its_changes_and_what_was_done_about_it(left):
    found = left(form="vital-signs", item="pulse")
    assert found.count("stub_trial_stubvitalsigns") == 2
    assert {"queries_query", "queries_message", "verification_verification"} <= set(found)
    assert found.count("verification_verification") == 1
    assert left(form="adverse-event", item="pulse") == []


def test_visit_holds_its_opening_its_forms_its_signature_and_its_locks(left):
    found = left(visit="W04")
    assert {"casebook_visit", "stub_trial_stubvitalsigns", "signatures_signature", "locks_lock"} <= set(found)
    assert "stub_trial_stubevent" not in found
    assert "stub_trial_stubevent" in left(visit="none")
    assert "casebook_visit" not in left(visit="none")


def test_unscheduled_visits_of_a_site_are_chosen_together(world, page):
    enter(a_visit(world.patient, "UNS-1", world.coordinator), "vital-signs", world.coordinator, pulse="66")
    assert "66 /min" in page("/sites/01/trail/?visit=UNS")
    assert "66 /min" not in page("/sites/01/trail/?visit=W04")
    assert "66 /min" in page("/patients/01-001/trail/?visit=UNS-1")


def test_visit_that_was_struck_out_and_opened_again_is_offered_once(world, client, page):
    visit = a_visit(world.patient, "W07", world.coordinator)
    strike_visit(visit=visit, by=world.coordinator, reason="Opened by mistake")
    a_visit(world.patient, "W07", world.coordinator)
    page("/patients/01-001/trail/")
    body = client.get("/patients/01-001/trail/?visit=W07").content.decode()
    assert body.partition('<select name="visit"')[2].partition("</select>")[0].count('value="W07"') == 1


def test_values_entered_and_values_changed_are_told_apart(world, page, left):
    enter(world.visit, "dose", world.coordinator, given_g="20")
    enter(world.visit, "dose", world.coordinator, given_g="25")
    entered, changed = (left(kind=kind, form="dose") for kind in ("entered", "changed"))
    assert (entered, changed) == (["stub_trial_stubdose"], ["stub_trial_stubdose"])
    words = page("/patients/01-001/trail/?kind=changed&form=dose")
    assert re.search(r"changed:\s+20(\.0)? g\s+→\s+25", words)
    assert not re.search(r"entered:", words)


def test_items_are_chosen_from_the_list_of_their_form(page, client):
    page("/patients/01-001/trail/")
    body = client.get("/patients/01-001/trail/?form=vital-signs").content.decode()
    assert '<option value="pulse">' in body.partition('<select name="item"')[2].partition("</select>")[0]
    assert "Choose a form first" in page("/patients/01-001/trail/")


def test_people_of_the_site_are_offered(page, client, world):
    client.force_login(world.coordinator)
    body = client.get("/patients/01-001/trail/").content.decode()
    people = body.partition('<select name="who"')[2].partition("</select>")[0]
    offered = re.findall(r'<option value="(\w+)">', people)
    assert {"coordinator", "monitor", "data_manager", "system"} <= set(offered)
    assert "Synthetic coordinator (coordinator)" in people
    assert "outsider" not in offered


def test_people_who_acted_at_the_site_before_a_transfer_are_offered(
    client, site, other_site, coordinator, investigator, outsider, data_manager
):
    patient = a_patient(site, coordinator)
    make_user("bystander", Role.COORDINATOR, site)
    hand_over(patient, other_site, data_manager)
    client.force_login(outsider)
    for path, offers in ((f"/patients/{patient.number}/trail/", False), ("/sites/02/trail/", True)):
        people = (
            client.get(path).content.decode().partition('<select name="who"')[2].partition("</select>")[0]
        )
        offered = re.findall(r'<option value="(\w+)">', people)
        assert {"coordinator", "outsider"} <= set(offered)
        assert ("bystander" in offered) == offers


def test_one_forms_trail_holds_its_rows(world, left):
    enter(world.visit, "dose", world.coordinator, given_g="20")
    enter(world.visit, "dose-lot", world.coordinator, parent=1, lot_number="L1")
    dose = Entry.objects.get(crf="dose")
    assert {"stub_trial_stubdose", "stub_trial_stublot"} <= set(left(entry=dose))
    assert "stub_trial_stubvitalsigns" not in left(entry=dose)


def test_person_leaves_only_what_that_person_did(left, page):
    assert set(left(who="investigator")) == {"signatures_signature"}
    assert left(who="nobody") == []
    assert "No event fits these filters." in page("/patients/01-001/trail/?who=nobody")


def test_days_are_those_of_the_sites_clock(site, world, left):
    first = AuditEvent.objects.filter(chain=world.patient.pk).earliest("position")
    today = first.at.astimezone(site.zone).date()
    assert left(since=today, until=today) == left()
    assert left(until=today.replace(year=2020)) == []
    assert left(since=today.replace(year=2030)) == []


def test_item_filter_shows_that_items_lines_only(page):
    told = page("/patients/01-001/trail/?form=vital-signs&item=pulse")
    assert "Pulse" in told
    assert "Temperature entered" not in told
    assert "Temperature" in page("/patients/01-001/trail/?form=vital-signs")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=accounts", "“accounts” is not in this list"),
        ("form=nothing", "“nothing” is not in this list"),
        ("visit=W99", "“W99” is not in this list"),
        ("since=2026-02-30", "has no day 30"),
        ("since=yesterday", "no month"),
        ("since=2026-02-02&until=2026-01-01", "The period ends before it begins."),
        ("item=pulse", "Choose the form first"),
        ("entry=999999999", "This form is not in this trail."),
        ("entry=99999999999999999999999", "Ensure this value is less than or equal to"),
        ("entry=one", "Enter a whole number."),
        ("before=-1", "Ensure this value is greater than or equal to 1."),
        ("before=x", "Enter a whole number."),
        ("actor=monitor", "There is no filter called “actor”."),
        ("changes__pulse=1", "There is no filter called “changes__pulse”."),
        ("who=%00", "Null characters are not allowed."),
    ],
)
def test_filter_that_cannot_be_is_refused_in_words(page, query, words):
    for path in ("/patients/01-001/trail/", "/sites/01/trail/"):
        if "W99" not in query or path.startswith("/p"):
            assert words in page(f"{path}?{query}", 422), path


@pytest.mark.parametrize(
    "query", ["since=1900-01-01", "until=9999-12-31", "since=1900-01-01&until=9999-12-31"]
)
def test_ends_of_the_calendar_are_days_like_others(page, query):
    page(f"/patients/01-001/trail/?{query}")
    page(f"/sites/01/trail/?{query}")
    page("/sites/01/trail/?until=1900-01-01")


def test_form_of_another_patient_is_not_in_this_trail(world, page, site, coordinator):
    other = a_patient(site, coordinator)
    enter(a_visit(other, "W01", coordinator), "vital-signs", coordinator, pulse="55")
    entry = Entry.objects.get(patient=other)
    assert "This form is not in this trail." in page(f"/patients/01-001/trail/?entry={entry.pk}", 422)
    assert "55 /min" in page(f"/sites/01/trail/?entry={entry.pk}")


# --- paging -----------------------------------------------------------------------------------------


def _walk(scope: TrailScope, filters: Filters) -> list[int]:
    """The ids of all pages, in the order of reading."""
    found, before = [], None
    for _ in range(200):
        part = one_page(scope, Filters(**{**vars(filters), "before": before}))
        found += [event.pk for event in part.events]
        before = part.before
        if before is None:
            return found
    raise AssertionError("The pages do not end.")


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_have_no_gap_and_no_double(world, site, coordinator, size):
    enter(a_visit(a_patient(site, coordinator), "W01", coordinator), "vital-signs", coordinator, pulse="55")
    with mock.patch.object(events, "PAGE", size):
        mine = _walk(TrailScope(site, world.patient), Filters())
        whole = _walk(TrailScope(site), Filters())
    chain = AuditEvent.objects.filter(chain=world.patient.pk)
    assert mine == list(chain.order_by("-position").values_list("pk", flat=True))
    of_patients = AuditEvent.objects.exclude(chain=0)
    assert set(whole) == set(of_patients.values_list("pk", flat=True))
    assert len(whole) == len(set(whole))


def test_events_of_the_same_moment_are_on_one_page_each(world, site):
    """Ordering by the clock alone would lose or repeat them at the end of a page."""
    with mock.patch.object(events, "PAGE", 2):
        first = one_page(TrailScope(site), Filters())
        again = one_page(TrailScope(site), Filters(before=first.before))
    assert not {event.pk for event in first.events} & {event.pk for event in again.events}


def test_filters_keep_on_paging(world, client, page):
    with mock.patch.object(events, "PAGE", 2):
        client.force_login(world.coordinator)
        body = client.get("/patients/01-001/trail/?form=vital-signs&who=coordinator").content.decode()
        older = html.unescape(re.search(r'rel="next" href="([^"]+)"', body)[1])
        assert "form=vital-signs" in older
        assert "who=coordinator" in older
        assert "before=" in older
        assert "Newest" in page(f"/patients/01-001/trail/{older}")


def test_save_that_is_cut_by_the_page_says_that_it_goes_on(world, page):
    with mock.patch.object(events, "PAGE", 1):
        enter(world.patient, "adverse-event", world.coordinator, number=2, term="Cough")
        assert "continues on the next page" in page("/patients/01-001/trail/")


def test_cursor_of_a_site_that_is_no_event_leaves_nothing(page):
    assert "No event fits" in page("/sites/01/trail/?before=999999999")


# --- statements -------------------------------------------------------------------------------------

AT_MOST = 22


@pytest.mark.parametrize("path", ["/patients/01-001/trail/", "/sites/01/trail/"])
def test_trail_of_any_length_takes_few_statements(world, settings, path):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    client = client_of(world.coordinator)
    few = statements(lambda: client.get(path))
    for number in range(2, 40):
        world.change(str(80 + number))
        world.ask(number=number)
        world.verify(value=str(70 + number))
    many = statements(lambda: client.get(path))
    assert max(few.count, many.count) <= AT_MOST, "\n".join(many.sql)
    assert many.writes == []
