"""Printed pages: every item of a visit and of the casebook, blank ones visible, and blank forms as worksheets."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import strike_out, strike_patient, strike_visit
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.striking.acts import strike_alone
from tests.ecrf.monitoring.world import an_adverse_event
from tests.ecrf.queries.builders import act, answered, asked, complete, vital_signs
from tests.printed import client_of, print_visit, reader, words_of

pytestmark = pytest.mark.django_db

CASEBOOK_AT_MOST = 10
PLANS = [plan.code for plan in protocol().visits]


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


@pytest.fixture
def visit(patient, coordinator):
    return a_visit(patient, "W04", coordinator)


@pytest.fixture
def read(coordinator):
    """The page at an address as somebody reads it, or its source."""
    return reader(coordinator)


def strike(entry: Entry, by: User, why: str = "Entered twice") -> None:
    strike_out(entry=entry, by=by, actor=by.acting_at(entry.site, Right.ENTER), reason=why)


# --- a visit ---------------------------------------------------------------------------------------


def test_visit_shows_values_with_units_missing_reasons_and_what_was_calculated(read, visit, coordinator):
    enter(visit, "reading", coordinator, device="SYN-1", value_2=Missing("not-done", "splint"))
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    page = read(*print_visit(visit))
    for words in (
        "Weight 63.9 kg",
        "Device SYN-1",
        "Value 1 blank kg Value 2 Not done splint Value 3 blank kg",
        "Highest calculated, HIGHEST v1 not calculated",
        "Why it was missed not asked",
        "Vital signs and weight in progress, 6 missing",
    ):
        assert words in page


def test_header_says_trial_patient_site_visit_when_and_by_whom(read, visit, settings):
    settings.SYNTHETIC_DATA = True
    page = read(*print_visit(visit))
    assert f"{protocol().short_title} · Patient 01-001 · Site 01, Synthetic hospital 01 · Week 4" in page
    assert re.search(r"Printed 20\d\d-\d\d-\d\d \d\d:\d\d JST by coordinator, Synthetic coordinator", page)
    assert "Synthetic data. No real patient is in this system." in page
    assert "Compared with the source by: Name Date Signature" in page


def test_open_questions_stand_under_their_items_and_answered_ones_name_who(read, visit, coordinator):
    from ecrf.checks.discrepancies import confirm
    from ecrf.checks.models import Discrepancy

    enter(visit, "reading", coordinator, value_1="170")
    assert "Value 1 170.0 kg ? To answer: 170.0 kg is more" in read(*print_visit(visit))
    discrepancy = Discrepancy.objects.get(entry__crf="reading", check_id="READ-001")
    by = coordinator.acting_at(visit.site, Right.ENTER)
    confirm(discrepancy=discrepancy, by=coordinator, actor=by, asked=discrepancy.identity)
    page = read(*print_visit(visit))
    assert "✓ Confirmed against the source by coordinator, 20" in page
    assert "To answer" not in page


@pytest.mark.parametrize("text", ["🩺 握力計", "<b>A</b> & <script>", "x" * 10_000, "long words " * 900])
def test_text_is_printed_whole(text, read, patient, coordinator):
    enter(patient, "report", coordinator, narrative=text)
    assert html.escape(text.strip()) in read("print-log", patient.number, "report", source=True)


def test_what_is_struck_out_is_printed_struck_out_with_who_when_and_why(read, patient, visit, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    strike(Entry.objects.get(crf="adverse-event"), coordinator, "Another patient's event")
    enter(visit, "dose", coordinator, given_g="60")
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="SYN-9")
    strike(Entry.objects.get(crf="dose-lot"), coordinator)
    log = read("print-log", patient.number, "adverse-event", source=True)
    assert "<s>Headache</s>" in log
    assert "JST: Another patient&#x27;s event" in log
    assert "· 1 struck out" in words_of(log)
    assert "0 of 0" not in words_of(log)
    assert "<s>SYN-9</s>" in read(*print_visit(visit), source=True)
    assert "Lot 1 of dose: Struck out by coordinator" in read(*print_visit(visit))


def test_row_that_another_form_names_is_printed_in_words(read, patient, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    enter(patient, "report", coordinator, adverse_event="1")
    page = read("print-log", patient.number, "report")
    assert "Adverse event Adverse event 1: Headache" in page


# --- the casebook ----------------------------------------------------------------------------------


def test_casebook_has_contents_then_every_opened_visit_by_its_date_then_the_logs(read, patient, coordinator):
    days = {"W01": "2026-01-05", "W04": "2026-01-26", "UNS-1": "2026-01-12"}
    for code, day in days.items():
        enter(a_visit(patient, code, coordinator), "visit", coordinator, occurrence="done", visited_on=day)
    enter(patient, "adverse-event", coordinator, term="Headache")
    page = read("print-casebook", patient.number, source=True)
    form_groups = re.findall(r'id="leaf-([^"]+)"', page)
    assert form_groups == ["W01", "UNS-1", "W04", "adverse-event", *protocol().patient_forms]
    assert set(re.findall(r'href="#leaf-([^"]+)"', page)) == set(form_groups)
    assert "Unscheduled visit 1 2026-01-12" in words_of(page)
    assert "Reports none recorded" in words_of(page)
    assert "Adverse events 1 recorded" in words_of(page)


@pytest.mark.requirement("R-004")
def test_struck_out_visit_stands_behind_all_others_with_its_values_and_why(read, patient, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    strike_visit(visit=visit, by=coordinator, reason="Opened for another patient")
    page = read("print-casebook", patient.number, source=True)
    form_groups = re.findall(r'id="leaf-([^"]+)"', page)
    assert form_groups[-1] == f"struck-{visit.pk}"
    assert f'href="#leaf-{form_groups[-1]}"' in page
    before, _, appendix = words_of(page).partition("Appendix: struck out visits")
    why = r"Struck out by Synthetic coordinator, [\d-]+ [\d:]+ JST: Opened for another patient"
    assert re.match(rf" Week 4, struck out {why}", appendix)
    assert "Weight 63.9 kg" in appendix
    assert "Weight 63.9 kg" not in before
    assert "<s>63.9</s>" in page


def test_struck_out_patients_casebook_carries_the_mark_on_its_cover(read, patient, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    strike_patient(patient=patient, by=coordinator, reason="Added twice")
    cover, _, rest = read("print-casebook", patient.number).partition("Contents")
    assert re.search(r"Struck out by Synthetic coordinator, [\d-]+ [\d:]+ JST: Added twice", cover)
    assert "Weight 63.9 kg" in rest


def test_form_that_left_its_place_is_printed_behind_the_one_that_stands(read, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="63.9")
    strike_alone(Entry.objects.get(crf="vital-signs"), coordinator, "Moved to Week 7")
    for weight in ("", "71.5"):
        if weight:
            enter(visit, "vital-signs", coordinator, weight_kg=weight)
        page = read(*print_visit(visit), source=True)
        assert "<s>63.9</s>" in page
        assert "Moved to Week 7" in page
        assert f"Weight {weight or 'blank'} kg" in words_of(page)
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))


def test_ids_on_the_casebooks_page_are_there_once(read, patient, coordinator):
    for code in ("W01", "W04", "W07"):
        enter(a_visit(patient, code, coordinator), "reading", coordinator, value_1="40")
    strike_visit(visit=patient.visits.get(code="W07"), by=coordinator, reason="Opened twice")
    enter(a_visit(patient, "W07", coordinator), "reading", coordinator, value_1="41")
    found = re.findall(r'\sid="([^"]+)"', read("print-casebook", patient.number, source=True))
    assert len(found) == len(set(found))


def test_missed_visit_prints_its_own_form_only(read, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="missed")
    page = read(*print_visit(visit))
    assert "Missed" in page
    assert "Reading" not in page


@pytest.mark.requirement("R-096")
def test_queries_stand_below_their_form_open_and_closed(patient, visit, coordinator, monitor, read):
    vital_signs(visit, coordinator)
    entry = complete(visit, "vital-signs", coordinator)
    first = answered(asked(entry, monitor, "Is it 70?"), coordinator, "Yes, <b>at</b> rest")
    done = asked(entry, monitor, "Weighed with shoes?", item="weight_kg")
    act("close", done, monitor, text="Seen in the source")
    an_adverse_event(patient, coordinator, term="Headache")
    last = asked(Entry.objects.get(crf="adverse-event"), monitor, "Which side?", item="term")
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d JST"
    at_visit = [
        rf"{first.name} Pulse · open , monitor's turn since {stamp}",
        rf"{stamp}, Synthetic monitor \(monitor\) asked, value 70 /min: Is it 70\?",
        rf"{stamp}, Synthetic coordinator \(coordinator\) answered, value 70 /min: Yes, <b>at</b> rest",
        rf"{done.name} Weight · closed {stamp} by Synthetic monitor",
        r"closed, value 60(\.0)? kg: Seen in the source",
    ]
    in_log = [rf"{last.name} .* · open , site's turn", r"asked, value Headache: Which side\?"]
    number = patient.number
    for page, told, not_told in (
        (read("print-visit", number, "W04"), at_visit, in_log),
        (read("print-log", number, "adverse-event"), in_log, at_visit),
        (read("print-casebook", number), at_visit + in_log, []),
    ):
        assert [each for each in told if not re.search(each, page)] == []
        assert [each for each in not_told if re.search(each, page)] == []


def test_casebook_costs_the_same_statements_for_any_number_of_visits(patient, coordinator, monitor):
    def cost() -> int:
        client, url = client_of(coordinator), reverse("print-casebook", args=[patient.number])
        client.get(url)
        with CaptureQueriesContext(connection) as taken:
            assert client.get(url).status_code == 200
        return len(taken)

    def fill(code: str) -> None:
        here = a_visit(patient, code, coordinator)
        enter(here, "reading", coordinator, value_1="170")
        enter(here, "dose", coordinator, given_g="60")
        enter(here, "dose-lot", coordinator, parent=1, lot_number="SYN-1")
        number = len(PLANS) + PLANS.index(code)
        enter(patient, "adverse-event", coordinator, number=number, term="Headache")
        for entry in Entry.objects.filter(visit=here):
            answered(asked(entry, monitor, "Is it so?", item=next(iter(CRFS[entry.crf].items))), coordinator)

    fill("W01")
    before = cost()
    for code in ("W04", "W07", "W10", "W13", "W16"):
        fill(code)
    assert cost() == before <= CASEBOOK_AT_MOST


def test_printing_writes_nothing(read, patient, visit, coordinator):
    read("worksheets")  # the first page after a login renews the session
    before = AuditEvent.objects.count()
    with CaptureQueriesContext(connection) as taken:
        read("print-casebook", patient.number)
        read(*print_visit(visit))
        read("worksheet", "W01")
    assert [q["sql"] for q in taken if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")] == []
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("arguments", [("01-999",), ("01-001", "W49"), ("01-001", "NO"), ("01-001", "UNS-7")])
def test_what_is_not_there_is_404(arguments, patient, coordinator):
    name = "print-visit" if len(arguments) > 1 else "print-casebook"
    assert client_of(coordinator).get(reverse(name, args=arguments)).status_code == 404


# --- worksheets ------------------------------------------------------------------------------------


def test_worksheet_offers_choices_to_tick_in_their_words(read):
    page = read("log-worksheet", "adverse-event", source=True)
    for words in ("Mild", "Moderate", "Severe"):
        assert page.count(f'<span class="tick">{words}</span>') == 3
    assert "if “Ongoing?” is No" in words_of(page)


def test_worksheet_has_a_form_for_every_expected_dose_day(read):
    page = read("worksheet", "W01")
    expected = protocol().plan("W01").expected_of("dose")
    assert all(f"Dose {n} Date of dose" in page for n in range(1, expected + 1))


@pytest.mark.parametrize("url", ["/print/worksheets/W99/", "/print/worksheets/log/reading/"])
def test_worksheet_of_what_is_not_planned_there_is_404(url, coordinator):
    assert client_of(coordinator).get(url).status_code == 404


# --- the way there ---------------------------------------------------------------------------------


def test_pages_of_site_and_monitor_lead_to_what_they_print(patient, visit, coordinator, monitor):
    number, at = patient.number, print_visit(visit)
    ways = {
        reverse("visit", args=at[1:]): reverse(at[0], args=at[1:]),
        reverse("patient", args=[number]): reverse("print-casebook", args=[number]),
        reverse("log", args=[number, "adverse-event"]): reverse("print-log", args=[number, "adverse-event"]),
        reverse("log", args=[number, "end-of-study"]): reverse("print-log", args=[number, "end-of-study"]),
        reverse("places"): reverse("worksheets"),
        reverse("monitor:casebook_patient_change", args=[patient.pk]): f"/print/patients/{number}/",
        reverse("monitor:casebook_visit_change", args=[visit.pk]): reverse(at[0], args=at[1:]),
    }
    for page, way in ways.items():
        client = client_of(monitor if page.startswith("/monitor/") else coordinator)
        assert f'href="{way}"' in client.get(page).content.decode(), page
