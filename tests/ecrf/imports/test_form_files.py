"""A CSV of one form: what is shown before is what happens, all of it or nothing."""

import re
import uuid

import pytest
from django.urls import reverse

from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from ecrf.forms.registry import CRFS
from ecrf.imports.models import ImportState
from ecrf.imports.services import NotImported
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.imports.conftest import WHY, a_file, bring_it_in, kinds, whys
from tests.ecrf.imports.test_pages import logged_in

pytestmark = pytest.mark.django_db


def vital_signs(visit):
    return CRFS["vital-signs"].model.objects.get(entry__visit=visit)


def test_the_dry_run_writes_nothing(lines, site, visit, coordinator):
    events = AuditEvent.objects.filter(chain=visit.patient_id).count()
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    assert (batch.state, kinds(batch)) == (ImportState.CHECKED, ["new"])
    assert not Entry.objects.filter(crf="vital-signs").exists()
    assert AuditEvent.objects.filter(chain=visit.patient_id).count() == events


@pytest.mark.requirement("R-002")
@pytest.mark.requirement("R-014")
@pytest.mark.requirement("R-001")
def test_every_value_says_where_it_comes_from(lines, site, visit, coordinator):
    batch = bring_it_in(a_file(lines("W01,60.5,70"), coordinator, site=site), coordinator)
    assert batch.state == ImportState.DONE
    row = vital_signs(visit)
    assert (str(row.weight_kg), row.pulse) == ("60.5", 70)
    events = AuditEvent.objects.filter(chain=visit.patient_id, source="import")
    with_values = [event for event in events if {"weight_kg", "pulse"} & set(event.changes)]
    assert with_values
    for event in with_values:
        assert event.actor == coordinator.username
        assert event.reason == f"{WHY}. Imported from SynthLab, SHA-256 {batch.file_id}."


def test_new_same_changed_and_refused_stand_beside_each_other(lines, site, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="60.5", pulse="70")
    second = a_visit(visit.patient, "W04", coordinator)
    enter(second, "vital-signs", coordinator, weight_kg="61")
    a_visit(visit.patient, "W07", coordinator)
    batch = a_file(
        lines("W01,60.50,70", "W04,62,", "W07,59,71", "W10,59,71", "W01,abc,1"), coordinator, site=site
    )
    assert kinds(batch) == ["same", "changed", "new", "refused", "refused"]
    changed = batch.rows.get(number=3).result["cells"]
    assert changed == [["weight_kg", "Weight", "changed", "61.0 kg", "62.0 kg", ""]]
    assert "is not opened yet" in whys(batch)[3]
    assert "Row 2 is for the same place" in whys(batch)[4]
    with pytest.raises(NotImported, match="whole or not at all"):
        bring_it_in(batch, coordinator)


def test_a_blank_cell_says_nothing(lines, site, visit, coordinator):
    enter(visit, "vital-signs", coordinator, weight_kg="60.5", pulse="70")
    batch = bring_it_in(a_file(lines("W01,,72"), coordinator, site=site), coordinator)
    assert (str(vital_signs(visit).weight_kg), vital_signs(visit).pulse, batch.state) == ("60.5", 72, "done")


@pytest.mark.requirement("R-023")
def test_the_second_time_changes_nothing_and_says_so(lines, site, visit, coordinator):
    content = lines("W01,60.5,70")
    bring_it_in(a_file(content, coordinator, site=site), coordinator)
    events = AuditEvent.objects.filter(chain=visit.patient_id).count()
    again = a_file(content, coordinator, site=site)
    assert kinds(again) == ["same"]
    with pytest.raises(NotImported, match="changes nothing"):
        bring_it_in(again, coordinator)
    assert AuditEvent.objects.filter(chain=visit.patient_id).count() == events


def test_one_click_imports_once(lines, site, visit, coordinator):
    key, act = uuid.uuid4(), uuid.uuid4()
    content = lines("W01,60.5,70")
    batch = a_file(content, coordinator, site=site, key=key)
    assert a_file(content, coordinator, site=site, key=key).pk == batch.pk
    bring_it_in(batch, coordinator, key=act)
    events = AuditEvent.objects.count()
    bring_it_in(batch, coordinator, key=act)
    assert AuditEvent.objects.count() == events
    with pytest.raises(NotImported, match="not ready"):
        bring_it_in(batch, coordinator)


@pytest.mark.requirement("R-099")
def test_what_changed_since_it_was_shown_is_not_imported_over(lines, site, visit, coordinator):
    batch = a_file(lines("W01,60.5,70"), coordinator, site=site)
    enter(visit, "vital-signs", coordinator, weight_kg="99")
    bring_it_in(batch, coordinator)
    assert batch.state == ImportState.CHECKED
    assert "(row 2)" in batch.outcome
    assert str(vital_signs(visit).weight_kg) == "99.0"
    row = batch.rows.get()
    assert row.differs
    assert row.kind == "changed"
    bring_it_in(batch, coordinator)
    assert batch.state == ImportState.DONE
    assert str(vital_signs(visit).weight_kg) == "60.5"


@pytest.mark.requirement("R-071")
def test_another_sites_patient_is_unknown(site, visit, coordinator, other_site, outsider):
    other = a_patient(other_site, outsider)
    a_visit(other, "W01", outsider)
    content = f"patient,visit,pulse\n{other.number},W01,70\n99-999,W01,70\n"
    batch = a_file(content, coordinator, site=site)
    first, second = whys(batch)
    assert first.replace(other.number, "") == second.replace("99-999", "")


def test_a_data_manager_imports_for_all_sites(data_manager, visit, other_site, outsider):
    other = a_visit(a_patient(other_site, outsider), "W01", outsider)
    content = (
        f"patient,visit,pulse\n{visit.patient.number},Week 1 (baseline),70\n{other.patient.number},w01,71\n"
    )
    batch = bring_it_in(a_file(content, data_manager), data_manager)
    assert batch.state == ImportState.DONE
    assert vital_signs(visit).pulse == 70
    assert vital_signs(other).pulse == 71
    event = AuditEvent.objects.filter(chain=other.patient_id, changes__has_key="pulse").get()
    assert (event.role, event.site) == ("data-manager", "02")


def test_a_historical_visit_is_opened_where_its_date_is_given(lines, site, visit, coordinator):
    head = "patient,visit,visit_date,pulse"
    batch = a_file(lines("W04,2026-02-01,70", "W04,2026-02-01,71", head=head), coordinator, site=site)
    assert kinds(batch) == ["new", "refused"]
    batch = a_file(lines("W04,2026-02-01,70", head=head), coordinator, site=site)
    assert batch.rows.get().result["opens"] == "Week 4"
    assert batch.counts["opens"] == 1
    assert not visit.patient.visits.filter(code="W04").exists()
    bring_it_in(batch, coordinator)
    opened = visit.patient.visits.get(code="W04")
    assert str(CRFS["visit"].model.objects.get(entry__visit=opened).visited_on) == "2026-02-01"


def test_rows_of_forms_and_of_logs_find_their_numbers(site, visit, coordinator):
    number = visit.patient.number
    head, rows = "patient,number,term,started_on", ("1,Headache,2026-01", "2,Nausea,2026", "9,Gap,2026")
    events = "\n".join([head, *(f"{number},{row}" for row in rows)])
    batch = a_file(events, coordinator, site=site, form="adverse-event")
    assert kinds(batch) == ["new", "new", "refused"]
    assert "would leave a gap" in whys(batch)[2]
    results = (
        f"patient,visit,row_name,value,unit\n{number},W01,Haemoglobin,13.5,g/dL\n{number},W01,AST,<5,U/L\n"
    )
    batch = a_file(results, coordinator, site=site, form="lab-result")
    assert kinds(batch) == ["new", "refused"]


@pytest.mark.parametrize(("head", "rest"), [("", ""), (",pulse_missing_comment", ",")])
def test_a_reason_without_a_comment_erases_none(site, visit, coordinator, head, rest):
    """As in a file of ours without what may identify."""
    number, head = visit.patient.number, f"patient,visit,pulse_missing{head}"
    first = f"patient,visit,pulse_missing,pulse_missing_comment\n{number},W01,not-done,out of order"
    bring_it_in(a_file(first, coordinator, site=site), coordinator)
    same = a_file(f"{head}\n{number},W01,not-done{rest}", coordinator, site=site)
    assert kinds(same) == ["same"]
    assert whys(same) == ["The file gives no comment: the one here stays."]
    other = a_file(f"{head}\n{number},W01,unknown{rest}", coordinator, site=site)
    assert kinds(other) == ["changed"]
    assert "out of order" not in other.rows.get().result["cells"][0][4]


@pytest.mark.parametrize("purpose", ["import", "comparison"])
@pytest.mark.parametrize(
    ("comment", "kind", "seen"),
    [
        ("out of order", "same", ("Not done (out of order)", "Not done (out of order)", "")),
        ("Out at repair", "changed", ("Not done (out of order)", "Not done (Out at repair)", "")),
        (
            "",
            "same",
            (*["Not done (out of order)"] * 2, "The file gives no comment: the one here stays."),
        ),
    ],
)
def test_a_comment_that_is_not_the_same_is_seen(site, visit, data_manager, purpose, comment, kind, seen):
    head, number = "patient,visit,pulse_missing,pulse_missing_comment", visit.patient.number
    bring_it_in(a_file(f"{head}\n{number},W01,not-done,out of order", data_manager), data_manager)
    batch = a_file(f"{head}\n{number},W01,not-done,{comment}", data_manager, purpose=purpose)
    assert kinds(batch) == [kind]
    assert tuple(batch.rows.get().result["cells"][0][3:]) == seen
    page = logged_in(data_manager).get(reverse("import", args=[batch.request_key])).content.decode()
    assert all(words in page for words in seen)


def test_missing_reasons_come_in_columns_of_their_own(site, visit, coordinator):
    head = "patient,visit,pulse,pulse_missing,pulse_missing_comment"
    content = f"{head}\n{visit.patient.number},W01,,not-done,Cuff broken\n"
    bring_it_in(a_file(content, coordinator, site=site), coordinator)
    assert vital_signs(visit).missing_reasons == {"pulse": {"reason": "not-done", "comment": "Cuff broken"}}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("=1+1", "formula"),
        ("#REF!", "error of the spreadsheet"),
        ("1.0E+05", "shortened"),
        ("1-Mar", "spreadsheet"),
        ("abc", "no number"),
        ("301", "between"),
    ],
)
def test_what_a_spreadsheet_did_is_refused_with_row_and_column(lines, site, visit, coordinator, cell, words):
    batch = a_file(lines(f"W01,{cell},70"), coordinator, site=site)
    assert kinds(batch) == ["refused"]
    assert words in whys(batch)[0]
    assert batch.rows.get().result["cells"][0][:2] == ["weight_kg", "Weight"]


@pytest.mark.parametrize("code", ["DREADFUL", "1", "MILD,SEVERE"])
def test_what_is_no_code_of_a_choice_is_refused(site, visit, coordinator, code):
    content = f'patient,number,term,severity\n{visit.patient.number},1,Headache,"{code}"\n'
    batch = a_file(content, coordinator, site=site, form="adverse-event")
    assert kinds(batch) == ["refused"]
    assert f"“{code}” is none of the answers" in whys(batch)[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("patient,visit,weihgt\n01-001,W01,1\n", "has no item for the columns “weihgt” \\(C\\)"),
        ("patient,weight_kg\n01-001,1\n", "lacks the column visit"),
        ("patient,visit\n01-001,W01\n", "no column for any item"),
        ("patient,visit,pulse\n", "no rows"),
        ('patient,visit,pulse\n01-001,W01,"7\n', "quotation mark"),
        (b"PK\x03\x04", "CSV UTF-8"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_as_a_whole(site, coordinator, content, words):
    batch = a_file(content, coordinator, site=site)
    assert batch.state == ImportState.REFUSED
    assert re.search(words, batch.outcome)
    assert not batch.rows.exists()
