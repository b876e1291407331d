"""The monitor's first page: each site in numbers, and the work at one of them, the same as the lists behind it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ecrf.casebook.models import PatientStatus
from ecrf.monitoring.home.site_counts import site_numbers
from ecrf.monitoring.home.to_do import builders
from ecrf.queries.models import Turn
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site
from tests.database import tamper
from tests.ecrf.monitoring.review_world import (
    GRADES,
    PLANNED,
    a_start,
    an_end,
    asked,
    closed,
    complete_deviation,
    complete_mrc,
    signed,
    verified,
)
from tests.ecrf.monitoring.world import logged_in, page_of, statements, text_of

pytestmark = [pytest.mark.django_db]

HOME = "/monitor/"


@pytest.fixture
def mrc(own, coordinator):
    return complete_mrc(own.visit, coordinator)


def section(client, key: str, query: str = "") -> str:
    """One of the page's lists as somebody reads it."""
    page = client.get(HOME + query).content.decode()
    found = re.search(rf'aria-labelledby="work-{key}">(.*?)</section>', page, re.DOTALL)
    assert found, key
    return " ".join(re.sub(r"<[^>]*>", " ", found[1]).split())


def work_list(site, key: str) -> str:
    return reverse("monitor:work-list", args=[site.code, key])


@pytest.mark.requirement("R-079")
def test_sites_row_says_how_much_of_the_plan_is_verified(own, mrc, monitor):
    verified(mrc, monitor, *GRADES[:5])
    assert f"5 of {PLANNED}" in text_of(logged_in(monitor), HOME)


def test_open_queries_are_counted_by_turn_with_the_oldest(own, mrc, monitor):
    asked(mrc, monitor, days=9)
    asked(mrc, monitor, turn=Turn.MONITOR, days=2)
    closed(asked(mrc, monitor, days=30), monitor)
    page = text_of(logged_in(monitor), HOME)
    assert "2 site 1, monitor 1 · oldest 9 days" in page
    assert "Open queries, oldest first 2" in page


def test_query_stands_with_place_turn_and_age_the_oldest_first(own, mrc, monitor):
    asked(mrc, monitor, "Second 質問 🙂", days=2)
    asked(mrc, monitor, "First", days=9)
    found = section(logged_in(monitor), "queries")
    assert found.index("First") < found.index("Second 質問 🙂")
    assert "Week 4, MRC strength, Shoulder abduction, right" in found
    day = (timezone.now() - timedelta(days=9)).astimezone(own.site.zone).date()
    assert f"Site’s turn since {day} (9 days), asked {day}" in found


ALL = [*GRADES, "assessor", "assessed_at", "before_dose"]
"""Every planned item of MRC strength."""


def test_everything_is_new_before_the_first_visit_and_only_changes_after_it(own, mrc, monitor, coordinator):
    client = logged_in(monitor)
    verified(mrc, monitor, *ALL)
    assert "everything is new" in section(client, "changed")
    assert "Week 4 MRC strength" in section(client, "changed")
    an_end(a_start(own.site, monitor), monitor)
    assert "Nothing has changed" in work_list_text(client, own, "changed")
    tamper("UPDATE casebook_reviewstatus SET changed_at = clock_timestamp() WHERE entry_id = %s", mrc.pk)
    assert "Changed since your last visit 1" in section(client, "changed")
    assert "Week 4 MRC strength" in section(client, "changed")


def test_visit_with_something_left_to_verify_stands_in_one_list_only(own, mrc, monitor, coordinator):
    client = logged_in(monitor)
    an_end(a_start(own.site, monitor), monitor)
    enter(own.visit, "mrc-strength", coordinator, reason="Misread", **{GRADES[0]: "3"})
    assert "Nothing has changed" in work_list_text(client, own, "changed")
    assert "01-001" in section(client, "left")
    visit = a_start(own.site, monitor)
    lines = {part["key"]: part["lines"] for part in visit.worklist["sections"]}
    assert lines["changed"] == []
    assert lines["left"][0]["note"].startswith("changed 20")


def work_list_text(client, own, key: str) -> str:
    return text_of(client, work_list(own.site, key))


def test_lists_with_nothing_in_them_are_named_in_one_line(own, monitor):
    page = text_of(logged_in(monitor), HOME)
    assert (
        "Patients with items left to verify by plan: everything that is complete and planned is verified."
        in page
    )
    assert "none" not in page.lower().split("my work at")[0]
    assert "none yet" not in page


def test_queries_at_my_turn_come_first_with_what_was_said_last(own, mrc, monitor):
    query = asked(mrc, monitor, "Right?", turn=Turn.MONITOR)
    client = logged_in(monitor)
    page = client.get(HOME).content.decode()
    assert page.index("Queries at my turn") < page.index("My work at site") < page.index(">Sites<")
    assert f"/monitor/queries/query/{query.pk}/change/?list=turn%3Dmine" in page


def test_patients_with_most_left_to_verify_come_first(own, mrc, monitor, coordinator):
    verified(mrc, monitor, *GRADES[:5])
    second = a_visit(a_patient(own.site, coordinator), "W04", coordinator)
    complete_mrc(second, coordinator)
    found = section(logged_in(monitor), "left")
    assert found.index(f"01-002 {PLANNED} items left") < found.index(f"01-001 {PLANNED - 5} items left")


def test_going_on_leads_to_the_patient_verified_last_while_something_is_left(own, mrc, monitor, coordinator):
    complete_mrc(a_visit(a_patient(own.site, coordinator), "W04", coordinator), coordinator)
    verified(mrc, monitor, GRADES[0])
    page = logged_in(monitor).get(HOME).content.decode()
    found = re.search(r'href="([^"]*)">Go on verifying', page)
    assert found
    assert f"/{own.patient.pk}/" in found[1]


def test_data_manager_reads_the_same_page_without_going_on_verifying(own, mrc, data_manager):
    page = text_of(logged_in(data_manager), HOME)
    assert f"0 of {PLANNED}" in page
    assert "Go on verifying" not in page


@pytest.mark.requirement("R-034")
def test_visit_without_signature_is_counted_until_it_is_signed(own, mrc, monitor, investigator):
    client = logged_in(monitor)
    assert "01-001 Week 4" in section(client, "unsigned")
    signed(own.visit, investigator)
    assert "Visits and logs not signed: every complete form is signed." in text_of(client, HOME)


def test_deviations_since_the_last_visit_are_marked_as_new(own, mrc, monitor, coordinator):
    complete_deviation(own.patient, coordinator)
    client = logged_in(monitor)
    assert "Protocol deviation 1 2026-11-01 · Dose · Minor" in section(client, "protocol-deviation")
    an_end(a_start(own.site, monitor), monitor)
    assert "0 new of 1" in text_of(client, HOME)
    other = a_patient(own.site, coordinator)
    complete_deviation(other, coordinator)
    assert "1 new of 2" in text_of(client, HOME)
    assert "01-002 Protocol deviation 1 new" in section(client, "protocol-deviation")


def test_serious_event_says_which_event_it_is(own, monitor, coordinator):
    enter(own.patient, "serious-adverse-event", coordinator, adverse_event="1")
    found = section(logged_in(monitor), "serious-adverse-event")
    assert "Serious adverse event 1 1 · Headache" in found
    assert "not complete yet" in found


def test_overdue_visits_are_counted_and_listed(own, monitor):
    day = own.site.today() - timedelta(days=3)
    PatientStatus.objects.filter(patient=own.patient).update(
        state="on study", next_code="W07", due_on=day, closes_on=day
    )
    client = logged_in(monitor)
    [numbers] = site_numbers(monitor)
    assert numbers.overdue == 1
    assert "01-001 Week 7 visit overdue" in text_of(client, work_list(own.site, "overdue"))
    assert "3 days ago" in text_of(client, work_list(own.site, "overdue"))


def test_ten_lines_stand_on_the_page_and_all_of_them_one_click_away(own, monitor, coordinator):
    visits = [a_visit(a_patient(own.site, coordinator), "W04", coordinator) for _ in range(11)]
    entries = [complete_mrc(visit, coordinator) for visit in visits]
    client = logged_in(monitor)
    for key in ("left", "unsigned", "changed"):
        if key == "changed":
            [verified(entry, monitor, *ALL) for entry in entries]
        found = section(client, key)
        assert found.count("01-0") == 10, key
        assert "All 11" in found
        assert text_of(client, work_list(own.site, key)).count("01-0") == 11


def test_counts_of_the_row_agree_with_the_lists(own, mrc, monitor, coordinator):
    asked(mrc, monitor)
    complete_deviation(own.patient, coordinator)
    [numbers] = site_numbers(monitor)
    client = logged_in(monitor)
    found = {key: int(section(client, key).split(" 01-")[0].split()[-1]) for key in ("queries", "left")}
    assert found == {"queries": numbers.queries.count, "left": 1}
    assert "Visits and logs not signed 2" in section(client, "unsigned")
    assert numbers.unsigned == 2
    assert numbers.deviations == (1, 1)


def test_lists_of_patients_and_visits_say_what_is_verified_and_signed(own, mrc, monitor, investigator):
    client = logged_in(monitor)
    verified(mrc, monitor, *GRADES[:5])
    for thing in (own.patient, own.visit):
        page = text_of(client, page_of(thing, "changelist"))
        assert f"5 of {PLANNED} not signed" in page
    signed(own.visit, investigator)
    assert f"5 of {PLANNED} signed" in text_of(client, page_of(own.visit, "changelist"))


def test_broken_signature_is_said_in_words_in_lists_and_homes(own, mrc, monitor, coordinator, investigator):
    complete_mrc(a_visit(a_patient(own.site, coordinator), "W04", coordinator), coordinator)
    signed(own.visit, investigator)
    enter(own.visit, "mrc-strength", coordinator, reason="Misread", **{GRADES[0]: "3"})
    client = logged_in(monitor)
    assert "1 broken" in text_of(client, HOME)
    assert "Week 4 (signature broken)" in section(client, "unsigned")
    for thing in (own.patient, own.visit):
        page = text_of(client, page_of(thing, "changelist"))
        assert f"of {PLANNED} broken" in page
        assert f"0 of {PLANNED} not signed" in page
    signed(own.visit, investigator)
    assert "broken" not in text_of(client, HOME)


def test_another_sites_work_is_not_told(own, other, monitor, outsider):
    complete_mrc(other.visit, outsider)
    client = logged_in(monitor)
    assert "02-001" not in text_of(client, HOME)
    assert client.get(f"{HOME}?site=02").status_code == 404
    assert client.get(work_list(other.site, "left")).status_code == 404
    assert client.get(work_list(own.site, "nonsense")).status_code == 404


def test_site_is_chosen_in_the_address_and_practice_comes_last(own, other, data_manager, outsider):
    practice = make_site("00", is_practice=True)
    complete_mrc(other.visit, outsider)
    client = logged_in(data_manager)
    assert "02-001" in section(client, "left", "?site=02")
    assert "02-001" not in text_of(client, HOME)
    assert [row.site.code for row in site_numbers(data_manager)] == ["01", "02", practice.code]
    assert "practice: not part of the study" in text_of(client, f"{HOME}?site=00")


def test_user_without_a_site_is_told_so(db):
    from ecrf.access.roles import Role
    from tests.conftest import make_user

    user = make_user("new_monitor", Role.DATA_MANAGER)
    assert "No site is assigned to you yet" in text_of(logged_in(user), HOME)


def test_home_and_lists_take_the_same_statements_whatever_is_there(own, mrc, monitor, coordinator):
    enter(own.patient, "serious-adverse-event", coordinator, adverse_event="1")
    complete_deviation(own.patient, coordinator)
    asked(mrc, monitor)
    verified(mrc, monitor, GRADES[0])
    client = logged_in(monitor)
    pages = [HOME, *(work_list(own.site, key) for key in builders())]
    before = {url: statements(client, url) for url in pages}
    for _ in range(3):
        patient = a_patient(own.site, coordinator)
        entry = complete_mrc(a_visit(patient, "W07", coordinator), coordinator)
        complete_deviation(patient, coordinator)
        asked(entry, monitor)
        verified(entry, monitor, *GRADES[:3])
    assert {url: statements(client, url) for url in pages} == before
    assert before[HOME] <= 31
