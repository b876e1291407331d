"""The command: the text never on the command line nor on the screen, a list first, words for whatever is refused."""

import re
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Patient
from ecrf.exports.models import Export, ExportKind, ExportState
from ecrf.redaction.management.commands import redact_text
from tests.builders import enter
from tests.ecrf.redaction.conftest import NAME, WHY, dump, tables_with
from tests.ecrf.redaction.test_redacted_chain import as_web_role

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-010")]


class Screen(StringIO):
    """Standard input of somebody who sits in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(monkeypatch):
    """What the command says, with the text on its standard input."""

    def called(*more: str, said: str = NAME + "\n", by: str = "data_manager", number: str = "01-001") -> str:
        out = StringIO()
        monkeypatch.setattr("sys.stdin", StringIO(said))
        call_command("redact_text", number, "--by", by, *more, stdout=out)
        return out.getvalue()

    return called


def test_command_redacts_and_says_how_much(everywhere, run):
    said = run("--reason", WHY)
    assert tables_with(NAME) == []
    assert verify().faults == []
    assert re.search(r"\[redacted\] stands in \d+ places of \d+ events and in 7 rows of patient 01-001", said)
    assert "Backups, prints and downloads made before still hold the text" in said
    assert NAME not in said


def test_files_that_were_made_before_are_named(everywhere, run, other_site, data_manager):
    def made(title: str, kind: ExportKind, **more) -> None:
        Export.objects.create(
            title=title,
            kind=kind,
            asked_at=timezone.now(),
            asked_by=data_manager,
            request_key=uuid.uuid4(),
            **{"state": ExportState.DONE, "size": 1, "sha256": "0" * 64, **more},
        )

    patient = Patient.objects.get(number="01-001")
    with acting(SYSTEM, source="test"):
        made("Interim", ExportKind.DATA_CUT)
        made("Copy of 01", ExportKind.SITE_COPY, site=patient.site)
        made("Casebook of 01-001", ExportKind.CASEBOOK, site=patient.site, patient=patient)
        made("Copy of 02", ExportKind.SITE_COPY, site=other_site)
        made("Blank", ExportKind.ANNOTATED_CRF)
        made("Gone", ExportKind.DATA_CUT, removed_at=timezone.now())
        made("Waits", ExportKind.DATA_CUT, state=ExportState.QUEUED, size=None, sha256="")
    for more in (("--dry-run",), ()):
        said = run(*more, "--reason", WHY)
        named = re.findall(r"^  [^:]+: (.+), \d{4}-\d\d-\d\d$", said, re.MULTILINE)
        assert named == ["Interim", "Copy of 01", "Casebook of 01-001"]


def test_dry_run_lists_the_places_without_the_text_and_changes_nothing(everywhere, run):
    before = dump()
    said = run("--dry-run", "--reason", WHY)
    assert dump() == before
    assert NAME not in said
    position = everywhere.events().filter(table="stub_trial_stubreading").first().position
    assert f"trail, event {position}, Week 4, Reading: Device\n" in said
    assert f"trail, event {position + 2}, Week 4, Reading: Device, its reason\n" in said
    assert re.search(r"^query \d+: text_as_asked$", said, re.MULTILINE)
    assert re.search(r"^monitoring visit \d+: report, worklist$", said, re.MULTILINE)
    assert re.search(r"^trail, event \d+ of what belongs to no patient, monitoring visit", said, re.MULTILINE)
    assert "7 rows, 11 events. Nothing was changed." in said


def test_somebody_at_the_screen_is_asked_for_text_reason_and_a_yes(typed, monkeypatch):
    asked = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return WHY if prompt.startswith("Why") else "yes"

    monkeypatch.setattr("sys.stdin", Screen())
    monkeypatch.setattr("getpass.getpass", lambda prompt: NAME)
    monkeypatch.setattr("builtins.input", answer)
    call_command("redact_text", "01-001", "--by", "data_manager", stdout=StringIO())
    assert len(asked) == 2
    assert tables_with(NAME) == []
    assert typed.tombstones().first().reason == WHY


def test_without_a_yes_nothing_happens(typed, monkeypatch):
    monkeypatch.setattr("sys.stdin", Screen())
    monkeypatch.setattr("getpass.getpass", lambda prompt: NAME)
    monkeypatch.setattr("builtins.input", lambda prompt: "y")
    before = dump()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("redact_text", "01-001", "--by", "data_manager", "--reason", WHY, stdout=StringIO())
    assert dump() == before


@pytest.mark.parametrize(
    ("words", "other"),
    [
        ("There is no patient 01-099", {"number": "01-099"}),
        ("There is no user nobody", {"by": "nobody"}),
        ("coordinator is no data manager", {"by": "coordinator"}),
        ("shorter than 3", {"said": "ab\n"}),
        ("stands nowhere", {"said": "Somebody else\n"}),
    ],
)
def test_what_cannot_be_done_is_said_in_words(words, other, typed, run):
    with pytest.raises(CommandError, match=words):
        run("--reason", WHY, **other)


def test_reason_is_needed(typed, run):
    with pytest.raises(CommandError, match="Say why"):
        run()


def test_value_that_stands_is_named_by_visit_form_and_item(typed, run):
    enter(typed.world.visit, "reading", typed.world.coordinator, device=NAME)
    with pytest.raises(CommandError, match=r"Correct it first at the site: Week 4, Reading: Device\.") as why:
        run("--reason", WHY)
    assert NAME not in str(why.value)


def test_locked_patient_is_refused_in_the_locks_words(typed, run):
    typed.world.lock()
    with pytest.raises(CommandError, match="Week 4 of 01-001 is frozen since"):
        run("--reason", WHY)


def test_words_of_the_database_which_may_quote_the_text_are_not_shown(typed, run, monkeypatch):
    def fails(order):
        raise DatabaseError(f"Failing row contains ({NAME})")

    monkeypatch.setattr(redact_text, "redact", fails)
    with pytest.raises(CommandError, match="The database refused") as why:
        run("--reason", WHY)
    assert NAME not in str(why.value)
    assert why.value.__suppress_context__


def test_role_of_the_web_processes_is_told_who_may(typed, run):
    with as_web_role(), pytest.raises(CommandError, match="Only the owner of the tables may do this"):
        run("--reason", WHY)


def page(client, user, url: str) -> str:
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_history_of_the_item_shows_the_mark_and_who_redacted_it_when_and_why(typed, client):
    typed.redact()
    told = page(client, typed.world.coordinator, "/patients/01-001/W04/reading/1/device/history/")
    assert "of [redacted], and [redacted]" in told
    assert re.search(rf"data_manager redacted personal data: “{re.escape(WHY)}”", told)
    assert told.count("redacted personal data") == 1
    other = page(client, typed.world.coordinator, "/patients/01-001/W04/vital-signs/1/pulse/history/")
    assert "redacted" not in other


def test_patients_trail_shows_the_mark_and_the_redaction_in_words(everywhere, client):
    everywhere.redact()
    for user in (everywhere.world.coordinator, everywhere.world.data_manager):
        told = page(client, user, "/patients/01-001/trail/")
        assert re.search(r"Personal data redacted in event \d+, 2 places", told)
        assert re.search(r"Personal data redacted in event \d+, 1 place ", told)
        assert f"Why: {WHY}" in told
        assert "of [redacted], and [redacted]" in told
        assert "Nashi" not in told
        assert "id None" not in told
