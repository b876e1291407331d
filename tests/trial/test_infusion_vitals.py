"""Vital signs around an infusion."""

import re
from html import unescape

import pytest

from ecrf.casebook.data import PatientData
from ecrf.casebook.record.values import Missing
from ecrf.checks.registry import CHECKS
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.ecrf.queries.builders import complete
from tests.trial.asked import asked
from trial.crfs.vital_signs import SIGNS

DAY = "2024-04-22"


@pytest.fixture
def read(at, coordinator):
    """Enter a reading of the W04 infusion."""
    visit = at("W04")
    enter(visit, "infusion", coordinator, infused_on=DAY)

    def reading(number: int, time_point: str, **signs: str):
        return enter(
            visit, "infusion-vitals", coordinator, parent=1, number=number, time_point=time_point, **signs
        )

    return reading


# IV-001
@pytest.mark.parametrize(("systolic", "refused"), [("79", True), ("80", True), ("81", False)])
def test_systolic_not_above_diastolic_is_refused(read, systolic, refused):
    assert bool(read(1, "before", diastolic="80", systolic=systolic).refused) is refused


@pytest.mark.parametrize(("item", "refused", "fits"), [("spo2", "101", "100"), ("pulse", "-1", "0")])
def test_impossible_sign_is_refused(read, item, refused, fits):
    assert item in read(1, "during", **{item: refused}).refused
    assert read(1, "during", **{item: fits}).is_clean


@pytest.mark.parametrize(
    ("item", "asking", "usual"),
    [
        ("systolic", "69", "70"),
        ("systolic", "221", "220"),
        ("diastolic", "39", "40"),
        ("diastolic", "131", "130"),
        ("pulse", "39", "40"),
        ("pulse", "151", "150"),
        ("temperature", "33.9", "34.0"),
        ("temperature", "41.1", "41.0"),
        ("respiration", "7", "8"),
        ("respiration", "41", "40"),
        ("spo2", "84", "85"),
    ],
)
def test_sign_outside_its_usual_range_asks(read, item, asking, usual):
    read(1, "during", **{item: asking})
    assert list(asked("IV-002")) == [item]
    read(1, "during", **{item: usual})
    assert asked("IV-002") == {}


@pytest.mark.parametrize(("systolic", "asks"), [("101", False), ("100", True), ("99", True)])
def test_systolic_fall_of_30_asks(read, systolic, asks):
    read(1, "before", systolic="130")
    read(2, "during", systolic=systolic)
    assert bool(asked("IV-003")) is asks


@pytest.mark.parametrize(("temperature", "asks"), [("37.4", False), ("37.5", True), ("37.6", True)])
def test_temperature_rise_of_1_degree_asks(read, temperature, asks):
    read(1, "before", temperature="36.5")
    read(2, "after", temperature=temperature)
    assert bool(asked("IV-004")) is asks


@pytest.mark.parametrize(
    ("began", "asks"), [(DAY, False), ("2024-04", False), ("2024-04-21", True), ("2024-03", True)]
)
def test_adverse_event_that_may_have_begun_that_day_answers(read, patient, coordinator, began, asks):
    read(1, "before", systolic="130")
    read(2, "during", systolic="95")
    text = "Systolic fell from 130 to 95 mmHg, and no adverse event began that day."
    assert asked("IV-003") == {"systolic": text}
    enter(patient, "adverse-event", coordinator, started_on=began)
    assert bool(asked("IV-003")) is asks


def test_reading_before_another_infusion_is_not_compared(read, at, coordinator):
    read(1, "before", systolic="130")
    enter(at("W07"), "infusion", coordinator, infused_on="2024-05-13")
    enter(at("W07"), "infusion-vitals", coordinator, parent=1, time_point="during", systolic="95")
    assert asked("IV-003") == {}


def test_earlier_reading_corrected_asks_about_the_later_one(read):
    read(1, "before", systolic="110")
    read(2, "during", systolic="95")
    read(1, "before", systolic="130")
    assert list(asked("IV-003")) == ["systolic"]


@pytest.mark.parametrize("check_id", ["IV-003", "IV-004"])
def test_question_offers_an_adverse_event_of_that_day_and_infusion(check_id, read, patient):
    row = read(2, "during", systolic="95").row
    data, offer = PatientData(patient).limited_to(CHECKS[check_id].reads), CHECKS[check_id].offer
    assert offer.crf == "adverse-event"
    assert offer.fill(row, data) == {"started_on": DAY, "related_infusion": "W04.1"}


def test_event_offered_answers_the_question_once_it_is_recorded(read, patient, coordinator):
    read(1, "before", systolic="130")
    row = read(2, "during", systolic="95").row
    known = CHECKS["IV-003"].offer.fill(row, PatientData(patient))
    assert enter(patient, "adverse-event", coordinator, **known).is_clean
    assert asked("IV-003") == {}


MOMENTS = ("before", "during", "after")


@pytest.fixture
def page(at, client, coordinator):
    """The page of week 4: what its readings show as their moment, and posting it without a script."""
    client.force_login(coordinator)
    visit = at("W04")

    class Page:
        address = f"/patients/{visit.patient.number}/W04/"

        def moments(self) -> list[str]:
            return [text for name, text in self.drawn().items() if name.endswith(":time_point")]

        def drawn(self) -> dict[str, str]:
            """What a browser posts of the readings if nobody touches the page: the moments, and what is hidden."""
            text = client.get(self.address).content.decode()
            chosen = re.findall(r'name="(infusion-vitals:1\.\d:time_point)" value="(\w+)" checked', text)
            hidden = re.findall(r'name="(\w+:infusion-vitals-[\d_]+)" value=\'([^\']*)\'', text)
            return {name: unescape(value) for name, value in (*chosen, *hidden)}

        def save(
            self, drawn: dict[str, str] | None = None, **typed: str
        ) -> list[tuple[int, str | None, int | None]]:
            """`pulse_2`: the pulse of the second reading. What is stored of each row then."""
            posted = self.drawn() if drawn is None else drawn
            for name, text in typed.items():
                item, number = name.rsplit("_", 1)
                posted[f"infusion-vitals:1.{number}:{item}"] = text
            assert client.post(self.address, {"action": "save", **posted}).status_code == 302
            rows = CRFS["infusion-vitals"].model.objects.order_by("entry__number")
            return [(row.entry.number, row.time_point, row.pulse) for row in rows]

    return Page()


def test_readings_have_their_moments_before_anything_is_entered(page):
    assert page.moments() == list(MOMENTS)


def test_reading_of_which_nothing_is_entered_is_not_stored(page):
    assert page.save() == []
    assert page.save(pulse_2="70") == [(2, "during", 70)]
    assert page.moments() == list(MOMENTS)


def test_moment_that_somebody_chose_is_stored(page):
    assert page.save(time_point_1="after") == [(1, "after", None)]


def test_moment_of_a_reading_is_not_proposed_once_more(page, read):
    read(1, "during", pulse="70")
    assert page.moments() == ["during", "after"]


def test_moment_that_somebody_chose_where_none_is_proposed_is_stored(page, read):
    read(1, "during", pulse="70")
    assert page.save(time_point_2="during") == [(1, "during", 70), (2, "during", None)]


def test_moment_that_was_proposed_and_is_not_any_more_is_not_stored(page, read):
    drawn = page.drawn()
    read(1, "during", pulse="70")
    read(3, "after", pulse="71")
    del drawn["infusion-vitals:1.1:time_point"]
    assert page.save(drawn) == [(1, "during", 70), (3, "after", 71)]


def test_untouched_readings_are_not_missed_nor_shown_as_recorded_in_a_complete_form(
    page, read, at, coordinator
):
    read(1, "before", **dict.fromkeys(("measured_at", *SIGNS), Missing("unknown")))
    lot = {"lot_number": "SYN-1", "expires_on": "2031-01"}
    enter(at("W04"), "infusion-lot", coordinator, parent=1, **lot)
    own = CRFS["infusion"].entered
    unknown = {name: Missing("unknown") for name, item in own.items() if item.required}
    assert enter(at("W04"), "infusion", coordinator, **{**unknown, "infused_on": DAY}).is_clean
    complete(at("W04"), "infusion", coordinator)
    assert CRFS["infusion-vitals"].model.objects.count() == 1
    assert page.moments() == ["before"]
    with_reason = {**page.drawn(), "reason-of-all": "Read from the chart."}
    assert page.save(with_reason, time_point_3="after")[1:] == [(3, "after", None)]
