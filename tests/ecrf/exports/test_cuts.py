"""A data cut: one moment, whole, and made again from the audit trail alone to the byte."""

import csv
import hashlib
import io
import json
import re
import uuid
import zipfile
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ecrf.access.roles import Right
from ecrf.audit.models import Redaction
from ecrf.casebook.models import Entry
from ecrf.casebook.striking import (
    StrikingConsent,
    restore_patient,
    restore_visit,
    strike_out,
    strike_patient,
    strike_visit,
)
from ecrf.exports.choice import CutChoice
from ecrf.exports.cut import selected_cut
from ecrf.exports.folder import file_of
from ecrf.exports.formats.registry import offered
from ecrf.exports.models import DataCut
from ecrf.exports.package import MANIFEST, SUMS, Package
from ecrf.exports.rebuild import Rebuilt, rebuild
from ecrf.exports.services import save_choice
from ecrf.exports.tables.description import describe, read_description
from ecrf.exports.tables.selection import Selection, read_selection
from ecrf.exports.tables.statements import statement, tables_of
from ecrf.files.models import FileVersion
from ecrf.files.services import add_version, strike_file
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.trail.download.csv_file import safe
from tests.builders import a_patient, enter
from tests.conftest import make_site, make_user
from tests.database import tamper
from tests.ecrf.casebook.moving.builders import moved
from tests.ecrf.casebook.striking.acts import strike_alone
from tests.ecrf.exports.conftest import HOSTILE, cut_named, files_in, table, take
from tests.ecrf.files.builders import a_copy, a_page, flat

pytestmark = [pytest.mark.django_db]


def again(cut: DataCut, tmp_path):
    folder = tmp_path / "again"
    folder.mkdir()
    return rebuild(cut, folder, tmp_path / "again.zip")


@pytest.mark.requirement("R-020")
@pytest.mark.parametrize("identifiers", [True, False])
def test_cut_is_made_again_from_the_trail_to_the_byte(study, statistician, tmp_path, identifiers):
    export = take(statistician, identifiers=identifiers)
    assert export.is_done, export.outcome
    found = again(cut_named(), tmp_path)
    assert found.is_same
    assert (tmp_path / "again.zip").read_bytes() == file_of(export).read_bytes()


def test_trail_is_folded_once_for_all_tables_and_nothing_of_that_is_left(study, statistician, tmp_path):
    take(statistician)
    cut, seen = cut_named(), []
    package = package_of(cut, tmp_path / "apart")
    (tmp_path / "apart").mkdir()
    apart = {table.name: list(package.rows(table)) for table in package.tables}
    with package.reading_trail_once():
        for table in package.tables:
            sql = statement(table, package.source, package.selection)
            assert "array_agg(x.changes" not in sql, table.name
            assert list(package.rows(table)) == apart[table.name], table.name
            seen += apart[table.name]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM exports_foldedrow")
            assert cursor.fetchone()[0] > 0
    assert seen
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM exports_foldedrow")
        assert cursor.fetchone()[0] == 0


def package_of(cut: DataCut, folder) -> Package:
    """As `rebuild` makes it."""
    selection, description = read_selection(cut.selection), read_description(cut.description)
    positions = {int(chain): position for chain, position in cut.positions.items()}
    chosen = selected_cut(cut.name, cut.taken_at, positions, selection, description, cut.version)
    return Package(folder, chosen, description, selection, from_trail=True)


def test_what_is_written_after_a_cut_is_not_in_what_is_made_again(study, statistician, coordinator, tmp_path):
    take(statistician)
    world = study.world
    enter(world.visit, "reading", coordinator, device="Later", reason="Came later")
    enter(world.patient, "adverse-event", coordinator, number=3, term="Later too")
    entry = Entry.objects.get(crf="adverse-event", number=1)
    actor = coordinator.acting_at(world.patient.site, "enter")
    strike_out(entry=entry, reason="Entered twice", by=coordinator, actor=actor)
    assert again(cut_named(), tmp_path).is_same


def test_what_is_moved_after_a_cut_stays_where_it_stood_and_a_cut_after_it_is_made_again_too(
    study, statistician, coordinator, site, tmp_path
):
    forms = Entry.objects.filter(crf="adverse-event", number=2).select_related("patient__site", "visit")
    take(statistician)
    moved(forms, a_patient(site, coordinator), "", coordinator)
    assert again(cut_named(), tmp_path).is_same
    (tmp_path / "later").mkdir()
    export = take(statistician, name="After the move")
    assert {row["number"] for row in table(export, "adverse_event")} == {"1"}
    assert rebuild(cut_named("After the move"), tmp_path / "later", tmp_path / "later.zip").is_same


@pytest.mark.requirement("R-020")
def test_what_is_struck_out_whole_after_a_cut_and_restored_does_not_change_it(
    study, statistician, coordinator, data_manager, investigator, tmp_path
):
    """A visit, a patient and one form: every file of the package is the same, struck out and restored."""
    export = take(statistician, formats=tuple(offered()), identifiers=True)
    world, before = study.world, file_of(export).read_bytes()
    world.visit.refresh_from_db()

    def whole(stage: str) -> bytes:
        folder = tmp_path / stage
        folder.mkdir()
        assert rebuild(cut_named(), folder, tmp_path / f"{stage}.zip").is_same, stage
        return (tmp_path / f"{stage}.zip").read_bytes()

    given = {"by": data_manager, "reason": "Opened by mistake"}
    consent = StrikingConsent(investigator, world.patient.site.today())
    strike_visit(visit=world.visit, consent=consent, **given)
    assert whole("visit") == before
    strike_patient(patient=world.patient, consent=consent, **given)
    assert whole("patient") == before
    restore_patient(patient=world.patient, **given)
    restore_visit(visit=world.visit, **given)
    assert whole("restored") == before
    strike_alone(Entry.objects.get(crf="reading", visit=world.visit), coordinator, "Moved to Week 7")
    assert whole("form") == before


@pytest.mark.requirement("R-120")
def test_what_was_struck_out_is_in_no_table_but_its_own(study, statistician, coordinator, tmp_path):
    entry = Entry.objects.get(crf="adverse-event", number=1)
    actor = coordinator.acting_at(study.world.patient.site, "enter")
    strike_out(entry=entry, reason="Entered twice", by=coordinator, actor=actor)
    export = take(statistician, identifiers=True)
    assert [row["entry"] for row in table(export, "struck_out")] == [str(entry.pk)]
    assert [row["number"] for row in table(export, "adverse_event")] == ["2"]
    assert again(cut_named(), tmp_path).is_same


def test_forms_that_were_changed_since_do_not_change_an_old_cut(study, statistician, tmp_path):
    """A migration renames one column and adds another; the description of the tables was kept with the cut."""
    take(statistician, identifiers=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE stub_trial_stubreading RENAME COLUMN device TO device_code")
        cursor.execute("ALTER TABLE stub_trial_stubreading ADD COLUMN hand text")
    assert again(cut_named(), tmp_path).is_same


def test_redaction_changes_the_cut_in_the_redacted_values_and_its_manifest_names_them(
    study, statistician, tmp_path
):
    before = files_in(take(statistician, identifiers=True))
    study.redact()
    found = again(cut_named(), tmp_path)
    assert not found.is_same
    assert found.redacted
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        after = {name: archive.read(name) for name in archive.namelist()}
    assert set(after) == set(before)
    for name in set(before) - {MANIFEST, SUMS}:
        old, new = (
            list(csv.reader(io.StringIO(files[name].decode("utf-8-sig")))) for files in (before, after)
        )
        differing = [
            (a, b) for x, y in zip(old, new, strict=True) for a, b in zip(x, y, strict=True) if a != b
        ]
        for was, now in differing:
            assert study.name.replace("\\", "") in was.replace("\\", "")
            assert "[redacted]" in now
    told = json.loads(after[MANIFEST])["redacted_since"]
    events = {(one["chain"], one["position"]) for one in told}
    assert found.is_explained
    until = cut_named().positions
    tombstones = Redaction.objects.values_list("chain", "position")
    assert events == {(chain, position) for chain, position in tombstones if position <= until[str(chain)]}
    assert len(events) < len(tombstones)  # the events of the redaction itself are later


@pytest.mark.requirement("R-020")
def test_redaction_explains_no_file_but_those_that_held_what_was_redacted(
    study, statistician, tmp_path, capsys
):
    take(statistician, identifiers=True, formats=("csv", "xpt"))
    study.redact()
    tamper("UPDATE audit_auditevent SET changes = replace(changes::text, 'Headache', 'Backache')::jsonb")
    found = again(cut_named(), tmp_path)
    assert not found.is_explained
    assert found.unexplained == ("csv/adverse_event.csv", "xpt/advrse.xpt")
    assert found.differing is not None
    assert {"csv/queries.csv", "csv/trail.csv"} <= set(found.differing.names)
    with pytest.raises(CommandError):
        call_command("export", cut="First", output="-")
    assert "in more than was redacted" in capsys.readouterr().out


def test_redaction_that_was_under_way_when_the_cut_was_taken_is_named(study, statistician, tmp_path):
    """Its moment is then earlier than the cut's, which did not see it: what counts is its place in the chain."""
    take(statistician, identifiers=True)
    study.redact()
    tamper("UPDATE audit_redaction SET redacted_at = redacted_at - interval '1 hour'")
    found = again(cut_named(), tmp_path)
    assert found.redacted
    assert found.is_explained


def test_manifest_and_sums_name_every_file(study, statistician, settings):
    files = files_in(take(statistician))
    manifest = json.loads(files[MANIFEST])
    assert set(manifest["files"]) == set(files) - {MANIFEST, SUMS}
    assert manifest["synthetic"] is settings.SYNTHETIC_DATA
    assert manifest["selection"]["identifiers"] is False
    for line in files[SUMS].decode().splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256(files.pop(name)).hexdigest() == digest
    assert set(files) == {SUMS}


def test_every_item_of_every_form_has_its_column_even_where_the_table_is_empty(statistician, db):
    files = files_in(take(statistician, identifiers=True))
    for key, definition in CRFS.items():
        text = files[f"csv/{key.replace('-', '_')}.csv"].decode("utf-8-sig")
        (head,) = csv.reader(io.StringIO(text))
        assert len(head) == len(set(head))
        for name in definition.items:
            assert name in head or f"{name}_item" in head


def test_order_of_rows_is_that_of_bytes_whatever_the_language_of_the_server():
    for one in tables_of(describe(protocol()), Selection()):
        texts = re.findall(r"\b(?:p\.number|s\.code|v\.code|change\.key)\b(?! COLLATE \"C\")", one.order)
        assert texts == [], one.name


@pytest.mark.requirement("R-137")
def test_identifiers_are_left_out_unless_they_are_asked_for(study, statistician):
    assert study.name not in "".join(
        data.decode("utf-8-sig")
        for name, data in files_in(take(statistician)).items()
        if name.endswith(".csv")
    )
    heads = [
        files_in_head(take(statistician, name, identifiers=keep))
        for name, keep in (("A1", False), ("A2", True))
    ]
    assert ["born_on" in head for head in heads] == [False, True]


def files_in_head(export) -> list[str]:
    text = files_in(export)["csv/consent.csv"].decode("utf-8-sig")
    return next(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("identifiers", [True, False])
def test_trail_and_odm_show_no_value_of_what_was_not_chosen(study, statistician, identifiers):
    chosen = {
        "forms": ["reading", "adverse-event"],
        "patients": [study.world.patient.number],
        "left_out": {"adverse_event": ["term"]},
    }
    export = take(statistician, formats=("csv", "odm", "odm-archive"), identifiers=identifiers, **chosen)
    trail = [row for row in table(export, "trail") if row["stored_table"].startswith("stub_trial")]
    shown = {row["stored_table"] for row in trail if row["old"] or row["new"]}
    assert shown <= {CRFS["reading"].model._meta.db_table, CRFS["adverse-event"].model._meta.db_table}
    assert "Headache" not in b"".join(files_in(export).values()).decode(errors="replace")
    assert "JD-1" in {row["new"] for row in trail}
    for name in ("odm/snapshot.xml", "odm/archive.xml"):
        keys = set(re.findall(rb'SubjectKey="([^"]*)"', files_in(export)[name]))
        assert keys == {study.world.patient.number.encode()}


@pytest.mark.requirement("R-133")
def test_hostile_text_is_harmless_in_a_spreadsheet_and_read_back_whole(study, statistician):
    terms = [row["term"] for row in table(take(statistician, identifiers=True), "adverse_event")]
    assert terms[0] == safe(terms[0][1:])
    assert terms[0][1:].startswith("=HYPERLINK")
    assert HOSTILE.startswith(terms[0][1:15])


def test_missing_reason_has_a_column_of_its_own(study, statistician):
    row = table(take(statistician, identifiers=True), "adverse_event")[1]
    assert (row["severity"], row["severity_missing"], row["severity_missing_comment"]) == (
        "",
        "unknown",
        "'=1+1",
    )


def test_practice_patients_are_in_no_cut(statistician, db):
    practice = make_site("99", is_practice=True)
    person = make_user("trainee", "coordinator", practice)
    patient = a_patient(practice, person)
    export = take(statistician)
    assert not any(patient.number.encode() in data for data in files_in(export).values())


def test_cut_of_one_site_holds_nothing_of_another(study, statistician, other_site):
    export = take(statistician, sites=["02"], identifiers=True)
    for name, data in files_in(export).items():
        if name.endswith(".csv"):
            rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
            assert {row["site"] for row in rows if row.get("site")} <= {"02"}, name
    call_command("export", cut=export.cut.name, output="-")  # fails where it is not the same


def test_description_survives_being_stored_and_refuses_names_that_are_none():
    stored = json.loads(json.dumps(describe(protocol()).as_json()))
    assert read_description(stored) == describe(protocol())
    hostile = 'x"; DROP TABLE access_user; --'
    first = stored["forms"][0]
    for altered in (
        {"forms": [first | {"table": hostile}]},
        {"forms": [first | {"key": "../../x"}]},
        *({name: hostile} for name in ("visit_date", "visit_occurrence", "end_date", "end_reason")),
    ):
        with pytest.raises(ValueError, match="no name"):
            read_description(stored | altered)


# --- the command line -------------------------------------------------------------------------------------


def test_command_says_the_bytes_are_the_same(study, statistician, tmp_path, capsys):
    export = take(statistician)
    call_command("export", cut="First", output=str(tmp_path / "cut.zip"))
    assert (tmp_path / "cut.zip").read_bytes() == file_of(export).read_bytes()
    assert export.sha256 in capsys.readouterr().out


@pytest.mark.parametrize("output", ["there/cut.zip", "-"])
def test_command_builds_beside_where_the_file_goes(
    study, statistician, tmp_path, exports_folder, monkeypatch, output
):
    """The folder for temporary files may be small, and here there is none."""
    take(statistician)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    (tmp_path / "there").mkdir()
    before = sorted(exports_folder.iterdir())
    call_command("export", cut="First", output="-" if output == "-" else str(tmp_path / output))
    assert sorted(exports_folder.iterdir()) == before
    made = [] if output == "-" else [tmp_path / output]
    assert list((tmp_path / "there").iterdir()) == made


def test_command_says_that_the_place_of_the_file_is_none(study, statistician, tmp_path):
    take(statistician)
    with pytest.raises(CommandError, match="Nothing half made"):
        call_command("export", cut="First", output=str(tmp_path / "none" / "cut.zip"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "either"),
        ({"cut": "Nothing"}, "There are: First"),
        ({"scheduled": True}, "--by"),
        ({"scheduled": True, "by": "coordinator"}, "no data manager or statistician"),
        ({"scheduled": True, "by": "statistician", "choice": "None such"}, "no saved choice"),
    ],
)
def test_command_refuses_in_words(study, statistician, given, words):
    take(statistician)
    with pytest.raises(CommandError, match=words):
        call_command("export", **given)


def test_command_fails_where_trail_and_data_do_not_agree(study, statistician, monkeypatch):
    """The trail was tampered with: what is made again is something else, and nothing says that it is well."""
    take(statistician, identifiers=True)
    tamper(
        "UPDATE audit_auditevent SET changes = jsonb_set(changes, '{term,1}', '\"Other\"')"
        " WHERE changes ? 'term' AND operation = 'INSERT'"
    )
    with pytest.raises(CommandError, match="could not be made again"):
        call_command("export", cut="First", output="-")


def test_cut_of_another_version_that_differs_says_so():
    assert "eCRF 0.0.9" in Rebuilt(1, "a", is_same=False, redacted=[], version="0.0.9").words
    assert "verify_audit" in Rebuilt(1, "a", is_same=False, redacted=[]).words


@pytest.mark.parametrize("name", ["Board: weekly / interim", "x" * 60, "=1+1", "..", "日本 週報"])
def test_scheduled_cut_of_a_choice_of_any_name_is_taken(study, statistician, name):
    save_choice(name=name, choice=CutChoice().as_json, by=statistician)
    call_command("export", scheduled=True, choice=name, by="statistician")
    call_command("work", once=True)
    assert re.search(r" \d{4}-\d\d-\d\d \d{6}$", DataCut.objects.get().name)


def test_scheduled_cut_is_named_by_its_date_and_taken_by_the_worker(study, statistician):
    call_command("export", scheduled=True, by="statistician")
    call_command("work", once=True)
    cut = DataCut.objects.get()
    assert cut.name.startswith("Scheduled 2")
    assert cut.taken_by == statistician


@pytest.fixture
def copies(study, site, coordinator):
    """A copy with two versions at a form, one of a patient that was struck out since, and a document of the study."""
    entry = Entry.objects.filter(patient__site=site, crf="scale", struck_at=None).first()
    assert entry is not None
    first = a_copy(entry.patient, coordinator, entry, "question_1", "Sheet of Synthetic Name")
    actor = coordinator.acting_at(site, Right.ENTER)
    add_version(
        file=first.file, version=flat(a_page("Better scan")), reason="A page was missing", by=coordinator,
        actor=actor, request_key=uuid.uuid4(),
    )  # fmt: skip
    struck = a_copy(entry.patient, coordinator)
    strike_file(file=struck.file, reason="A name can be read", by=coordinator, actor=actor)
    return entry


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize("identifiers", [True, False])
def test_manifest_names_every_source_copy_with_its_place_and_hash_and_is_made_again(
    copies, statistician, tmp_path, identifiers
):
    listed = json.loads(files_in(take(statistician, identifiers=identifiers))[MANIFEST])["source_copies"]
    stored = FileVersion.objects.order_by("file", "number")
    assert [(one["file"], one["version"], one["sha256"]) for one in listed] == [
        (version.file_id, version.number, version.content_id) for version in stored
    ]
    assert [one["struck_out"] for one in listed] == ["no", "no", "yes"]
    assert (listed[0]["entry"], listed[0]["item"], listed[0]["form"]) == (copies.pk, "question_1", "scale")
    assert listed[0]["patient"] == copies.patient.number
    assert ("Synthetic Name" in json.dumps(listed)) == identifiers
    later = a_copy(copies.patient, copies.patient.added_by)  # after the cut
    assert later.content_id not in json.dumps(listed)
    assert again(cut_named(), tmp_path).is_same


def test_cut_that_was_taken_before_copies_were_named_is_made_again_without_them(
    copies, statistician, tmp_path, monkeypatch
):
    monkeypatch.setattr("ecrf.exports.work.makers.describe", lambda trial: replace(describe(trial), format=1))
    manifest = json.loads(files_in(take(statistician))[MANIFEST])
    assert "source_copies" not in manifest
    assert again(cut_named(), tmp_path).is_same


def test_copies_of_other_sites_and_forms_are_not_named(copies, statistician, other_site):
    taken = take(statistician, sites=[other_site.code])
    assert json.loads(files_in(taken)[MANIFEST])["source_copies"] == []
    other = next(key for key in CRFS if key != "scale" and not CRFS[key].row_of)
    listed = json.loads(files_in(take(statistician, name="Second", forms=[other]))[MANIFEST])["source_copies"]
    assert {one["form"] for one in listed} == {None}
