"""What changed since the reader's last monitoring visit stands beside each item, verified before or not."""

import html
import re

import pytest
from django.urls import reverse

from ecrf.casebook.record.values import Missing
from tests.builders import a_visit, enter
from tests.ecrf.monitoring.review_world import GRADES, a_start, an_end, complete_mrc, verified
from tests.ecrf.monitoring.world import logged_in, page_of, statements

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]


@pytest.fixture
def mrc(own, coordinator):
    return complete_mrc(own.visit, coordinator)


def visited(own, monitor) -> None:
    an_end(a_start(own.site, monitor), monitor)


def marks(user, url: str) -> dict[str, str]:
    """{id of the item: what the page says of its change since the last visit}."""
    page = logged_in(user).get(url).content.decode()
    found = {}
    for item in re.split(r'(?=<t[rd] class="(?:line|cell))', page):
        if 'class="since"' not in item:
            continue
        words = item.split('class="since"')[1].split(">", 1)[1].split("</span>\n")[0]
        key = re.search(r'\bid="([^"]+)"', item)[1]
        found[key] = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", words)).split()).removeprefix("Δ ")
    return found


def change(own, reason="Misread", key="mrc-strength", **values) -> None:
    done = enter(own.visit, key, own.by, reason=reason, **values)
    assert set(done.changed) == set(values), done


def test_item_that_nobody_had_verified_is_marked_with_what_it_was(own, mrc, monitor):
    visited(own, monitor)
    change(own, **{GRADES[0]: "3"})
    change(own, **{GRADES[0]: "2"})
    assert list(marks(monitor, page_of(own.visit)).values()) == ["changed since your last visit: 4 → 2"]
    assert list(marks(monitor, page_of(mrc)).values()) == ["changed since your last visit: 4 → 2"]


def test_change_before_the_visit_is_not_marked(own, mrc, monitor):
    change(own, **{GRADES[0]: "3"})
    visited(own, monitor)
    assert marks(monitor, page_of(own.visit)) == {}
    change(own, **{GRADES[0]: "2"})
    assert list(marks(monitor, page_of(own.visit)).values()) == ["changed since your last visit: 3 → 2"]


def test_nothing_is_marked_before_the_first_visit_has_ended(own, mrc, monitor):
    a_start(own.site, monitor)
    change(own, **{GRADES[0]: "3"})
    assert marks(monitor, page_of(own.visit)) == {}


def test_value_that_is_as_it_was_again_says_so(own, mrc, monitor):
    visited(own, monitor)
    change(own, **{GRADES[0]: "3"})
    change(own, **{GRADES[0]: "4"})
    assert list(marks(monitor, page_of(own.visit)).values()) == [
        "changed since your last visit: and back to 4"
    ]


def test_value_taken_away_and_a_reason_for_none_are_marked(own, mrc, monitor):
    visited(own, monitor)
    change(own, assessed_at=Missing("unknown", "clock broken"))
    told = marks(monitor, page_of(own.visit)).values()
    assert list(told) == ["changed since your last visit: 09:30 → Unknown (clock broken)"]


def test_first_value_of_a_form_in_progress_is_new_and_not_changed(own, mrc, monitor):
    visited(own, monitor)
    enter(own.visit, "vital-signs", own.by, pulse="70")
    enter(own.visit, "grip-strength", own.by, left_1="30")
    assert marks(monitor, page_of(own.visit)) == {}


def test_last_visit_is_the_readers_own_and_a_data_managers_anybodys(own, mrc, monitor, data_manager, other):
    visited(own, monitor)
    change(own, **{GRADES[0]: "3"})
    told = list(marks(data_manager, page_of(own.visit)).values())
    assert told == ["changed since the last monitoring visit: 4 → 3"]
    enter(other.visit, "grip-strength", other.by, right_1="20")
    assert marks(data_manager, page_of(other.visit)) == {}


def test_row_of_a_form_and_a_log_are_marked_too(own, monitor):
    visited(own, monitor)
    enter(own.visit, "infusion-vitals", own.by, parent=1, pulse="73")
    enter(own.patient, "adverse-event", own.by, number=own.ae.number, term="Migraine")
    assert [each.split(": ")[1] for each in marks(monitor, page_of(own.visit)).values()] == ["72 → 73"]
    log = reverse("monitor:log", args=[own.patient.pk, "adverse-event"])
    told = list(marks(monitor, log).values())
    assert told == ["changed since your last visit: Headache → Migraine"]


def test_hostile_value_is_text(own, monitor):
    visited(own, monitor)
    enter(own.patient, "adverse-event", own.by, number=own.ae.number, term="<script>x</script>")
    log = reverse("monitor:log", args=[own.patient.pk, "adverse-event"])
    assert b"<script>x" not in logged_in(monitor).get(log).content


def test_marks_cost_one_statement_however_many_there_are(own, mrc, monitor):
    client, url = logged_in(monitor), page_of(own.visit)
    before = statements(client, url)
    visited(own, monitor)
    change(own, **{GRADES[0]: "3"})
    few = statements(client, url)
    for grade in GRADES[:8]:
        change(own, **{grade: "1"})
    assert before == few == statements(client, url)


def test_verified_since_the_change_shows_no_mark_where_styles_are(own, mrc, monitor, settings):
    """The mark stays in the page, so that it comes back when the verification is taken back; the style hides it."""
    visited(own, monitor)
    change(own, **{GRADES[0]: "3"})
    verified(mrc, monitor, GRADES[0])
    page = logged_in(monitor).get(page_of(own.visit)).content.decode()
    cell = page.split('class="since"')[0].rsplit('data-state="', 1)[1]
    assert cell.startswith("verified")
    css = (settings.BASE_DIR / "static/css/review.css").read_text()
    assert ':is([data-state="verified"], [data-state="changed"]) .since { display: none; }' in css


def test_another_visit_of_the_patient_is_left_alone(own, mrc, monitor):
    visited(own, monitor)
    change(own, **{GRADES[0]: "3"})
    assert marks(monitor, page_of(a_visit(own.patient, "SCR", own.by))) == {}
