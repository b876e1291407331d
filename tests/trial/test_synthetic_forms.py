"""The synthetic study fills every form, plausibly: what the forms say agrees with each other."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest

from ecrf.casebook.laboratory.ranges import find, flag
from ecrf.casebook.record.values import Missing
from ecrf.forms.items import Link
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from trial.lab_tests import LAB_TESTS
from trial.outcomes import (
    area_reduction_percent,
    conduction_block_criteria,
    duration_increase_percent,
    incat_total,
)
from trial.synthetic import casebook, course, laboratory
from trial.synthetic.exceptions import CALLS, LEFT_OPEN, MISSED, TYPED, WEARS_OFF
from trial.synthetic.filled import Filled, FilledPage
from trial.synthetic.patients import COMPLETED, STORIES, PatientStory
from trial.synthetic.results import RESULTS

TESTS = [test.code for test in LAB_TESTS]


def story_of(name: str) -> PatientStory:
    return next(story for story in STORIES if story.name == name)


@cache
def pages(story: PatientStory) -> list[FilledPage]:
    return casebook.pages(story)


def forms(story: PatientStory, crf: str, code: str | None = None) -> list[Filled]:
    found = [form for page in pages(story) for form in page.forms if form.crf == crf]
    return [form for form in found if code is None or form.code == code]


def everything(crf: str) -> Iterator[tuple[PatientStory, Filled]]:
    return ((story, form) for story in STORIES for form in forms(story, crf))


def results(story: PatientStory, code: str) -> dict:
    return {TESTS[form.number - 1]: form.values for form in forms(story, "lab-result", code)}


def test_every_kind_of_form_of_the_study_is_filled():
    filled = {form.crf for story in STORIES for page in pages(story) for form in page.forms}
    wanted = set(protocol().scheduled_crfs())
    assert filled == wanted | {row for key in wanted for row in CRFS[key].rows}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_planned_form_stands_at_every_visit(story):
    for page in pages(story):
        plan = protocol().plan(page.code)
        if plan is None or (story.name, page.code) in MISSED:
            continue
        count = Counter(form.crf for form in page.forms if form.parent is None)
        assert set(plan.forms) <= set(count), page.code
        assert count["infusion"] in ((5,) if page.code == "W01" else (0, 1, 2))
        assert all(plan.may_hold(key) for key in count)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_patient_has_a_past_and_one_to_four_medications(story):
    assert 1 <= len(forms(story, "prior-treatment")) <= 2
    assert len(forms(story, "medical-history")) <= 3
    assert 1 <= len(forms(story, "concomitant-medication")) <= 4


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_link_names_a_row_that_stands(story):
    whole = [form for page in pages(story) for form in page.forms]
    standing = {
        (form.crf, f"{form.code}.{form.number}" if form.code else str(form.number))
        for form in whole
        if form.parent is None and (form.restored or not form.struck)
    }
    links = [
        (item.to, form.values[name])
        for form in whole
        for name, item in CRFS[form.crf].items.items()
        if isinstance(item, Link) and name in form.values
    ]
    assert set(links) <= standing


def test_medication_is_linked_to_what_it_was_given_for():
    for story, form in everything("concomitant-medication"):
        for item, crf in (("adverse_event", "adverse-event"), ("medical_history", "medical-history")):
            if number := form.values.get(item):
                assert forms(story, crf)[int(number) - 1].values["term"] == form.values["indication"]


def test_the_three_serious_events_have_their_form_with_criteria_and_follow_ups():
    told = {}
    for story, form in everything("serious-adverse-event"):
        event = forms(story, "adverse-event")[int(form.values["adverse_event"]) - 1].values
        assert event["serious"] == form.values["hospital_stay"] == "yes"
        assert 1 <= len(forms(story, "sae-follow-up")) <= 2
        assert forms(story, "sae-follow-up")[-1].values["outcome"] == event["outcome"]
        told[event["term"]] = story.name
    assert told == {"Inguinal herniation": "S05", "Coronary spasm": "S07", "Dysphagia": "S08"}


def test_deviations_are_dated_as_the_visit_they_name_and_tell_of_it():
    kinds = Counter()
    for story, form in everything("protocol-deviation"):
        code = str(form.values["visit_link"]).removesuffix(".1")
        assert form.values["occurred_on"] == course.day(story, code).isoformat()
        kinds[form.values["category"]] += 1
        if form.values["category"] == "visit-window":
            nominal = course.nominal_day(code) - 1
            assert abs((course.day(story, code) - story.baseline_on).days - nominal) > 7
    assert kinds == {"visit-window": 2, "missed-visit": 1, "dose": 1, "procedure": 1}


def test_before_some_infusions_strength_is_worn_off_and_back_after_the_dose():
    sums = {code: sum(course.grades(story_of("S01"), code).values()) for code in ("W37", "UNS-1", "W40")}
    assert sums["UNS-1"] - sums["W37"] >= 2
    assert sums["UNS-1"] - sums["W40"] >= 2
    assert not {code for _who, code in WEARS_OFF} & {"W01", "W52"}
    assert len({who for who, _code in WEARS_OFF}) == 3
    for (who, code), many in WEARS_OFF.items():
        codes = course.codes(story_of(who))
        before = codes[codes.index(code) - 1]
        if (who, before) not in WEARS_OFF:
            fell = [sum(course.grades(story_of(who), c).values()) for c in (before, code)]
            assert fell[0] - fell[1] >= many - 2, (who, code)


def test_disability_follows_strength_and_moves_by_three_once():
    moved = []
    for story in STORIES:
        totals = [
            (form.code, incat_total(*(int(form.values[limb]) for limb in ("arm", "leg"))))
            for form in forms(story, "incat")
        ]
        moved += [(story.name, b) for (_a, before), (b, now) in pairwise(totals) if now - before >= 3]
        assert all(before - now < 3 for (_a, before), (_b, now) in pairwise(totals)), story.name
        if story.ending == COMPLETED:
            assert totals[-1][1] <= totals[0][1], story.name
    assert moved == [("S06", "W25")]


def test_nerve_studies_have_three_to_five_segments_and_two_calls_differ_from_the_numbers():
    other = []
    for story in STORIES:
        for study in forms(story, "nerve-conduction"):
            segments = forms(story, "nerve-segment", study.code)
            assert 3 <= len(segments) <= 5
            other += [
                (story.name, study.code, form.number)
                for form in segments
                if _fits(form) != form.values["block"]
            ]
    assert set(other) == set(CALLS)
    assert len([key for key in LEFT_OPEN if key[2] == "NC-001"]) == 1


def _fits(form: Filled) -> str:
    number = {
        name: Decimal(text)
        for name, text in form.values.items()
        if isinstance(text, str) and text[0].isdigit()
    }
    found = conduction_block_criteria(
        area_reduction=area_reduction_percent(number["distal_area"], number["proximal_area"]),
        duration_increase=duration_increase_percent(
            number["distal_duration_ms"], number["proximal_duration_ms"]
        ),
        distal_amplitude_mv=number["distal_amplitude_mv"],
        lower_limit_mv=number["lower_limit_mv"],
        long_arm_segment=form.values["segment"] in ("wrist-elbow", "elbow-axilla"),
    )
    return found.value if found else ""


def test_the_block_at_screening_is_that_of_the_history():
    for story, form in everything("nerve-segment"):
        if (form.code, form.number) == ("SCR", 1):
            history = forms(story, "mmn-history")[0].values
            assert form.values["block"] == history["conduction_block"]


def test_flagged_results_say_whether_they_are_significant_and_no_others_do():
    for story, form in everything("lab-result"):
        value, unit, sign = (form.values.get(item) for item in ("value", "unit", "comparator"))
        found = find(
            laboratory.ranges(story.site),
            test=TESTS[form.number - 1],
            day=course.day(story, form.code),
            unit=unit,
            sex=story.sex,
        )
        lies = None if isinstance(value, Missing) else flag(Decimal(value), found, sign)
        assert ("significant" in form.values) == (lies in ("LOW", "HIGH")), form


def test_nearly_all_results_lie_in_their_range_but_immunoglobulin_under_treatment():
    asked = Counter(
        TESTS[form.number - 1] for _, form in everything("lab-result") if "significant" in form.values
    )
    total = len(list(everything("lab-result")))
    assert asked["IGG"] > 150
    assert sum(asked.values()) - asked["IGG"] < total // 50


def test_one_patient_shows_haemolysis_and_recovers():
    story = story_of("S13")
    before, during, after = (results(story, code) for code in ("W10", "W13", "W19"))
    assert Decimal(before["HGB"]["value"]) - Decimal(during["HGB"]["value"]) >= 2
    assert (during["HAPTOG"]["comparator"], during["HAPTOG"]["significant"]) == ("<", "yes")
    assert during["RETI"]["significant"] == "yes"
    assert "significant" not in after["HGB"]
    event = next(form.values for form in forms(story, "adverse-event") if form.values["term"] == "Haemolysis")
    assert event["related_infusion"] == "W10.2"
    assert event["started_on"] == course.day(story, "W13").isoformat()


def test_d_dimer_is_high_after_the_coronary_spasm():
    assert results(story_of("S07"), "W31")["DDIMER"]["significant"] == "no"


def test_sites_differ_in_units_and_one_replaced_a_range():
    units = {site: {r.unit for r in laboratory.ranges(site) if r.test == "HGB"} for site in ("01", "02")}
    assert units == {"01": {"g/dL"}, "02": {"g/L"}}
    assert {r.sex for r in laboratory.ranges("01") if r.test == "HGB"} == {"M", "F"}
    old, new = sorted((r for r in laboratory.ranges("01") if r.test == "LDH"), key=lambda r: r.valid_from)
    assert (new.valid_from - old.valid_to).days == 1
    assert old.high != new.high
    by_gram = [Decimal(results(story_of(name), "SCR")["HGB"]["value"]) for name in ("S01", "S03")]
    assert by_gram[0] < 20 < 100 < by_gram[1]


def test_two_rows_are_struck_out_and_a_third_is_restored():
    struck = [
        (form.crf, bool(form.restored))
        for s in STORIES
        for page in pages(s)
        for form in page.forms
        if form.struck
    ]
    assert sorted(struck) == [
        ("adverse-event", False),
        ("concomitant-medication", True),
        ("medical-history", False),
    ]


def test_tables_of_exceptions_name_forms_that_exist():
    whole = {
        (story.name, form.code, form.name)
        for story in STORIES
        for page in pages(story)
        for form in page.forms
    }
    assert {key[:3] for key in TYPED} <= whole
    assert {key[:2] for key in RESULTS} <= {key[:2] for key in whole}
    assert {key[:2] for key in LEFT_OPEN} <= {key[:2] for key in whole}
    assert 10 <= len(LEFT_OPEN) <= 20
