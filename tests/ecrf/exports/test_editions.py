"""A cut's files are made again to the byte, however the forms, checks and schedule were changed since.

But for the SDTM of a mapping that was changed, which is a program: that is noticed and said.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils.translation import override
from lxml import etree

from ecrf.audit.models import AuditEvent
from ecrf.checks.registry import CHECKS
from ecrf.exports.cut import Cut
from ecrf.exports.models import FormEdition
from ecrf.exports.odm.definitions.metadata import write_study
from ecrf.exports.odm.edition import today
from ecrf.exports.odm.edition.content import as_text, read_text, sha256
from ecrf.exports.odm.edition.today import edition_of_today, in_english
from ecrf.exports.odm.layout import layouts
from ecrf.exports.odm.survey import Survey
from ecrf.exports.rebuild import BY_FORMS_OF_TODAY, Rebuilt, rebuild
from ecrf.exports.sdtm import program
from ecrf.forms.items import Line
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.database import tamper
from tests.ecrf.exports.conftest import cut_named, files_in, take
from tests.stub_trial import sdtm as stub_sdtm

pytestmark = [pytest.mark.django_db]
ODM = ("odm", "odm-archive")
ALL = ("csv", *ODM, "sdtm")
NOTHING_FOUND = Survey([], [], {}, {}, [], [], [])


# --- what people change ------------------------------------------------------------------------------------


def form_with(monkeypatch, key: str, name: str, **changed) -> None:
    """The form's item with other attributes, in a new version of it."""
    item = copy.copy(CRFS[key].items[name])
    for attribute, value in changed.items():
        setattr(item, attribute, value)
    form_of(monkeypatch, key, {**CRFS[key].items, name: item})


def form_of(monkeypatch, key: str, items: dict) -> None:
    form = replace(CRFS[key], version=CRFS[key].version + 1)
    form.__dict__["items"] = items
    monkeypatch.setitem(CRFS, key, form)


def item_added(monkeypatch) -> None:
    added = Line("Which hand")
    added.name = "hand"
    form_of(monkeypatch, "reading", {**CRFS["reading"].items, "hand": added})


def item_removed(monkeypatch) -> None:
    items = {name: item for name, item in CRFS["reading"].items.items() if name != "assessor"}
    form_of(monkeypatch, "reading", items)


def label_changed(monkeypatch) -> None:
    form_with(monkeypatch, "adverse-event", "term", verbose_name="What happened")


def unit_and_limits_changed(monkeypatch) -> None:
    form_with(monkeypatch, "vital-signs", "pulse", unit="per minute", low=1, high=999999)


def answer_removed(monkeypatch) -> None:
    fewer = [pair for pair in CRFS["adverse-event"].items["severity"].flatchoices if pair[0] != "MILD"]
    form_with(monkeypatch, "adverse-event", "severity", choices=fewer)


def condition_changed(monkeypatch) -> None:
    form_with(monkeypatch, "adverse-event", "severity", asked_if=("serious", ("yes",)))


def identifying_since(monkeypatch) -> None:
    form_with(monkeypatch, "reading", "device", identifying=True)


def no_longer_required(monkeypatch) -> None:
    form_with(monkeypatch, "vital-signs", "systolic", required=False)


def version_raised(monkeypatch) -> None:
    monkeypatch.setitem(CRFS, "scale", replace(CRFS["scale"], version=CRFS["scale"].version + 1))


def form_renamed(monkeypatch) -> None:
    monkeypatch.setitem(CRFS, "consent", replace(CRFS["consent"], title="Agreement"))


def check_reworded(monkeypatch) -> None:
    monkeypatch.setitem(CHECKS, "READ-001", replace(CHECKS["READ-001"], version=9, title="Too high."))


def form_gone_from_the_schedule(monkeypatch) -> None:
    trial = today.protocol()
    visits = tuple(
        replace(plan, forms=tuple(key for key in plan.forms if key != "reading")) for plan in trial.visits
    )
    monkeypatch.setattr(today, "protocol", lambda: replace(trial, visits=visits))


def visit_gone_from_the_schedule(monkeypatch) -> None:
    trial = today.protocol()
    visits = tuple(plan for plan in trial.visits if plan.code not in ("SCR", "UNS"))
    monkeypatch.setattr(today, "protocol", lambda: replace(trial, visits=visits))


def trial_renamed(monkeypatch) -> None:
    trial = today.protocol()
    monkeypatch.setattr(today, "protocol", lambda: replace(trial, short_title="Stub 2"))


Change = Callable[[pytest.MonkeyPatch], None]
CHANGES: list[Change] = [
    item_added,
    item_removed,
    label_changed,
    unit_and_limits_changed,
    answer_removed,
    condition_changed,
    identifying_since,
    no_longer_required,
    version_raised,
    form_renamed,
    check_reworded,
    form_gone_from_the_schedule,
    visit_gone_from_the_schedule,
    trial_renamed,
]


def everything_changed(monkeypatch) -> None:
    for change in CHANGES:
        change(monkeypatch)


def every_form_gone(monkeypatch) -> None:
    """Whoever asks for a form of today, a check or the schedule finds none."""
    for registry in (CRFS, CHECKS):
        for key in list(registry):
            monkeypatch.delitem(registry, key)
    monkeypatch.delattr(today, "protocol")


# --- cuts --------------------------------------------------------------------------------------------------


def again(tmp_path, name="First") -> Rebuilt:
    folder = tmp_path / name
    folder.mkdir()
    return rebuild(cut_named(name), folder, tmp_path / f"{name}.zip")


def study_in(export) -> bytes:
    """How the study is defined in the snapshot of a cut."""
    return files_in(export)["odm/snapshot.xml"].partition(b"<AdminData")[0].partition(b"<Study")[2]


def without_translations(monkeypatch) -> None:
    """As cuts were taken before there were any."""
    monkeypatch.setattr("ecrf.exports.work.makers.edition_of_today", lambda: in_english(edition_of_today()))


def forget_edition() -> None:
    """As a cut is that was taken before editions were kept."""
    tamper("UPDATE exports_datacut SET edition_id = NULL")


@pytest.mark.requirement("R-020")
@pytest.mark.parametrize("identifiers", [True, False])
@pytest.mark.parametrize("change", [everything_changed, every_form_gone])
def test_cut_is_made_again_to_the_byte_though_the_forms_were_changed(
    study, statistician, tmp_path, monkeypatch, change, identifiers
):
    enter(study.world.visit, "reading", study.world.coordinator, value_1="61.5", reason="It was read later")
    take(statistician, formats=ALL, identifiers=identifiers)
    change(monkeypatch)
    found = again(tmp_path)
    assert found.is_same, found.words
    assert str(BY_FORMS_OF_TODAY) not in found.words


def test_cut_that_is_taken_after_a_change_is_described_by_it_and_both_are_made_again(
    study, statistician, tmp_path, monkeypatch
):
    first = take(statistician, formats=ODM, identifiers=True)
    same = take(statistician, "Second", formats=ODM, identifiers=True)
    assert study_in(same) == study_in(first)
    assert cut_named("Second").edition == cut_named().edition
    item_added(monkeypatch)
    visit_gone_from_the_schedule(monkeypatch)
    later = take(statistician, "Third", formats=ODM, identifiers=True)
    assert b"I.reading.hand" in study_in(later)
    assert b"no longer in the schedule" in study_in(later)
    assert b"I.reading.hand" not in study_in(first)
    assert FormEdition.objects.count() == 2
    for name in ("First", "Second", "Third"):
        assert again(tmp_path, name).is_same, name


def test_cut_without_an_edition_is_made_again_by_the_forms_of_today_and_the_command_says_so(
    study, statistician, capsys, monkeypatch
):
    without_translations(monkeypatch)
    take(statistician, formats=ODM)
    forget_edition()
    call_command("export", cut="First", output="-")
    assert str(BY_FORMS_OF_TODAY) in capsys.readouterr().out
    item_added(monkeypatch)
    with pytest.raises(CommandError, match="could not be made again"):
        call_command("export", cut="First", output="-")
    assert str(BY_FORMS_OF_TODAY) in capsys.readouterr().out


def test_cut_of_before_there_were_translations_stays_english_to_the_byte(
    study, statistician, tmp_path, monkeypatch
):
    with monkeypatch.context() as then:
        without_translations(then)
        before = study_in(take(statistician, formats=ODM))
    assert b'xml:lang="ja"' not in before
    assert again(tmp_path).is_same
    forget_edition()
    (tmp_path / "older").mkdir()
    assert rebuild(cut_named(), tmp_path / "older", tmp_path / "older.zip").is_same
    assert b'xml:lang="ja"' in study_in(take(statistician, "Second", formats=ODM))


def test_translations_are_those_of_the_day_of_the_cut(study, statistician, tmp_path, monkeypatch):
    given = edition_of_today()
    kept = replace(given, words={**given.words, "ja": {"Pulse": "昔の脈拍"}})
    with monkeypatch.context() as then:
        then.setattr("ecrf.exports.work.makers.edition_of_today", lambda: kept)
        assert "昔の脈拍".encode() in study_in(take(statistician, formats=ODM))
    assert again(tmp_path).is_same


def test_codebook_has_the_labels_of_the_day_of_the_cut(study, statistician, tmp_path, monkeypatch):
    given = edition_of_today()
    kept = replace(given, labels={**given.labels, "ja": {"visits.patient: Patient number": "昔の番号"}})
    with monkeypatch.context() as then:
        then.setattr("ecrf.exports.work.makers.edition_of_today", lambda: kept)
        files = files_in(take(statistician))
    assert "昔の番号".encode() in files["codebook/codebook.csv"]
    assert "昔の番号".encode() in files["codebook/codebook.html"]
    assert again(tmp_path).is_same


def test_codebook_of_before_there_were_labels_has_none(study, statistician, tmp_path, monkeypatch):
    with monkeypatch.context() as then:
        without_translations(then)
        files = files_in(take(statistician))
    assert b"label_ja" not in files["codebook/codebook.csv"] + files["codebook/codes.csv"]
    assert b'lang="ja"' not in files["codebook/codebook.html"]
    assert again(tmp_path).is_same
    assert b"label_ja" in files_in(take(statistician, "Second"))["codebook/codebook.csv"]


def test_codebook_without_labels_is_the_one_with_them_but_for_what_they_add(study, statistician, monkeypatch):
    """So it is, to the byte, what it was before there were any."""
    files = files_in(take(statistician))
    without_translations(monkeypatch)
    bare = files_in(take(statistician, "Second"))["codebook/codebook.html"]
    added = rb"\s*<(p|span) class=\"other\" lang=\"[^\"]+\">[^<]*</\1>|\n\.other [^\n]*"
    whole = re.sub(added, b"", files["codebook/codebook.html"]).replace(b"First", b"Second")
    taken_at = re.compile(rb"data cut .*</p>")
    assert taken_at.sub(b"", whole) == taken_at.sub(b"", bare)
    assert b"other" not in bare.partition(b"<style>")[2].partition(b"</style>")[0]


def test_package_is_the_same_whatever_language_is_spoken(study, statistician, tmp_path):
    taken = take(statistician, formats=ALL, identifiers=True)
    with override("ja"):
        assert again(tmp_path).is_same
    with override("zh-hans"):
        second = files_in(take(statistician, "Second", identifiers=True))
    assert second["codebook/codebook.csv"] == files_in(taken)["codebook/codebook.csv"]


def test_cut_that_holds_no_odm_says_nothing_of_its_forms(study, statistician, capsys, monkeypatch):
    without_translations(monkeypatch)
    take(statistician)
    forget_edition()
    call_command("export", cut="First", output="-")
    assert str(BY_FORMS_OF_TODAY) not in capsys.readouterr().out


def test_cut_whose_edition_was_tampered_with_is_not_made_again(study, statistician):
    take(statistician, formats=ODM)
    tamper("UPDATE exports_formedition SET content = replace(content, 'Device', 'Gadget')")
    with pytest.raises(CommandError, match="went around the product"):
        call_command("export", cut="First", output="-")


# --- a mapping to SDTM that was changed ------------------------------------------------------------------------


OTHER_MAPPING = """
from dataclasses import replace
from tests.stub_trial import sdtm

SDTM = replace(sdtm.SDTM, title="Another title")
"""


@pytest.fixture
def mapping_changed(tmp_path, monkeypatch) -> Callable[[], None]:
    """From here on the trial names another program."""

    def change() -> None:
        (tmp_path / "changed_mapping.py").write_text(OTHER_MAPPING, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        other = replace(protocol(), sdtm="changed_mapping.SDTM")
        for module in ("writing", "program"):
            monkeypatch.setattr(f"ecrf.exports.sdtm.{module}.protocol", lambda: other)

    return change


def test_mapping_that_was_changed_is_told_from_data_that_were(study, statistician, tmp_path, mapping_changed):
    take(statistician, formats=ALL, identifiers=True)
    kept = cut_named().sums
    assert kept["mapping"] == program.mapping_sum()
    mapping_changed()
    found = again(tmp_path)
    assert not found.is_same
    assert found.differing is not None
    assert found.differing.names == ("sdtm/README", "sdtm/define.xml")
    assert found.differing.same > 20
    assert kept["mapping"][:16] in found.words
    assert program.mapping_sum()[:16] in found.words
    assert f"eCRF {cut_named().version}" in found.words
    assert "sdtm/define.xml" in found.words


def test_command_says_that_a_mapping_was_changed_and_fails(study, statistician, capsys, mapping_changed):
    take(statistician, formats=("sdtm",))
    mapping_changed()
    with pytest.raises(CommandError, match="could not be made again"):
        call_command("export", cut="First", output="-")
    assert "The program that makes SDTM was changed" in capsys.readouterr().out


def test_data_that_differ_are_never_laid_to_a_mapping(study, statistician, tmp_path, mapping_changed):
    take(statistician, formats=ALL, identifiers=True)
    mapping_changed()
    tamper("UPDATE audit_auditevent SET changes = replace(changes::text, 'Headache', 'Backache')::jsonb")
    found = again(tmp_path)
    assert "was changed since" not in found.words
    assert "csv/adverse_event.csv" in found.words
    assert "verify_audit" in found.words


def test_mapping_of_a_cut_without_sdtm_is_not_looked_at(study, statistician, tmp_path, mapping_changed):
    take(statistician, formats=("csv",))
    mapping_changed()
    assert again(tmp_path).is_same


def test_cut_that_is_older_than_its_sums_is_made_again_as_ever(
    study, statistician, tmp_path, mapping_changed
):
    take(statistician, formats=ALL)
    tamper("UPDATE exports_datacut SET sums = NULL")
    assert again(tmp_path).is_same
    mapping_changed()
    call_command("work", once=True)
    (tmp_path / "later").mkdir()
    found = rebuild(cut_named(), tmp_path / "later", tmp_path / "later.zip")
    assert not found.is_same
    assert found.differing is None
    assert "DIFFER" in found.words


def test_sum_of_a_mapping_covers_all_of_the_trial_that_it_is_made_of():
    found = program._sources(protocol().sdtm.rpartition(".")[0])
    for name, source in found.items():
        tops = {one.partition(".")[0] for one in program._imported(source)}
        assert name.startswith("tests."), (name, tops)
    assert stub_sdtm.__name__ in found
    files = {path.name for path in program.ENGINE}
    assert {"writing.py", "define.py", "transport.py"} <= files


# --- what is kept ------------------------------------------------------------------------------------------


def definitions() -> str:
    """The study as it is defined, as it is kept."""
    edition = read_text(as_text(edition_of_today()))
    texts = []
    for without in (False, True):
        cut = Cut("Any", datetime(2026, 1, 1, tzinfo=UTC), {}, without_identifiers=without)
        study = write_study(edition, layouts(cut, NOTHING_FOUND, edition), (), ())
        texts.append(etree.tostring(study, encoding="unicode"))
    return "".join(texts)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_shows_in_what_is_kept_and_in_what_is_written(change, monkeypatch):
    kept, written = as_text(edition_of_today()), definitions()
    change(monkeypatch)
    assert as_text(edition_of_today()) != kept
    assert definitions() != written


def test_edition_is_read_as_it_was_kept():
    edition = edition_of_today()
    assert read_text(as_text(edition)) == edition
    assert as_text(read_text(as_text(edition))) == as_text(edition)
    assert set(edition.forms) == set(CRFS)
    for key, form in CRFS.items():
        assert list(edition.forms[key].items) == list(form.items)


def test_edition_knows_the_visits_of_the_schedule_as_the_protocol_does():
    edition, codes = edition_of_today(), [plan.code for plan in protocol().visits]
    for code in (*codes, "UNS-1", "UNS-99", "UNS-100", "UNS-0", "UNS-01", "SCR-1", "OLD", "OLD-1"):
        assert edition.is_scheduled(code) == (protocol().plan(code) is not None), code
    assert edition.event_oid("UNS-12") == ("SE.UNS", "12")
    assert edition.event_oid("W01") == ("SE.W01", None)
    assert edition.event_oid("OLD-1") == ("SE.OLD-1", None)


def test_trail_shows_the_sum_of_an_edition_and_nobody_changes_it(study, statistician):
    take(statistician)
    edition = cut_named().edition
    assert edition.fingerprint == sha256(edition.content) == sha256(as_text(edition_of_today()))
    event = AuditEvent.objects.get(table="exports_formedition")
    assert event.row == edition.fingerprint
    assert "content" not in event.changes
    with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
        cursor.execute("UPDATE exports_formedition SET content = ''")
