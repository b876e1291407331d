"""A small study in which everything has happened that a cut must hold, and a folder for what is made of it."""

import csv
import io
import uuid
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from ecrf.casebook.record.values import Missing
from ecrf.exports.choice import CutChoice
from ecrf.exports.folder import file_of
from ecrf.exports.models import DataCut, Export
from ecrf.exports.services import ask_for_cut
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.redaction.conftest import Mistake
from tests.ecrf.signatures.conftest import change, checked, complete_scale, signed
from tests.ecrf.trail.world import a_world
from tests.ecrf.verification.acts import verify

HOSTILE = "=HYPERLINK(\"http://example.org\") 'quoted', 日本 🧪 \u202babc, <b>"


@pytest.fixture(autouse=True)
def exports_folder(settings, tmp_path) -> Path:
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    return settings.EXPORTS_FOLDER


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch) -> None:
    """The worker would close the connection that the test's transaction is on."""
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


@pytest.fixture
def mistake(site, coordinator, investigator, monitor, data_manager) -> Mistake:
    return Mistake(a_world(site, coordinator, investigator, monitor, data_manager))


@pytest.fixture
def study(mistake, site, other_site, coordinator, investigator, outsider, monitor):
    """Corrections, reasons for missing values, a fallen verification, a broken signature, hostile texts, two sites."""
    mistake.type_it()
    mistake.copy_it()
    visit = mistake.world.visit
    scale = complete_scale(visit, coordinator)
    verify(scale, monitor, item="question_1")
    verify(scale, monitor, item="question_2")
    signed(scale, "form", checked(investigator))
    change(visit, coordinator)  # the signature breaks, one verification falls
    log = mistake.world.patient
    enter(
        log, "adverse-event", coordinator, term=HOSTILE, started_on="2026-01", severity="MILD", serious="no"
    )
    enter(log, "adverse-event", coordinator, number=2, term="Headache", started_on="2026", serious="yes")
    enter(log, "adverse-event", coordinator, number=2, severity=Missing("unknown", "=1+1"))
    other = a_patient(other_site, outsider)
    enter(a_visit(other, "SCR", outsider), "reading", outsider, device="D-2", assessor="B1")
    return mistake


def take(by, name="First", reason="Interim look", formats=("csv",), identifiers=False, **choice) -> Export:
    """Ask for a cut and let the worker make it."""
    wanted = CutChoice(formats=list(formats), identifiers=identifiers, **choice).as_json
    why = "The safety board needs them" if identifiers else ""
    export = ask_for_cut(
        name=name, reason=reason, identifiers_reason=why, choice=wanted, by=by, request_key=uuid.uuid4()
    )
    call_command("work", once=True)
    export.refresh_from_db()
    return export


def cut_named(name="First") -> DataCut:
    return DataCut.objects.get(name=name)


def files_in(export: Export) -> dict[str, bytes]:
    with zipfile.ZipFile(file_of(export)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def table(export: Export, name: str) -> list[dict[str, str]]:
    text = files_in(export)[f"csv/{name}.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))
