"""Whatever changes, the outcomes made with what is kept of the patients are those that are made from nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Model

from ecrf.access.models import Site
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.triggers import AUDITED
from ecrf.casebook.models import Entry, Patient
from ecrf.forms import protocol as protocols
from ecrf.outcomes.facts import forget_facts
from ecrf.outcomes.report import ReportScope
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.trial.synthetic_rows import put_patient, put_study
from tests.trial.test_outcomes_report import everything
from trial.crfs.adverse_event import Action, AdverseEvent, Relation, Severity
from trial.crfs.demographics import Demographics
from trial.crfs.eligibility import Eligibility
from trial.crfs.end_of_study import EndOfStudy, Reason
from trial.crfs.grip_strength import GripStrength
from trial.crfs.infusion import Infusion
from trial.crfs.mrc_strength import MrcStrength
from trial.crfs.protocol_deviation import DeviationCategory, DeviationSeverity, ProtocolDeviation
from trial.crfs.visit import VisitRecord
from trial.outcomes import SIDES
from trial.results import facts
from trial.results.report import report
from trial.schedule import LAST_VISIT
from trial.synthetic.patients import STORIES

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)

Study = dict[str, Patient]
Change = Callable[[Study], object]


@pytest.fixture(scope="module")
def of_all(module_db) -> Study:
    return put_study(make_user("loader", Role.DATA_MANAGER))


@pytest.fixture
def study(of_all, db) -> Iterator[Study]:
    """Rolled back after each test, with everything kept that there is to keep."""
    forget_facts()
    report(ReportScope(NOW))
    yield of_all
    forget_facts()


def row(model: type[Model], name: str, **values: object) -> Change:
    """Change the first row of a form of a patient, whatever way around the product."""

    def change(study: Study) -> None:
        patient = study[name]
        with acting(SYSTEM, patient_id=patient.pk, source="test"):
            rows = model._default_manager.filter(entry__patient=patient, entry__struck_at=None)
            if hasattr(rows.first(), "missing_reasons"):
                rows.update(missing_reasons={})
            first = rows.order_by("entry__visit__id", "entry__number").first()
            assert rows.filter(pk=first.pk).update(**values)

    return change


def at_visit(model: type[Model], name: str, code: str, **values: object) -> Change:
    def change(study: Study) -> None:
        patient = study[name]
        with acting(SYSTEM, patient_id=patient.pk, source="test"):
            rows = model._default_manager.filter(entry__patient=patient, entry__visit__code=code)
            assert rows.update(**values)

    return change


def strike(name: str, **which: object) -> Change:
    def change(study: Study) -> None:
        patient = study[name]
        with acting(SYSTEM, patient_id=patient.pk, source="test"):
            struck = {"struck_at": NOW, "struck_by": patient.added_by, "struck_reason": "Wrong patient"}
            assert Entry.objects.filter(patient=patient, struck_at=None, **which).update(**struck)

    return change


def restore(study: Study) -> None:
    for entry in Entry.objects.exclude(struck_at=None):
        with acting(SYSTEM, patient_id=entry.patient_id, source="test"):
            restored = {"struck_at": None, "struck_by": None, "struck_reason": ""}
            Entry.objects.filter(pk=entry.pk).update(**restored)


def new_patient(study: Study) -> None:
    put_patient(STORIES[0], study["S01"].site, make_user("late", Role.DATA_MANAGER))


def other_site(study: Study) -> None:
    patient, to_site = Patient.objects.get(pk=study["S01"].pk), make_site("77")
    for site in (patient.site, to_site):
        make_user(f"investigator-{site.code}", "investigator", site)
    hand_over(patient, to_site, make_user("handing-over", "data-manager"), moved_on=to_site.today())


def sites(**values: object) -> Change:
    def change(study: Study) -> None:
        with acting(SYSTEM, source="test"):
            Site.objects.filter(pk=study["S01"].site_id).update(**values)

    return change


# S05 missed a cycle: whether it was planned depends on the days alone.
CHANGES: dict[str, Change] = {
    "hand": row(Demographics, "S01", more_affected_hand=None),
    "other hand": lambda study: row(
        Demographics, "S01", more_affected_hand=next(s for s in SIDES if s != STORIES[0].affected)
    )(study),
    "reason of the end": row(EndOfStudy, "S01", reason=Reason.ADVERSE_EVENT),
    "day of the end": row(EndOfStudy, "S05", ended_on=date(2020, 1, 5)),
    "day of the baseline": at_visit(VisitRecord, "S05", "W01", visited_on=date(2026, 10, 1)),
    "strength": at_visit(MrcStrength, "S03", LAST_VISIT, sum_score=1),
    "no strength": at_visit(MrcStrength, "S03", "W01", sum_score=None),
    "grip": at_visit(GripStrength, "S03", LAST_VISIT, right_best=Decimal(199), left_best=Decimal(198)),
    "dose": row(Infusion, "S04", given_g=Decimal(0)),
    "weight": row(Infusion, "S04", dosing_weight_kg=None),
    "interruption": row(Infusion, "S04", interrupted=True),
    "term": row(AdverseEvent, "S01", term="Something else"),
    "severity": row(AdverseEvent, "S01", severity=Severity.SEVERE),
    "relation": row(AdverseEvent, "S01", relation=Relation.NOT_RELATED),
    "seriousness": row(AdverseEvent, "S01", serious=True),
    "action": row(AdverseEvent, "S01", action=Action.DRUG_WITHDRAWN),
    "ongoing": row(AdverseEvent, "S01", ongoing=True, ended_on=None),
    "struck strength": strike("S01", crf="mrc-strength", visit__code=LAST_VISIT),
    "struck event": strike("S01", crf="adverse-event"),
    "struck doses": strike("S01", crf="infusion"),
    "restored": restore,
    "new patient": new_patient,
    "another site": other_site,
    "site's code": sites(code="98"),
    "site becomes a practice site": sites(is_practice=True),
}


def pages(at: datetime) -> list[str]:
    """Every page there is: the study's, and each site's."""
    scopes = [ReportScope(at), *(ReportScope(at, site) for site in Site.objects.order_by("pk"))]
    return [repr(report(scope).sections) for scope in scopes]


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change_the_pages_are_those_made_from_nothing(study, name):
    before = pages(NOW)
    CHANGES[name](study)
    kept = pages(NOW)
    forget_facts()
    assert kept == pages(NOW)
    assert kept != before


def test_rows_behind_the_numbers_are_those_made_from_nothing(study):
    for name in (
        "hand",
        "reason of the end",
        "no strength",
        "grip",
        "weight",
        "severity",
        "struck event",
        "restored",
    ):
        CHANGES[name](study)
        report(ReportScope(NOW))
    kept = everything(report(ReportScope(NOW)))
    forget_facts()
    assert kept == everything(report(ReportScope(NOW)))


def test_eligibility_that_is_taken_back_is_seen(study):
    strike("S01", crf="infusion")(study)
    before = pages(NOW)
    row(Eligibility, "S01", eligible=False)(study)
    kept = pages(NOW)
    forget_facts()
    assert kept == pages(NOW)
    assert kept != before


@pytest.mark.parametrize(
    "change", [{"category": DeviationCategory.OTHER}, {"severity": DeviationSeverity.MAJOR}]
)
def test_deviations_that_change_are_seen(study, change):
    name = next(
        name
        for name, one in study.items()
        if Entry.objects.filter(patient=one, crf="protocol-deviation").exists()
    )
    row(ProtocolDeviation, name, **dict.fromkeys(change))(study)
    before = pages(NOW)
    row(ProtocolDeviation, name, **change)(study)
    kept = pages(NOW)
    forget_facts()
    assert kept == pages(NOW)
    assert kept != before


def test_day_that_passes_moves_what_was_planned(study):
    row(EndOfStudy, "S01", reason=None, ended_on=None)(study)
    began = next(story for story in STORIES if story.name == "S01").baseline_on
    early = datetime(began.year, began.month, began.day, tzinfo=UTC)
    strike("S01", crf="infusion", visit__code="W49")(study)
    first, later = pages(early), pages(early + timedelta(days=500))
    assert first != later
    forget_facts()
    assert later == pages(early + timedelta(days=500))


def test_another_schedule_is_another_report(study, monkeypatch):
    before = pages(NOW)
    plans = tuple(plan for plan in protocols.protocol().visits if plan.code != "W25")
    other = replace(protocols.protocol(), visits=plans)
    for module in (
        "ecrf.forms.protocol",
        "trial.results.data",
        "trial.results.measures",
        "trial.results.exposure",
    ):
        monkeypatch.setattr(f"{module}.protocol", lambda: other)
    kept = pages(NOW)
    assert kept != before
    forget_facts()
    assert kept == pages(NOW)


def test_every_table_that_is_kept_moves_the_patients_chain_with_every_column_that_is_read():
    """A column that the trail does not see could change without notice."""
    audited = {one.model._meta.db_table: one for one in AUDITED}
    for table in facts.STATEMENT.reads:
        if table != "access_site":  # its code is part of the key
            assert table in audited
            for column in audited[table].unseen:
                assert f".{column}" not in facts.STATEMENT.sql, (table, column)


def test_each_write_to_a_table_that_is_kept_makes_its_patient_read_again(study, monkeypatch):
    read: list[list[int]] = []

    def noted(lines: list, **given: object) -> dict:
        found = facts.patients_of(lines, **given)
        read.append(list(found))
        return found

    monkeypatch.setattr("trial.results.data.FACTS", replace(facts.FACTS, made=noted))
    report(ReportScope(NOW))
    for change, name in (
        (CHANGES["strength"], "S03"),
        (CHANGES["hand"], "S01"),
        (CHANGES["day of the end"], "S05"),
    ):
        change(study)
        report(ReportScope(NOW))
        assert read.pop() == [study[name].pk]


@pytest.mark.parametrize("times", [1, 3])
def test_patients_who_were_read_at_different_times_stand_together_in_the_order_of_their_numbers(study, times):
    """Facts of many readings, some of them of patients who have gone since, are those of one reading."""
    for name in list(study)[: 2 * times : 2]:
        at_visit(MrcStrength, name, LAST_VISIT, sum_score=50)(study)
        at_visit(GripStrength, name, "W01", right_best=Decimal("7.3"), left_best=Decimal("6.1"))(study)
        report(ReportScope(NOW))
    new_patient(study)
    report(ReportScope(NOW))
    strike("S01", crf="adverse-event")(study)
    kept = everything(report(ReportScope(NOW)))
    forget_facts()
    assert kept == everything(report(ReportScope(NOW)))
