"""The synthetic study reproduces the publication's numbers: its tables, without the database."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from statistics import mean, stdev

import pytest

from ecrf.casebook.record.values import Missing
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import GRIP_TRIALS, grip_best, mrc_items, mrc_sum
from trial.synthetic import casebook, course, laboratory, practice
from trial.synthetic.exceptions import GRADES_MOVED, MISSED
from trial.synthetic.filled import FilledPage
from trial.synthetic.patients import ADVERSE_EVENT, COMPLETED, PHYSICIAN_DECISION, STORIES, PatientStory


@cache
def pages(story: PatientStory) -> list[FilledPage]:
    return casebook.pages(story)


def values(story: PatientStory, code: str, crf: str) -> dict:
    page = next(page for page in pages(story) if page.code == code)
    return next(form.values for form in page.forms if form.crf == crf)


def sum_score(story: PatientStory, code: str) -> int | None:
    given = values(story, code, "mrc-strength")
    grades = [given[item] for item in mrc_items(MUSCLES)]
    return mrc_sum([None if isinstance(grade, Missing) else int(grade) for grade in grades])


def grip(story: PatientStory, code: str) -> Decimal | None:
    """The analysis value: best trial of the more affected hand (protocol section 3)."""
    side = values(story, "SCR", "demographics")["more_affected_hand"]
    given = values(story, code, "grip-strength")
    return grip_best([Decimal(given[f"{side}_{n}"]) for n in range(1, GRIP_TRIALS + 1)])


def printed(numbers: list) -> str:
    return f"{mean(numbers):.1f} ({stdev(numbers):.1f}) n={len(numbers)}"


def completers() -> list[PatientStory]:
    return [story for story in STORIES if story.ending == COMPLETED]


def log(story: PatientStory, crf: str) -> list[dict]:
    return [form.values for form in pages(story)[-1].forms if form.crf == crf and not form.struck]


def test_mrc_sum_scores_are_the_published_ones():
    assert printed([sum_score(story, "W01") for story in STORIES]) == "85.6 (8.7) n=13"
    assert printed([sum_score(story, "W52") for story in completers()]) == "90.6 (12.8) n=11"


def test_grip_strengths_are_the_published_ones():
    assert printed([grip(story, "W01") for story in STORIES]) == "39.2 (30.0) n=13"
    assert printed([grip(story, "W52") for story in completers()]) == "45.2 (32.8) n=11"


def test_all_eleven_completers_stay_above_their_baseline():
    for story in completers():
        late = [sum_score(story, code) for code in course.CODES[6:] if (story.name, code) not in MISSED]
        assert min(score for score in late if score is not None) > sum_score(story, "W01"), story.name
    assert len(completers()) == 11


def test_two_patients_ended_early_one_by_an_adverse_event_one_by_decision():
    ends = Counter(log(story, "end-of-study")[0]["reason"] for story in STORIES)
    assert ends == {COMPLETED: 11, ADVERSE_EVENT: 1, PHYSICIAN_DECISION: 1}


def test_eleven_sites_two_of_them_with_two_patients():
    assert sorted(Counter(story.site for story in STORIES).values()) == [1] * 9 + [2] * 2


def test_three_serious_events_in_three_patients_none_related():
    serious = [
        (story.name, e) for story in STORIES for e in log(story, "adverse-event") if e["serious"] == "yes"
    ]
    assert {event["term"] for _, event in serious} == {"Coronary spasm", "Dysphagia", "Inguinal herniation"}
    assert len({name for name, _ in serious}) == len(serious) == 3
    assert {event["relation"] for _, event in serious} == {"NOT RELATED"}


def test_dysphagia_is_one_record_with_three_facts_and_the_end_of_study_names_it():
    story = next(story for story in STORIES if story.ending == ADVERSE_EVENT)
    number = int(log(story, "end-of-study")[0]["adverse_event"])
    event = log(story, "adverse-event")[number - 1]
    facts = [event[item] for item in ("term", "serious", "relation", "action")]
    assert facts == ["Dysphagia", "yes", "NOT RELATED", "DRUG WITHDRAWN"]


def test_every_other_event_is_mild_and_over():
    events = [event for story in STORIES for event in log(story, "adverse-event") if event["serious"] == "no"]
    assert {(e["severity"], e["ongoing"], e["outcome"]) for e in events} == {
        ("MILD", "no", "RECOVERED/RESOLVED")
    }


def test_one_completer_missed_one_visit_with_a_reason():
    missed = [
        (story, page.code, form.values["missed_reason"])
        for story in STORIES
        for page in pages(story)
        for form in page.forms
        if form.crf == "visit" and form.values["occurrence"] == "missed"
    ]
    assert [(s.ending, code in ("W01", "W52"), bool(why)) for s, code, why in missed] == [
        (COMPLETED, False, True)
    ]


def test_a_completer_gets_five_induction_days_and_sixteen_cycles():
    forms = [form for page in casebook.pages(STORIES[0]) for form in page.forms if form.crf == "infusion"]
    cycles = {form.code for form in forms} - {"W01"}
    assert sum(form.code == "W01" for form in forms) == 5
    assert len(cycles) == 16


def test_one_hand_measures_zero():
    grips = [grip(story, code) for story in STORIES for code in ("W01", "W04")]
    assert Decimal("0.0") in grips


def test_grades_move_by_one_but_for_the_planned_exceptions():
    moves = [
        (story.name, code, item)
        for story in STORIES
        for before, code in zip(course.codes(story), course.codes(story)[1:], strict=False)
        for item, grade in course.grades(story, code).items()
        if abs(grade - course.grades(story, before)[item]) > 1
    ]
    assert set(GRADES_MOVED) <= set(moves)
    assert len(moves) == 2 * len(GRADES_MOVED)  # down, and up again


def test_dates_lie_in_the_study_and_never_on_a_weekend():
    days = [
        day
        for s in STORIES
        for code in course.visits(s)
        for day in [course.day(s, code), *course.dose_days(s, code)]
    ]
    assert date(2024, 4, 1) < min(days) < date(2024, 6, 1)
    assert max(days) < date(2026, 6, 1)
    assert max(day.weekday() for day in days) <= 4


def test_two_builds_are_equal():
    first = [casebook.pages(story) for story in STORIES]
    course._grade_path.cache_clear()
    laboratory.ranges.cache_clear()
    assert [casebook.pages(story) for story in STORIES] == first


def test_practice_patients_lie_around_today():
    today = date(2030, 3, 1)
    now = datetime.combine(today, time(9), UTC)
    lives = {story.name: (story, pages, begun) for story, pages, begun in practice.casebooks(now)}
    assert course.day(lives["P1"][0], "W28") == today + timedelta(days=2)
    assert course.day(lives["P2"][0], "W13") == today - timedelta(days=9)
    assert course.day(lives["P3"][0], "W10") == today
    assert lives["P3"][2].code == "W10"
    assert course.day(lives["P5"][0], "W19") == today + timedelta(days=10)
    assert lives["P6"][1:] == ([], None)
    for story, pages, _begun in lives.values():
        assert all(course.day(story, page.code) <= today for page in pages if page.code)


@pytest.mark.parametrize("hour", range(24))
def test_visit_just_begun_has_only_times_that_have_come(hour):
    now = datetime(2030, 3, 1, hour, tzinfo=UTC)
    (begun,) = [begun for _story, _pages, begun in practice.casebooks(now) if begun]
    values = {item: text for form in begun.forms for item, text in form.values.items()}
    on = date.fromisoformat(values["visited_on"])
    assert values["collected_on"] == values["visited_on"]
    times = [time.fromisoformat(text) for item, text in values.items() if item.endswith("_at")]
    assert len(times) == 2
    assert all(datetime.combine(on, at, UTC) <= now for at in times)
    assert now.date() - on == timedelta(days=hour < 9)
