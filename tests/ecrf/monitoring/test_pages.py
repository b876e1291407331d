"""What stands on the monitor's pages: values in words, questions, and the history one click away."""

import re

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from tests.builders import a_place, enter
from tests.ecrf.monitoring.review_world import GRADES, PLANNED, complete_mrc
from tests.ecrf.monitoring.world import an_adverse_event, every_page, history_of, logged_in, page_of, text_of
from tests.ecrf.queries.builders import asked

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]


def test_first_page_of_safety_counts_the_sites_adverse_events(own, safety):
    page = text_of(logged_in(safety), reverse("monitor:index"))
    assert f"01 {own.site.name} 1" in page
    assert "Recent actions" not in page


def test_patient_page_shows_the_matrix_open_queries_and_adverse_events(own, monitor):
    asked(own.grip, monitor, "Is that 170?", item="right_3")
    page = text_of(logged_in(monitor), page_of(own.patient))
    for words in ("Week 4", "Is that 170?", "Headache", "Open queries: 1"):
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
    from ecrf.checks.discrepancies import confirm

    discrepancy = Discrepancy.objects.get(entry=own.grip)
    confirm(
        discrepancy=discrepancy,
        by=own.by,
        actor=own.by.acting_at(own.site, Right.ENTER),
        asked=discrepancy.identity,
    )
    page = text_of(logged_in(monitor), page_of(own.visit))
    assert "✓ Confirmed against the source by coordinator" in page
    assert "JST" in page


def test_hostile_text_is_text(own, monitor):
    enter(own.visit, "grip-strength", own.by, device="<script>alert(1)</script>")
    an_adverse_event(own.patient, own.by, term='"><img src=x onerror=alert(1)>')
    for url in every_page(own):
        page = logged_in(monitor).get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_status_is_in_words(own, monitor):
    asked(own.grip, monitor, "Is that 170?", item="right_3")
    lists = text_of(logged_in(monitor), page_of(own.grip, "changelist"))
    assert "Grip strength 5 missing 1 open" in lists
    place = a_place(own.visit, "infusion-lot", parent=1)
    enter(own.visit, "infusion-lot", own.by, parent=1, expires_on="2031-01-31")
    complete_entries(patient=own.patient, places=[place], by=own.by.acting_at(own.site, Right.ENTER))
    lots = text_of(logged_in(monitor), page_of(CRFS["infusion-lot"].model, "changelist"))
    assert "Lot 1 of infusion SYN-0412 2031-01-31 complete" in lots


@pytest.mark.requirement("R-002")
def test_history_is_one_click_away_and_shows_old_and_new(own, monitor):
    client = logged_in(monitor)
    url = history_of(own.grip, "right_1")
    page = client.get(page_of(own.visit)).content.decode()
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


def test_box_for_all_at_once_asks_for_the_number_that_will_be_verified(own, monitor, coordinator):
    mrc = complete_mrc(own.visit, coordinator)
    asked(mrc, monitor, item=GRADES[0])
    page = logged_in(monitor).get(page_of(own.visit)).content.decode()
    assert f"Type <strong data-left>{PLANNED - 1}</strong>" in " ".join(page.split())
    items = re.search(r'name="item"\s+value="([^"]*)"', page)[1].split(",")
    assert len(items) == PLANNED - 1
    assert f"{mrc.pk}.{GRADES[0]}" not in items
