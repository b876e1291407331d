"""The first page of the safety role names every report of a serious event that is late, those waited for first."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.casebook.report_clock import report_clock
from ecrf.entry.today.to_do import to_do_list
from ecrf.mail.scheduled import JOBS
from ecrf.monitoring.home.log_lines import log
from ecrf.monitoring.home.overview import late_reports
from ecrf.monitoring.home.work_lines import Since
from ecrf.notices.models import SeriousNotice
from tests.builders import a_patient, enter
from tests.ecrf.casebook.striking.acts import strike_alone
from tests.ecrf.monitoring.world import page_of
from trial.crfs.serious_adverse_event import SeriousAdverseEvent

NOW = datetime(2026, 3, 10, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


def known_for(hours: int, patient) -> dict[str, str]:
    known = (NOW - timedelta(hours=hours)).astimezone(patient.site.zone)
    return {"became_aware_on": f"{known:%Y-%m-%d}", "became_aware_at": f"{known:%H:%M}"}


@pytest.mark.parametrize(("hours", "words"), [(23, []), (26, ["not reported for 26 h"])])
def test_report_that_is_waited_for_is_late_after_24_hours(hours, words, patient, coordinator, safety):
    enter(patient, "serious-adverse-event", coordinator, **known_for(hours, patient))
    assert [report.words for report in late_reports(safety)] == words


def test_what_waits_stands_before_what_was_reported_late(patient, coordinator, safety, client):
    late = {"reported_on": "2026-03-09", "reported_at": "12:00"}
    enter(patient, "serious-adverse-event", coordinator, **known_for(26, patient))
    enter(patient, "serious-adverse-event", coordinator, number=2, **known_for(72, patient), **late)
    assert [report.words[:8] for report in late_reports(safety)] == ["not repo", "reported"]
    client.force_login(safety)
    page = client.get("/monitor/").content.decode()
    assert "Reports of serious events that are late" in page
    for report in late_reports(safety):
        assert f'href="{report.url}"' in page
        assert report.words in page
        assert client.get(report.url).status_code == 200


def test_what_is_reported_in_time_or_struck_out_is_not_named(patient, coordinator, safety, client):
    enter(patient, "serious-adverse-event", coordinator, **known_for(30, patient), reported_on="2026-03-09")
    assert late_reports(safety) == []
    client.force_login(safety)
    assert "that are late" not in client.get("/monitor/").content.decode()


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({}, "not known"),
        ({"became_aware_on": "2026-03-10"}, "not reported yet"),
        ({"reported_on": "2026-03-10"}, "not known"),
        ({"became_aware_on": "2026-03-08", "reported_on": "2026-03-09"}, "not known"),
        (
            {"became_aware_on": "2026-03-08", "became_aware_at": "12:00", "reported_on": "2026-03-09",
             "reported_at": "09:00"},
            "yes",
        ),
    ],
)  # fmt: skip
def test_list_calls_a_report_in_time_only_where_that_is_sure(
    times, said, patient, coordinator, monitor, client
):
    """An event that nobody has reported must not read as one that was reported in time."""
    enter(patient, "serious-adverse-event", coordinator, death="yes", **times)
    client.force_login(monitor)
    page = client.get(page_of(SeriousAdverseEvent, "changelist")).content.decode()
    [cell] = re.findall(r'<td class="field-_?in_time[^"]*">\s*(?:<span[^>]*>)?([^<]*)', page)
    assert cell.strip() == said


@pytest.mark.parametrize(
    ("times", "is_late"),
    [
        ({"became_aware_on": "2026-03-09"}, True),  # from midnight 36 hours, from the end of the day 12
        ({"became_aware_on": "2026-03-09", "became_aware_at": "13:00"}, False),
        ({"became_aware_on": "2026-03-10"}, False),
        ({"became_aware_on": "2026-03-09", "reported_on": Missing("unknown")}, False),
        ({"became_aware_on": "2026-03-08", "reported_on": "2026-03-09"}, False),  # not known to be late
        ({"became_aware_on": "2026-03-07", "reported_on": "2026-03-09"}, True),
    ],
)
def test_page_lists_and_homes_agree_whether_a_report_is_late(
    times, is_late, patient, coordinator, monitor, safety, client
):
    """A time of day that is not known hides nothing on one page that another shows."""
    enter(patient, "serious-adverse-event", coordinator, death="yes", **times)
    event = SeriousAdverseEvent.objects.get()
    client.force_login(monitor)
    listed = client.get(page_of(SeriousAdverseEvent, "changelist")).content.decode()
    [line] = log(patient.site, "serious-adverse-event", Since(None), 5).lines
    begun = [one.is_late for one in to_do_list(coordinator).unfinished if one.is_serious]
    found = {
        "page": bool(report_clock(event, patient.site.zone).late),
        "list": bool(re.search(r'<td class="field-_?in_time[^"]*">\s*<span class="[^"]*overdue', listed)),
        "overview": bool(late_reports(safety)),
        "monitor's home": bool(line.late),
    }
    assert found == dict.fromkeys(found, is_late)
    assert begun == [is_late and not event.reported_on]


# --- at the event itself ------------------------------------------------------------------------------------------

AWARE_AT = {"became_aware_on": "2026-03-09", "became_aware_at": "09:00"}  # 00:00 UTC, 27 hours ago
DAY_AND_TIME = r'<span class="date">([^<]*)</span>'
DUE = "Report due by 2026-03-10 09:00 JST."


def pages_of_the_event(patient, coordinator, safety):
    """(who, the address of a page on which the event stands)"""
    JOBS["serious-events"].run()
    notice = SeriousNotice.objects.get()
    yield safety, reverse("monitor:casebook_entry_change", args=[notice.event_id])
    yield safety, reverse("monitor:log", args=[patient.pk, "serious-adverse-event"])
    yield safety, reverse("serious-event", args=[notice.pk])
    yield coordinator, reverse("log", args=[patient.number, "serious-adverse-event"])


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [
        (
            AWARE_AT | {"became_aware_on": "2026-03-10", "became_aware_at": "09:30"},
            "state-due",
            [
                "report due in 21 h",
                "Site aware since 2026-03-10 09:30 JST, 2 h ago.",
                "Report due by 2026-03-11 09:30 JST.",
            ],
        ),
        (
            AWARE_AT,
            "state-overdue",
            ["not reported for 27 h", "Site aware since 2026-03-09 09:00 JST, 27 h ago.", DUE],
        ),
        (
            {"became_aware_on": "2026-03-09"},
            "state-overdue",
            ["not reported for 36 h", "the time of day is not entered", "2026-03-10 00:00 JST"],
        ),
        (
            AWARE_AT | {"reported_on": "2026-03-10", "reported_at": "11:00"},
            "state-overdue",
            ["reported after 26 h", "Site aware since 2026-03-09 09:00 JST.", DUE],
        ),
        (
            AWARE_AT | {"reported_on": "2026-03-09", "reported_at": "11:00"},
            "",
            ["reported in time: yes.", "Site aware since 2026-03-09 09:00 JST.", DUE],
        ),
        (AWARE_AT | {"reported_on": "2026-03-10"}, "", ["reported in time: not known.", DUE]),
    ],
)
def test_event_itself_says_until_when_its_report_is_due_and_how_it_stands(
    given, state, said, patient, coordinator, safety, client
):
    enter(patient, "serious-adverse-event", coordinator, death="yes", **given)
    for user, url in pages_of_the_event(patient, coordinator, safety):
        client.force_login(user)
        page = client.get(url).content.decode()
        text = " ".join(re.sub(r"<[^>]*>", " ", re.sub(DAY_AND_TIME, r"\1", page)).split())
        for words in said:
            assert text.count(words) == 1, (url, words)
        clock = page.partition('class="report-clock"')[2].partition("</div>")[0] or page
        for at in re.findall(r"(?:since|due by) (\S+)", clock):
            assert at == "<span", "a browser breaks 2026-03-10 behind its hyphens"
        if state:
            assert re.search(rf'<span class="state {state}">\s*{said[0]}\s*</span>', page), url


def test_saving_when_the_site_became_aware_shows_the_deadline_at_once(patient, coordinator, client):
    client.force_login(coordinator)
    page = f"/patients/{patient.number}/casebook/serious-adverse-event/"
    enter(patient, "serious-adverse-event", coordinator, death="yes")
    empty = re.search(
        r'<div id="(clock-[^"]+)" class="report-clock"\s*></div>', client.get(page).content.decode()
    )
    answer = client.post(f"{page}1/became_aware_on/", {"value": "2026-03-09"}, headers={"HX-Request": "true"})
    shown = answer.content.decode().partition(f'id="{empty[1]}"')[2]
    assert "not reported for 36 h" in shown


def test_event_that_is_struck_out_has_no_deadline(patient, coordinator, client):
    enter(patient, "serious-adverse-event", coordinator, death="yes", **AWARE_AT)
    strike_alone(Entry.objects.get(crf="serious-adverse-event"), coordinator, "Another patient")
    client.force_login(coordinator)
    page = client.get(reverse("log", args=[patient.number, "serious-adverse-event"])).content.decode()
    assert "struck out" in page
    assert "Report due by" not in page
