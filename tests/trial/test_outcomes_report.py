"""The report of the outcomes on the synthetic study: each number against one that is calculated another way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import sqrt
from statistics import mean, median, stdev

import pytest
from scipy.stats import beta, t

from ecrf.access.models import Site
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.record.values import Missing
from ecrf.exports.cut import present_positions
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.outcomes.facts import forget_facts
from ecrf.outcomes.report import Report, ReportFlow, ReportPlot, ReportScope, ReportTable, RowsBehind
from tests.conftest import make_site, make_user
from tests.trial.synthetic_rows import put_patient, put_study
from trial.crfs.demographics import Demographics
from trial.crfs.eligibility import Eligibility
from trial.crfs.end_of_study import EndOfStudy
from trial.crfs.infusion import Infusion
from trial.crfs.mrc_strength import MUSCLES
from trial.outcomes import mrc_items
from trial.results.report import report
from trial.schedule import WEEKS
from trial.synthetic import casebook
from trial.synthetic.filled import FilledPage
from trial.synthetic.patients import COMPLETED, STORIES, PatientStory

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
CODES = [f"W{week:02}" for week in WEEKS]


@cache
def pages(story: PatientStory) -> list[FilledPage]:
    return casebook.pages(story)


@cache
def typed(story: PatientStory, code: str, crf: str) -> dict:
    """What the synthetic study types into a form; {} where it is not filled in."""
    at_visit = [page for page in pages(story) if page.code == code]
    return next((form.values for page in at_visit for form in page.forms if form.crf == crf), {})


def strength(story: PatientStory, code: str) -> int | None:
    """The sum of the grades as typed, read from the invented paper and not from the database."""
    given = [typed(story, code, "mrc-strength").get(item) for item in mrc_items(MUSCLES)]
    return None if any(not isinstance(grade, str) for grade in given) else sum(map(int, given))


def grip(story: PatientStory, code: str) -> float | None:
    given = typed(story, code, "grip-strength")
    trials = [given.get(f"{story.affected}_{n}") for n in (1, 2, 3)]
    return max((float(trial) for trial in trials if isinstance(trial, str)), default=None)


VALUES = {"mrc": strength, "grip": grip}


def values_at(key: str, code: str) -> dict[str, float]:
    """{story: value}"""
    found = {story.name: VALUES[key](story, code) for story in STORIES}
    return {name: value for name, value in found.items() if value is not None}


def changes_at(key: str, code: str) -> list[float]:
    before, after = values_at(key, "W01"), values_at(key, code)
    return [after[name] - before[name] for name in after if name in before]


def one_decimal(value: float) -> str:
    exact = Decimal(str(round(value, 9)))
    return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace("-", "−")


def with_sign(value: float) -> str:
    text = one_decimal(value)
    return f"+{text}" if value > 0 and text != "0.0" else text.removeprefix("−") if text == "−0.0" else text


@pytest.fixture(scope="module")
def study(module_db) -> dict[str, Patient]:
    return put_study(make_user("loader", Role.DATA_MANAGER))


@pytest.fixture(scope="module")
def found(study) -> Report:
    return report(ReportScope(NOW))


@pytest.fixture
def now(study, db) -> Iterator[None]:
    """For tests that change the study: rolled back after each."""
    return


def table(found: Report, key: str, place: int = 0) -> dict[str, list[str]]:
    """{label: texts} of one of a section's tables."""
    section = next(section for section in found.sections if section.key == key)
    tables = [part for part in section.parts if isinstance(part, ReportTable)]
    return {row.label: [cell.text for cell in row.cells] for row in tables[place].rows}


def definitions(found: Report, key: str) -> dict[str, str]:
    return dict(next(section for section in found.sections if section.key == key).definitions)


def flow(found: Report) -> dict[str, int]:
    section = next(section for section in found.sections if section.key == "flow")
    boxes = [box for part in section.parts if isinstance(part, ReportFlow) for box in part.boxes]
    named = [(box.title, box.count) for box in boxes] + [line for box in boxes for line in box.lines]
    return {words: int(cell.text) for words, cell in named}


def rows(found: Report, key: str) -> dict[str, tuple[str, ...]]:
    return {row.number: row.cells for row in found.behind[key]().rows}


def left_out(found: Report, key: str) -> dict[str, str]:
    return dict(found.behind[key]().left_out)


def again() -> Report:
    return report(ReportScope(NOW))


def test_major_outcomes_are_the_published_ones(found):
    lines = table(found, "major")
    assert lines["MRC sum score, of 100"][:4] == ["13", "85.6 (8.7)", "11", "90.6 (12.8)"]
    assert lines["Grip strength, kPa"][:4] == ["13", "39.2 (30.0)", "11", "45.2 (32.8)"]


def test_flow_is_the_published_one(found):
    assert flow(found) == {
        "Screened": 13,
        "Not enrolled": 0,
        "Enrolled": 13,
        "Treated": 13,
        "Withdrawn": 2,
        "Adverse event": 1,
        "Physician decision": 1,
        "Completed": 11,
    }


@pytest.mark.parametrize("key", VALUES)
def test_every_visits_numbers_are_those_of_the_values_as_typed(found, key):
    lines = list(table(found, key).values())
    assert len(lines) == len(CODES)
    for code, line in zip(CODES, lines, strict=True):
        values = list(values_at(key, code).values())
        low, high = one_decimal(min(values)), one_decimal(max(values))
        expected = [mean(values), stdev(values), median(values)]
        assert line[:5] == [str(len(values)), *map(one_decimal, expected), f"{low} to {high}"], code


@pytest.mark.parametrize("key", VALUES)
def test_every_change_is_paired_and_its_interval_that_of_the_t_test(found, key):
    for code, line in list(zip(CODES, table(found, key).values(), strict=True))[1:]:
        changes = changes_at(key, code)
        n, middle = len(changes), mean(changes)
        half = t.ppf(0.975, n - 1) * stdev(changes) / sqrt(n)
        low, high = with_sign(middle - half), with_sign(middle + half)
        assert line[5:] == [str(n), with_sign(middle), f"{low} to {high}"], code


@pytest.mark.parametrize(
    ("key", "label", "by"), [("mrc", "MRC sum score, of 100", 2), ("grip", "Grip strength, kPa", 8)]
)
def test_responders_moved_by_the_threshold_with_the_exact_interval(found, key, label, by):
    changes = [round(change, 6) for change in changes_at(key, "W52")]
    n, improved = len(changes), sum(change >= by for change in changes)
    worse = sum(change <= -by for change in changes)
    low, high = beta.ppf(0.025, improved, n - improved + 1), beta.ppf(0.975, improved + 1, n - improved)
    assert table(found, "responders")[label] == [
        str(n),
        str(sum(change > 0 for change in changes)),
        str(improved),
        f"{100 * improved / n:.0f} %",
        f"{100 * low:.0f} to {100 * high:.0f} %",
        str(n - improved - worse),
        str(worse),
    ]


def test_all_completers_stand_above_their_baseline(found):
    assert table(found, "responders")["MRC sum score, of 100"][:2] == ["11", "11"]


def test_a_missing_grade_gives_no_sum_and_is_named(found):
    code = next(
        code
        for story in STORIES
        for code in CODES
        if any(
            isinstance(typed(story, code, "mrc-strength").get(item), Missing) for item in mrc_items(MUSCLES)
        )
    )
    number = next(number for number, why in left_out(found, f"mrc-{code}").items() if "19 of 20" in why)
    assert number not in rows(found, f"mrc-{code}")
    assert number in rows(found, f"grip-{code}")
    assert left_out(found, f"mrc-change-{code}")[number] == "This visit: 19 of 20 grades given: no sum"


def test_a_missed_visit_and_those_who_left_are_named(found, study):
    why = left_out(found, "mrc-W37")
    without = [study[story.name].number for story in STORIES if story.name not in values_at("mrc", "W37")]
    assert sorted(why) == sorted(without)
    assert any(text.startswith("The visit was missed: In hospital") for text in why.values())
    assert all("before this visit" in text for text in left_out(found, "grip-W52").values())


def test_every_n_is_the_number_of_rows_behind_it(found):
    for section in found.sections:
        for part in section.parts:
            for row in part.rows if isinstance(part, ReportTable) else ():
                for head, cell in zip(part.columns[1:], row.cells, strict=True):
                    if cell.rows and head == "n":
                        assert len(found.behind[cell.rows]().rows) == int(cell.text), (row.label, head)
                    elif cell.rows and section.key == "events":
                        behind = found.behind[cell.rows]().rows
                        assert int(cell.text) in (len(behind), len({one.number for one in behind}))


def test_every_link_leads_to_rows(found):
    cells = [
        cell
        for section in found.sections
        for part in section.parts
        if isinstance(part, ReportTable)
        for row in part.rows
        for cell in row.cells
    ]
    boxes = [b for s in found.sections for p in s.parts if isinstance(p, ReportFlow) for b in p.boxes]
    cells += [box.count for box in boxes] + [cell for box in boxes for _words, cell in box.lines]
    keys = {cell.rows for cell in cells if cell.rows}
    assert keys <= found.behind.keys()
    for key in keys:
        made = found.behind[key]()
        assert made.title
        assert all(len(row.cells) == len(made.columns) for row in made.rows), key


def test_those_counted_and_those_left_out_are_everybody_enrolled_once(found):
    for key in (f"{measure}-{code}" for measure in VALUES for code in CODES):
        made = found.behind[key]()
        numbers = [row.number for row in made.rows] + [number for number, _why in made.left_out]
        assert sorted(numbers) == sorted(rows(found, "enrolled"))


def test_every_section_says_what_it_counts(found):
    for section in found.sections:
        words = dict(section.definitions)
        assert {"Population", "Screened"} & words.keys(), section.key
        assert all(text.endswith(".") for text in words.values())


def test_provisional_values_are_named_as_ours(found):
    words = definitions(found, "major")
    assert "our assumption" in words["MRC sum score, analysis value"]
    assert "our assumption" in words["Grip strength, analysis value"]
    assert (
        "no endpoints"
        in dict(next(one for one in found.sections if one.key == "responders").definitions)["Thresholds"]
    )


def test_exposure_follows_the_infusions_as_typed(found, study):
    for story in STORIES:
        doses = [form.values for page in pages(story) for form in page.forms if form.crf == "infusion"]
        per_kg = sum(Decimal(dose["given_g"]) / Decimal(dose["dosing_weight_kg"]) for dose in doses)
        cells = rows(found, "exposure")[study[story.name].number]
        assert cells[0] == f"{sum(Decimal(dose['given_g']) for dose in doses):.1f}"
        assert Decimal(cells[1]) == round(per_kg, 2)
        if story.ending == COMPLETED:
            assert cells[2] == "18.0"
            assert cells[4] == "5 of 5"
            assert abs(Decimal(cells[3]) - 100 * per_kg / 18) < Decimal("0.06")


def test_missed_cycle_counts_among_the_planned_ones(found, study):
    assert rows(found, "exposure")[study["S05"].number][5] == "15 of 16"


def test_three_serious_events_none_related(found):
    lines = table(found, "events")
    assert lines["Serious"] == ["3", "23 %", "3"]
    assert lines["Serious and related"] == ["0", "0 %", "0"]
    terms = {cells[0] for cells in table(found, "events", 2).values()}
    assert terms == {"Coronary spasm", "Dysphagia", "Inguinal herniation"}


def test_events_by_term_are_those_of_the_logs_that_are_not_struck_out(found):
    logs = [
        (story.name, form.values["term"])
        for story in STORIES
        for form in pages(story)[-1].forms
        if form.crf == "adverse-event" and not form.struck
    ]
    lines = table(found, "events", 1)
    for term in {term for _name, term in logs}:
        of_term = [name for name, other in logs if other == term]
        assert lines[term][0] == str(len(set(of_term)))
        assert lines[term][2] == str(len(of_term))
    assert table(found, "events")["Any adverse event"][2] == str(len(logs))


def test_plots_hold_every_value_on_their_scale(found):
    plots = [part for section in found.sections for part in section.parts if isinstance(part, ReportPlot)]
    assert [(len(plot.courses), plot.patients) for plot in plots] == [(13, 13), (13, 13)]
    for plot in plots:
        values = [value for course in plot.courses for _week, value in course.points]
        assert plot.low <= min(values) <= max(values) <= plot.high
        assert sum(course.left for course in plot.courses) == 2


def test_a_site_sees_its_own_patients_alone(study):
    site = study["S01"].site
    own = report(ReportScope(NOW, site))
    here = sum(story.site == site.code for story in STORIES)
    assert flow(own)["Screened"] == here
    assert "sites" not in [section.key for section in own.sections]
    assert set(rows(own, "screened")) == {p.number for p in Patient.objects.filter(site=site)}


def test_practice_patients_never_count(now, study, found):
    practice = make_site("99", is_practice=True)
    put_patient(STORIES[0], practice, make_user("trainer", Role.DATA_MANAGER))
    assert flow(again()) == flow(found)
    assert table(again(), "mrc") == table(found, "mrc")
    assert flow(report(ReportScope(NOW, practice)))["Screened"] == 0


def test_study_whose_patients_are_all_at_a_practice_site_has_an_empty_report(now, study):
    with acting(SYSTEM, source="test"):
        Site.objects.update(is_practice=True)
    made = again()
    assert flow(made)["Screened"] == 0
    assert {line[0] for line in table(made, "grip").values()} == {"0"}
    assert all(not behind().rows for behind in made.behind.values())


def test_struck_out_forms_never_count(now, study):
    entry = Entry.objects.get(patient=study["S01"], visit__code="W52", crf="mrc-strength")
    _strike(entry)
    assert table(again(), "major")["MRC sum score, of 100"][2] == "10"
    assert left_out(again(), "mrc-W52")[study["S01"].number] == "The form was not entered"


def _strike(entry: Entry) -> None:
    with acting(SYSTEM, patient_id=entry.patient_id, source="test"):
        by = entry.patient.added_by
        Entry.objects.filter(pk=entry.pk).update(struck_at=NOW, struck_by=by, struck_reason="Wrong patient")


def test_unscheduled_and_early_termination_visits_stand_in_no_table_by_visit(found, study):
    assert Entry.objects.filter(crf="mrc-strength", visit__code__startswith="UNS").exists()
    assert Entry.objects.filter(crf="mrc-strength", visit__code="ET").count() == 2
    assert not {key for key in found.behind if "UNS" in key or "ET" in key}


def test_an_unknown_more_affected_hand_leaves_grip_out_and_is_named(now, study):
    _set(Demographics, study["S01"], more_affected_hand=None)
    assert table(again(), "major")["Grip strength, kPa"][0] == "12"
    assert "more affected is not recorded" in left_out(again(), "grip-W01")[study["S01"].number]


def _set(model: type, patient: Patient, **values: object) -> None:
    with acting(SYSTEM, patient_id=patient.pk, source="test"):
        rows = model._default_manager.filter(entry__patient=patient)
        assert rows.update(**values)


def test_a_screen_failure_is_screened_and_not_enrolled(now, study):
    site = study["S01"].site
    with acting(SYSTEM, source="test"):
        added = Patient(site=site, sequence=90, number="01-090", added_by=study["S01"].added_by)
        added.save()
    assert (flow(again())["Screened"], flow(again())["Not enrolled"]) == (14, 1)
    assert flow(again())["Not decided yet"] == 1
    assert "01-090" not in dict(found_rows := rows(again(), "enrolled"))
    assert len(found_rows) == 13


def test_who_is_treated_although_not_eligible_counts_among_the_enrolled(now, study):
    _set(Eligibility, study["S02"], eligible=False)
    assert flow(again())["Enrolled"] == 13


def test_a_dose_without_its_weight_leaves_the_patient_out_of_g_per_kg(now, study):
    _set(Infusion, study["S03"], dosing_weight_kg=None)
    cells = table(again(), "exposure")
    assert cells["Given, g/kg"][0] == cells["Dose intensity, %"][0] == "12"
    assert "dosing weight not recorded" in left_out(again(), "exposure")[study["S03"].number]


def test_who_is_on_study_is_planned_for_the_visits_whose_window_has_closed(now, study):
    patient = study["S01"]
    _set(EndOfStudy, patient, reason=None, missing_reasons={"reason": {"reason": "unknown", "comment": ""}})
    began = next(story for story in STORIES if story.name == "S01").baseline_on
    early = datetime(began.year, began.month, began.day, tzinfo=UTC) + timedelta(days=1)
    found = report(ReportScope(early))
    assert flow(found)["On study"] == 1
    assert rows(found, "exposure")[patient.number][5] == "16 of 16"


def test_the_number_of_statements_is_the_same_for_one_patient_and_for_all(
    now, study, django_assert_num_queries
):
    one = replace(ReportScope(NOW), site=Site.objects.get(code="11"))
    for scope in (one, ReportScope(NOW)):
        forget_facts()
        with django_assert_num_queries(4):
            report(scope)
        with django_assert_num_queries(3):
            report(scope)


def cut_now() -> DataCut:
    """Everything up to this moment, as a data cut keeps it."""
    _moment, positions = present_positions()
    return DataCut(
        name="Interim",
        taken_at=NOW,
        positions={str(chain): position for chain, position in positions.items()},
        description=describe(protocol()).as_json(),
        selection=Selection().as_json(),
        version="1",
    )


def everything(found: Report) -> tuple[str, dict[str, RowsBehind]]:
    """All that the page says, and every list behind it."""
    return repr(found.sections), {key: made() for key, made in found.behind.items()}


def test_cut_gives_what_the_page_was_and_not_what_was_corrected_since(now, study, found):
    cut = cut_now()
    before = everything(found)
    assert everything(report(ReportScope(NOW, cut=cut))) == before
    _strike(Entry.objects.get(patient=study["S01"], visit__code="W52", crf="mrc-strength"))
    _set(Demographics, study["S02"], more_affected_hand=None)
    _set(Infusion, study["S03"], dosing_weight_kg=None)
    put_patient(STORIES[0], study["S01"].site, make_user("late", Role.DATA_MANAGER))
    assert flow(again())["Screened"] == 14
    assert table(again(), "mrc") != table(found, "mrc")
    assert everything(report(ReportScope(NOW, cut=cut))) == before
    later = report(ReportScope(NOW, cut=cut_now()))
    assert everything(later) == everything(again())


def test_cut_of_one_site_holds_its_patients_alone(now, study):
    cut, site = cut_now(), study["S01"].site
    whole = table(report(ReportScope(NOW, site, cut)), "mrc")
    cut.selection = Selection(sites=(site.code,)).as_json()
    assert table(report(ReportScope(NOW, cut=cut)), "mrc") == whole
    cut.selection = Selection(patients=(study["S02"].number,)).as_json()
    assert set(rows(report(ReportScope(NOW, cut=cut)), "screened")) == {study["S02"].number}


def test_more_patients_than_an_eye_can_follow_are_bands(now, study, found, monkeypatch):
    monkeypatch.setattr("trial.results.efficacy.COURSES_AT_MOST", 12)
    plots = [part for section in again().sections for part in section.parts if isinstance(part, ReportPlot)]
    for plot, key in zip(plots, VALUES, strict=True):
        assert (plot.courses, plot.patients) == ((), 13)
        for band, code in zip(plot.bands, CODES, strict=True):
            values = list(values_at(key, code).values())
            assert band.percentiles[2] == pytest.approx(median(values))
            assert list(band.percentiles) == sorted(band.percentiles)
            assert min(values) <= band.percentiles[0] <= band.percentiles[4] <= max(values)


def test_a_long_list_is_cut_and_says_how_many_there_are(now, study, monkeypatch):
    for module in ("safety", "deviations"):
        monkeypatch.setattr(f"trial.results.{module}.LISTED_AT_MOST", 2)
    made = again()
    parts = [part for section in made.sections for part in section.parts if isinstance(part, ReportTable)]
    lists = [part for part in parts if part.rows_behind]
    assert len(lists) == 3
    for part in lists:
        assert len(part.rows) == 2
        assert "The first 2 of " in part.note
        assert len(made.behind[part.rows_behind]().rows) > 2
