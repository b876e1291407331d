"""The first page of the safety role names every report of a serious event that is late, those waited for first."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from ecrf.monitoring.home.overview import late_reports
from tests.builders import a_patient, enter
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
