"""The patient's story: its values and flags, infusions with their lots, events with partial dates, missed visits."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.data import PatientData
from ecrf.casebook.schedule.status import schedule_status_of
from ecrf.casebook.services import add_entry
from ecrf.casebook.story import Assessment, Dose, End, Event, Missed, Story, Window, story_of
from ecrf.forms.registry import CRFS
from tests.builders import enter
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items

pytestmark = pytest.mark.django_db
GRADES = mrc_items(MUSCLES)
BASELINE = date(2026, 3, 2)


@pytest.fixture
def assess(at, coordinator):
    """Enter a visit so many days after the baseline, with an MRC sum and the best grip of each hand."""

    def assess(
        code: str, day: int, mrc: int | None = None, right: str = "", left: str = "", **mrc_items: str
    ):
        visit = at(code)
        on = str(BASELINE + timedelta(days=day))
        enter(visit, "visit", coordinator, occurrence="done", visited_on=on, contact="on-site")
        if mrc is not None:
            grades = [5] * (mrc // 5) + [mrc % 5] * (mrc % 5 > 0)
            given = {item: str(g) for item, g in zip(GRADES, [*grades, *[0] * 20], strict=False)}
            assert enter(visit, "mrc-strength", coordinator, **given, **mrc_items).is_clean
        grips = {item: value for item, value in (("right_1", right), ("left_1", left)) if value}
        if grips:
            assert enter(visit, "grip-strength", coordinator, **grips).is_clean
        return visit

    return assess


@pytest.fixture
def infuse(coordinator):
    def infuse(visit, day: int, number: int = 1, lots: tuple[str, ...] = (), grams: str = "64.0") -> None:
        values = {"infused_on": str(BASELINE + timedelta(days=day)), "given_g": grams}
        assert enter(visit, "infusion", coordinator, number=number, **values).is_clean
        for row, lot in enumerate(lots, 1):
            enter(visit, "infusion-lot", coordinator, number=row, parent=number, lot_number=lot)

    return infuse


@pytest.fixture
def event(patient, coordinator):
    def event(**values: str) -> None:
        by = coordinator.acting_at(patient.site, Right.ENTER)
        added = add_entry(
            patient=patient,
            definition=CRFS["adverse-event"],
            visit=None,
            parent=None,
            by=by,
            request_key=uuid.uuid4(),
        )
        assert enter(patient, "adverse-event", coordinator, number=added.number, **values).is_clean

    return event


@pytest.fixture
def tell(patient):
    def tell() -> Story | None:
        data = PatientData(patient)
        return story_of(data, schedule_status_of(patient, data))

    return tell


def of(story: Story, kind: type) -> list:
    return [moment for moment in story.moments if isinstance(moment, kind)]


def points(story: Story, key: str) -> list[tuple[int, Decimal, bool]]:
    """(day, value, whether it fell by the threshold) of one series."""
    found = [(m.day, point) for m in of(story, Assessment) for point in m.points if point.series.key == key]
    return [(day, point.value, point.fell) for day, point in found]


def test_patient_without_a_baseline_date_has_no_story_yet(tell, assess):
    assert tell() is None
    assess("SCR", -10, mrc=84)
    assert tell() is None


def test_baseline_visit_without_a_value_and_a_dose_is_no_story_yet(tell, assess):
    assess("W01", 0)
    assert tell() is None


def test_values_stand_at_their_real_day_whatever_the_visit_is_called(tell, assess):
    assess("SCR", -10, mrc=84)
    assess("W01", 0, mrc=85)
    assess("W04", 25, mrc=88, right="41.5")
    assess("UNS-1", 33, mrc=87)
    story = tell()
    assert points(story, "sum_score") == [(-10, 84, False), (0, 85, False), (25, 88, False), (33, 87, False)]
    assert points(story, "right_best") == [(25, Decimal("41.5"), False)]
    assert points(story, "left_best") == []
    assert [m.week for m in of(story, Assessment)] == ["10 days before week 1", "week 1", "week 4", "week 5"]


@pytest.mark.parametrize(
    ("after", "is_flagged"), [(89, False), (88, True), (87, True), (91, False), (92, False)]
)
def test_fall_of_the_sum_by_two_is_flagged_and_a_rise_is_not(tell, assess, after, is_flagged):
    assess("W01", 0, mrc=90)
    assess("W04", 21, mrc=after)
    assert points(tell(), "sum_score")[-1] == (21, after, is_flagged)


@pytest.mark.parametrize(
    ("after", "is_flagged"), [("32.1", False), ("32.0", True), ("31.9", True), ("48.0", False)]
)
def test_fall_of_the_grip_by_eight_is_flagged_and_a_rise_is_not(tell, assess, after, is_flagged):
    assess("W01", 0, right="40.0", left="20.0")
    assess("W04", 21, right=after, left="20.0")
    story = tell()
    assert points(story, "right_best")[-1] == (21, Decimal(after), is_flagged)
    assert points(story, "left_best")[-1] == (21, Decimal("20.0"), False)
    assert [m.title for m in story.flagged] == ["Week 4"] * is_flagged


def test_change_is_counted_from_the_last_visit_that_has_the_value(tell, assess):
    assess("W01", 0, mrc=90)
    assess("W04", 21, right="40.0")
    assess("W07", 42, mrc=87)
    last = of(tell(), Assessment)[-1]
    assert (last.points[0].change, last.points[0].change_words, last.fell) == (-3, "fell by 3", True)


def test_sum_without_all_grades_is_not_drawn(tell, assess, coordinator):
    visit = assess("W01", 0, right="40.0")
    enter(visit, "mrc-strength", coordinator, **{GRADES[0]: "5"})
    assert points(tell(), "sum_score") == []


def test_band_lies_around_the_patients_own_baseline_not_the_screening(tell, assess):
    assess("SCR", -10, mrc=84, right="30.0")
    assess("W01", 0, mrc=85, right="31.0")
    assert [(s.key, s.baseline, s.threshold) for s in tell().series] == [
        ("sum_score", 85, 2),
        ("right_best", Decimal("31.0"), 8),
        ("left_best", None, 8),
    ]


def test_days_since_the_last_infusion_count_to_the_one_before_the_assessment(tell, assess, infuse):
    first = assess("W01", 0, mrc=85)
    for day in range(5):
        infuse(first, day, number=day + 1)
    infuse(assess("W04", 26, mrc=83), 26)
    story = tell()
    assert [m.since_dose for m in of(story, Assessment)] == [None, 22]
    assert of(story, Assessment)[-1].detail == "22 days after the last infusion"


def test_infusion_of_the_same_day_counts_only_if_it_had_begun(tell, assess, infuse):
    infuse(assess("W01", 0, mrc=85, before_dose="no"), 0)
    assert of(tell(), Assessment)[0].detail == "on the day of an infusion, after it began"


def test_split_dose_is_two_infusions_each_with_its_lots(tell, assess, infuse):
    visit = assess("W04", 21, mrc=85)
    infuse(visit, 21, number=1, grams="32.0", lots=("A12", "B7"))
    infuse(visit, 22, number=2, grams="32.0")
    assess("W01", 0)
    first, second = of(tell(), Dose)
    assert (first.day, first.given, first.lots) == (21, Decimal("32.0"), ("A12", "B7"))
    assert first.detail == "Week 4, day 1 of 2; lots A12, B7"
    assert second.detail == "Week 4, day 2 of 2; no lot entered"


def test_infusion_without_a_date_is_left_out(tell, assess, coordinator):
    enter(assess("W01", 0, mrc=85), "infusion", coordinator, given_g="25.0")
    assert of(tell(), Dose) == []


def test_event_with_full_dates_is_a_bar_from_day_to_day(tell, assess, event):
    assess("W01", 0, mrc=85)
    event(
        term="Headache",
        started_on="2026-03-04",
        ongoing="no",
        ended_on="2026-03-06",
        severity="MILD",
        serious="no",
    )
    (bar,) = of(tell(), Event)
    assert (bar.day, bar.sure_from, bar.sure_to, bar.until, bar.is_open) == (2, 2, 4, 4, False)
    assert bar.detail == "mild, not serious, from 2026-03-04 to 2026-03-06"


def test_partial_dates_are_sure_only_where_the_event_surely_lasted(tell, assess, event):
    assess("W01", 0, mrc=85)
    event(
        term="Rash", started_on="2026-03", ongoing="no", ended_on="2026-05", severity="SEVERE", serious="yes"
    )
    (bar,) = of(tell(), Event)
    assert (bar.day, bar.sure_from, bar.sure_to, bar.until) == (-1, 29, 60, 90)
    assert bar.serious
    assert bar.on == "2026-03"


def test_event_of_one_partly_known_month_is_nowhere_sure(tell, assess, event):
    assess("W01", 0, mrc=85)
    event(term="Rash", started_on="2026-04", ongoing="no", ended_on="2026-04")
    (bar,) = of(tell(), Event)
    assert bar.sure_from > bar.sure_to
    assert bar.detail == "severity not entered, seriousness not entered, from 2026-04 to 2026-04"


def test_ongoing_event_reaches_to_today_or_to_the_end_of_study(tell, assess, event, end_study, site):
    assess("W01", 0, mrc=85)
    event(term="Eczema", started_on="2026-03-12", ongoing="yes")
    (bar,) = of(tell(), Event)
    assert (bar.is_open, bar.until) == (True, (site.today() - BASELINE).days)
    end_study(reason="PHYSICIAN DECISION", ended_on="2026-05-01")
    (bar,) = of(tell(), Event)
    assert (bar.is_open, bar.until) == (True, 60)


def test_event_without_a_beginning_is_left_out(tell, assess, event):
    assess("W01", 0, mrc=85)
    event(term="Headache")
    assert of(tell(), Event) == []


def test_missed_visit_stands_at_the_day_it_was_due(tell, assess, at, coordinator):
    assess("W01", 0, mrc=85)
    enter(at("W04"), "visit", coordinator, occurrence="missed", missed_reason="Snow")
    (missed,) = of(tell(), Missed)
    assert (missed.day, missed.title, missed.detail) == (21, "Week 4 missed", "Snow")


def test_next_visit_has_its_window_until_the_study_ends(tell, assess, end_study):
    assess("SCR", -10)
    assess("W01", 0, mrc=85)
    (following,) = of(tell(), Window)
    assert (following.title, following.day, following.opens, following.closes) == ("Week 4 due", 21, 14, 28)
    assert following.overdue
    end_study(reason="COMPLETED", ended_on="2026-05-01")
    story = tell()
    assert of(story, Window) == []
    assert [(m.day, m.detail) for m in of(story, End)] == [(60, "completed")]


def test_summary_says_the_courses_the_counts_and_what_to_review(tell, assess, infuse, event):
    infuse(assess("W01", 0, mrc=85), 0)
    assess("W04", 21, mrc=82)
    event(term="Headache", started_on="2026-03-04", serious="yes")
    assert tell().summary == (
        "MRC sum from 85 at Week 1 (baseline) to 82 of 100 at Week 4; 1 infusion day; "
        "1 adverse event, 1 of them serious; Deterioration to review: Week 4."
    )


def test_story_costs_one_statement_beside_the_outlook(
    patient, assess, infuse, event, django_assert_num_queries
):
    infuse(assess("W01", 0, mrc=85, right="40.0"), 0, lots=("A12",))
    event(term="Headache", started_on="2026-03-04")
    data = PatientData(patient)
    seen = schedule_status_of(patient, data)
    with django_assert_num_queries(1):
        story_of(data, seen)
