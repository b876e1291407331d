"""What safety decides on stands where it decides: on its first page, in the head of every page, in the list."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.scheduled import JOBS
from ecrf.notices.models import SeriousNotice
from ecrf.notices.serious_events import confirm_seen
from ecrf.notices.to_be_seen import cases, to_be_seen
from tests.builders import a_patient, enter
from tests.conftest import make_site, make_user

NOW = datetime(2026, 3, 10, 3, tzinfo=UTC)
HEAD = "Serious events to be seen"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def an_event(patient, by, number=1, hours=2, **more) -> SeriousNotice:
    known = (NOW - timedelta(hours=hours)).astimezone(patient.site.zone)
    enter(patient, "adverse-event", by, number=number, term="Synthetic pneumonia", relation="RELATED")
    enter(
        patient,
        "serious-adverse-event",
        by,
        number=number,
        adverse_event=str(number),
        hospital_stay="yes",
        became_aware_on=f"{known:%Y-%m-%d}",
        became_aware_at=f"{known:%H:%M}",
        **more,
    )
    JOBS["serious-events"].run()
    return SeriousNotice.objects.get(event__patient=patient, event__number=number)


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


def words(client, address) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


@pytest.mark.parametrize("page", ["monitor:index", "serious-events", "serious-event"])
def test_event_says_what_it_is_why_it_is_serious_and_how_long_is_left(
    page, patient, coordinator, safety, client
):
    notice = an_event(patient, coordinator)
    client.force_login(safety)
    args = [notice.pk] if page == "serious-event" else []
    said = words(client, reverse(page, args=args))
    for fact in (
        "Synthetic pneumonia",
        "Hospital stay",
        "Site became aware on: 2026-03-10",
        "report due in 22 h",
    ):
        assert fact in said


def test_late_or_reported_event_says_so(patient, coordinator, safety):
    late = an_event(patient, coordinator, hours=30)
    made = an_event(patient, coordinator, number=2, reported_on="2026-03-10", reported_at="11:30")
    assert [(case.clock.late, case.clock.left) for case in cases([late, made])] == [
        ("not reported for 30 h", None),
        ("", None),
    ]


def test_first_page_and_head_count_what_is_to_be_seen_until_it_is(patient, coordinator, safety, client):
    client.force_login(safety)
    assert "None. Every event was seen." in words(client, "/monitor/")
    notice = an_event(patient, coordinator)
    page = words(client, "/monitor/")
    assert page.index(HEAD) < page.index("Hospital Adverse events")
    assert "Serious events 1 to be seen" in words(client, reverse("account"))
    confirm_seen(notice, safety)
    assert "to be seen" not in words(client, reverse("account"))
    assert list(to_be_seen(safety)) == []


def test_others_have_neither_the_number_nor_the_list(patient, coordinator, monitor, data_manager, client):
    an_event(patient, coordinator)
    for user in (coordinator, monitor, data_manager):
        client.force_login(user)
        assert "to be seen" not in words(client, reverse("account"))


def test_who_reads_another_site_sees_none_of_it(patient, coordinator, client):
    an_event(patient, coordinator)
    elsewhere = make_user("inspects_elsewhere", "inspector", make_site("08"))
    assert list(to_be_seen(elsewhere)) == []


def test_number_of_statements_does_not_grow(patient, coordinator, django_assert_max_num_queries):
    found = [an_event(patient, coordinator, number=number) for number in (1, 2, 3)]
    with django_assert_max_num_queries(4):
        assert len(cases(found)) == 3


def test_notice_of_what_is_no_event_of_the_log_is_shown_without_facts(patient, coordinator, safety, client):
    """Of a log that the protocol named before: it is still to be seen."""
    enter(patient, "adverse-event", coordinator, term="Synthetic pneumonia")
    with acting(SYSTEM, source="test"):
        SeriousNotice.objects.create(event=patient.entries.get(crf="adverse-event"))
    client.force_login(safety)
    assert "Nothing is entered of it yet." in words(client, reverse("serious-events"))
    assert "Serious events to be seen 1" in words(client, "/monitor/")
