"""What an import undoes is shown before, as it then happens; what is held or over is refused."""

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.record.record import record
from ecrf.casebook.striking import strike_visit
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.imports.models import ImportState
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.signatures.models import Signature
from ecrf.verification.models import STANDS, Verification
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds, whys
from tests.ecrf.signatures.conftest import checked, complete_scale, signed
from tests.ecrf.verification.acts import verify

pytestmark = pytest.mark.django_db


def scale_file(visit, **answers) -> str:
    names = ",".join(answers)
    return f"patient,visit,{names}\n{visit.patient.number},{visit.code},{','.join(answers.values())}\n"


def freeze(visit, by, kind=LockKind.FREEZE):
    actor = by.acting_at(visit.site, Right.LOCK)
    put(
        kind=kind,
        scope=LockScope.VISIT,
        visit=visit,
        reason="Settled",
        by=by,
        actor=actor,
        despite_open_points=True,
    )


@pytest.mark.requirement("R-034")
@pytest.mark.requirement("R-098")
def test_signatures_and_verifications_that_will_fall_are_named(
    site, visit, coordinator, investigator, monitor
):
    scale = complete_scale(visit, coordinator)
    verify(scale, monitor, item="question_1")
    verify(scale, monitor, item="question_2")
    signed(scale, "form", checked(investigator))
    row = CRFS["scale"].model.objects.get(entry=scale)
    other = next(str(answer) for answer in ("0", "1", "2") if answer != str(row.question_1))
    batch = a_file(scale_file(visit, question_1=other), coordinator, site=site, form="scale")
    assert kinds(batch) == ["changed"]
    assert batch.counts["undoes"] == {"signature": 1, "verification": 1}
    words = [words for _what, words in batch.rows.get().result["undoes"]]
    assert words[0].startswith(f"breaks the signature of {investigator.name}")
    assert words[1].startswith("undoes the verification of")
    assert Signature.objects.get().stands
    assert Verification.objects.filter(STANDS).count() == 2
    bring_it_in(batch, coordinator)
    assert not Signature.objects.get().stands
    assert [one.item for one in Verification.objects.filter(STANDS)] == ["question_2"]


def test_what_checks_will_ask_is_shown(lines, site, visit, coordinator):
    batch = a_file(lines("W01,60,20"), coordinator, site=site)
    assert batch.counts["undoes"] == {"question": 1}
    assert not Discrepancy.objects.exists()
    bring_it_in(batch, coordinator)
    assert Discrepancy.objects.count() == 1


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("kind", [LockKind.FREEZE, LockKind.LOCK])
def test_what_is_frozen_or_locked_is_refused_and_the_rows_around_it_are_not(
    lines, site, visit, coordinator, data_manager, kind
):
    enter(visit, "vital-signs", coordinator, pulse="70")
    for code in ("W04", "W07"):
        a_visit(visit.patient, code, coordinator)
    freeze(visit, data_manager, kind)
    batch = a_file(lines("W04,60,70", "W01,60,71", "W07,60,72"), coordinator, site=site)
    assert kinds(batch) == ["new", "refused", "new"]
    assert "Settled" in whys(batch)[1]


def test_a_freeze_between_the_look_and_the_act_takes_all_back(lines, site, visit, coordinator, data_manager):
    later = a_visit(visit.patient, "W04", coordinator)
    batch = a_file(lines("W01,60,70", "W04,61,71"), coordinator, site=site)
    freeze(later, data_manager)
    bring_it_in(batch, coordinator)
    assert batch.state == ImportState.CHECKED
    assert "(row 3)" in batch.outcome
    assert kinds(batch) == ["new", "refused"]
    assert not CRFS["vital-signs"].model.objects.exists()


def test_one_site_frozen_keeps_the_other_sites_rows_out_too(
    site, visit, coordinator, other_site, outsider, data_manager
):
    other = a_visit(a_patient(other_site, outsider), "W01", outsider)
    content = f"patient,visit,pulse\n{visit.patient.number},W01,70\n{other.patient.number},W01,71\n"
    batch = a_file(content, data_manager)
    freeze(other, data_manager)
    bring_it_in(batch, data_manager)
    assert batch.state == ImportState.CHECKED
    assert not CRFS["vital-signs"].model.objects.exists()


def test_a_struck_visit_is_not_opened_again_by_accident(lines, site, visit, coordinator):
    strike_visit(visit=visit, by=coordinator, reason="Opened by mistake")
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    assert "is not opened yet" in whys(batch)[0]


@pytest.mark.requirement("R-138")
def test_after_a_withdrawal_nothing_later_is_imported(site, visit, coordinator):
    patient = visit.patient
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05")
    left = {"reason": "WITHDRAWAL BY SUBJECT", "ended_on": "2026-02-01"}
    place, by = a_place(patient, "end-of-study"), coordinator.acting_at(site, Right.ENTER)
    assert record(place=place, values=left, by=by).is_clean
    content = (
        f"patient,visit,visit_date,pulse\n{patient.number},W07,2026-03-01,70\n{patient.number},W01,,70\n"
    )
    batch = a_file(content, coordinator, site=site)
    assert kinds(batch) == ["refused", "new"]
    assert "withdrawal" in whys(batch)[0].lower() or "withdrew" in whys(batch)[0].lower()


def test_a_completed_form_takes_the_reason_of_the_import(site, visit, coordinator):
    scale = complete_scale(visit, coordinator)
    row = CRFS["scale"].model.objects.get(entry=scale)
    other = next(str(answer) for answer in ("0", "1", "2") if answer != str(row.question_1))
    batch = bring_it_in(
        a_file(scale_file(visit, question_1=other), coordinator, site=site, form="scale"), coordinator
    )
    assert batch.state == ImportState.DONE


def undone(batch) -> list[list[str]]:
    """Of each row of the file, what it undoes and sets off."""
    rows = batch.rows.order_by("number", "place")
    return [[what for what, _words in row.result.get("undoes", [])] for row in rows]


@pytest.mark.requirement("R-098")
def test_what_a_row_sets_off_stands_at_that_row_and_a_refused_row_sets_off_nothing(
    lines, site, visit, coordinator
):
    for code in ("W04", "W07"):
        a_visit(visit.patient, code, coordinator)
    batch = a_file(lines("W01,no number,20", "W04,60,70", "W07,60,20"), coordinator, site=site)
    assert kinds(batch) == ["refused", "new", "new"]
    assert undone(batch) == [[], [], ["question"]]


def test_a_verification_that_a_refused_row_would_undo_is_named_at_no_other_row(
    site, visit, coordinator, monitor
):
    scale = complete_scale(visit, coordinator)
    verify(scale, monitor, item="question_1")
    a_visit(visit.patient, "W04", coordinator)
    row, number = CRFS["scale"].model.objects.get(entry=scale), visit.patient.number
    other = next(str(answer) for answer in ("0", "1", "2") if answer != str(row.question_1))
    content = f"patient,visit,question_1,question_2\n{number},W01,{other},none\n{number},W04,0,0\n"
    batch = a_file(content, coordinator, site=site, form="scale")
    assert kinds(batch) == ["refused", "new"]
    assert undone(batch) == [[], []]
    batch = a_file(content.replace("none", ""), coordinator, site=site, form="scale")
    assert kinds(batch) == ["changed", "new"]
    assert undone(batch) == [["verification"], []]
