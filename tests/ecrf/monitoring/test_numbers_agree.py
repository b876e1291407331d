"""What is not signed is one number wherever a monitor meets it, the logs of a patient counted as one place."""

import re

import pytest

from ecrf.locks.checklist import KINDS
from ecrf.monitoring.home import to_do
from ecrf.monitoring.home.site_counts import site_numbers
from ecrf.monitoring.home.work_lines import Since
from tests.ecrf.monitoring.review_world import a_start, an_end, complete_deviation, complete_mrc, signed
from tests.ecrf.monitoring.world import logged_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-079")]


def unsigned_everywhere(own, monitor) -> dict[str, int]:
    """The number on the home page, in its list, in a visit's worklist, in its report, and what they count."""
    client = logged_in(monitor)
    listed = text_of(client, "/monitor/sites/01/unsigned/")
    report = an_end(visit := a_start(own.site, monitor), monitor).report
    worklist = next(part for part in visit.worklist["sections"] if part["key"] == "unsigned")
    return {
        "home": int(re.search(r"Visits and logs not signed (\d+)", text_of(client, "/monitor/"))[1]),
        "row": site_numbers(monitor)[0].unsigned,
        "list": int(re.search(r"Visits and logs not signed: (\d+)", listed)[1]),
        "worklist": int(worklist["count"]),
        "lines": len(worklist["lines"]),
        "report": int(re.search(r"(\d+) visits or logs with forms not signed", report)[1]),
    }


def test_not_signed_is_one_number_on_every_page_with_the_logs(own, monitor, coordinator, investigator):
    complete_mrc(own.visit, coordinator)
    complete_deviation(own.patient, coordinator)
    assert set(unsigned_everywhere(own, monitor).values()) == {2}
    signed(own.visit, investigator)
    assert set(unsigned_everywhere(own, monitor).values()) == {1}


def test_what_counts_other_things_has_another_title(own):
    """Visits and logs or forms, patients or places: else two numbers seem to contradict each other."""
    since = Since(None)
    heads = [str(kind.head) for key, kind in KINDS.items() if key != "queries"]
    sections = [to_do.left_by_patient(own.site, 6), to_do.left_by_place(own.site, since)]
    titles = [*heads, *(section.title for section in sections), to_do.unsigned(own.site, 6).title]
    assert len(set(titles)) == len(titles)
    assert to_do.unsigned_by_place(own.site).title == to_do.unsigned(own.site, 6).title
