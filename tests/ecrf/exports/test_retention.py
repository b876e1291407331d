"""Which files are removed when they are old, and what is said of them then."""

import shutil
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.exports.folder import file_of
from ecrf.exports.models import Download, Export, ExportKind, Receipt
from ecrf.exports.services import ask
from ecrf.exports.work.retention import remove_old_files
from tests.conftest import make_site, make_user
from tests.ecrf.exports.conftest import take
from tests.ecrf.exports.test_pages import client_of
from tests.ecrf.trail.world import a_world

pytestmark = [pytest.mark.django_db]
KEPT = 30


@pytest.fixture(autouse=True)
def _kept_days(settings):
    settings.EXPORTS_KEPT_DAYS = KEPT


@pytest.fixture(scope="module")
def made(module_db, tmp_path_factory) -> Path:
    """A file of each kind, made once; the folder of them."""
    folder = tmp_path_factory.mktemp("made") / "exports"
    with pytest.MonkeyPatch.context() as patch, override_settings(EXPORTS_FOLDER=folder):
        patch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
        make_one_of_each_kind()
    return folder


KINDS = set(ExportKind.values) - {ExportKind.HANDED_OVER, ExportKind.ARCHIVE}
"""What is handed over is made at a transfer, and never removed: see the tests of transfers. An archive never lay in the
folder of exports: the operator says where it goes."""


def make_one_of_each_kind() -> None:
    site = make_site("01")
    people = {
        role: make_user(role.name.lower(), role, site)
        for role in (Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER, Role.STATISTICIAN)
    }
    coordinator, *others, statistician = people.values()
    patient = a_world(site, coordinator, *others).patient
    take(statistician)
    given = {
        ExportKind.REBUILD: {"by": statistician, "right": "export", "wanted": {"name": "First"}},
        ExportKind.CASEBOOK: {"by": coordinator, "right": "enter", "site": site, "patient": patient},
        ExportKind.ANNOTATED_CRF: {"by": statistician, "right": "export"},
        ExportKind.SITE_COPY: {"by": coordinator, "right": "enter", "site": site},
    }
    for kind, more in given.items():
        ask(kind=kind, title=kind.label, request_key=uuid.uuid4(), **more)
    call_command("work", once=True)


@pytest.fixture
def exports_folder(settings, made, tmp_path) -> Path:
    """Each test has files of its own to remove."""
    settings.EXPORTS_FOLDER = shutil.copytree(made, tmp_path / "exports")
    return settings.EXPORTS_FOLDER


@pytest.fixture
def one_of_each_kind(exports_folder) -> dict[str, Export]:
    found = {export.kind: export for export in Export.objects.all()}
    assert set(found) == KINDS
    assert all(export.has_file for export in found.values())
    return found


@pytest.fixture
def statistician(made) -> User:
    return User.objects.get(username="statistician")


@pytest.fixture
def coordinator(made) -> User:
    return User.objects.get(username="coordinator")


def age(days: int) -> None:
    """All that was made becomes so old."""
    with acting(SYSTEM, source="test"):
        Export.objects.update(finished_at=timezone.now() - timedelta(days=days))


def confirm(export: Export, by, days: int) -> None:
    with acting(SYSTEM, source="test"):
        Receipt.objects.create(
            export=export, confirmed_at=timezone.now() - timedelta(days=days), confirmed_by=by
        )


def kinds_there() -> set[str]:
    there = {export.kind for export in Export.objects.all() if file_of(export).exists()}
    assert there == {export.kind for export in Export.objects.all() if export.has_file}
    return there


def test_old_files_go_but_for_cuts_and_copies_whose_receipt_is_outstanding(one_of_each_kind):
    age(KEPT + 1)
    assert remove_old_files() == 3
    assert kinds_there() == {ExportKind.DATA_CUT, ExportKind.SITE_COPY}
    assert remove_old_files() == 0
    events = AuditEvent.objects.filter(
        table="exports_export", changes__has_key="removed_at", operation="UPDATE"
    )
    assert {(event.actor, event.source) for event in events} == {("system", "worker")}
    assert events.count() == 3


def test_nothing_goes_before_its_time(one_of_each_kind):
    age(KEPT - 1)
    assert remove_old_files() == 0
    assert kinds_there() == KINDS


@pytest.mark.parametrize(("since", "is_there"), [(KEPT + 1, False), (KEPT - 1, True)])
def test_a_copy_goes_as_long_after_its_receipt(one_of_each_kind, coordinator, since, is_there):
    age(KEPT + 10)
    confirm(one_of_each_kind[ExportKind.SITE_COPY], coordinator, since)
    remove_old_files()
    assert (ExportKind.SITE_COPY in kinds_there()) is is_there


def test_list_page_and_download_say_that_it_was_removed_and_can_be_made_again(one_of_each_kind, statistician):
    age(KEPT + 1)
    remove_old_files()
    export, client = one_of_each_kind[ExportKind.ANNOTATED_CRF], client_of(statistician)
    words = f"file removed on {timezone.now():%Y-%m-%d}, can be made again"
    for url in (reverse("exports"), reverse("export", args=[export.request_key])):
        assert words in " ".join(client.get(url).content.decode().split())
    answer = client.post(reverse("download-export", args=[export.request_key]), follow=True)
    assert "to make room. It can be made again" in answer.content.decode()
    assert export.sha256 in answer.content.decode()
    assert not Download.objects.exists()


def test_the_queue_forgets_its_finished_tasks_then_and_no_other(one_of_each_kind, statistician):
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(days=KEPT + 1))
    ask(
        kind=ExportKind.ANNOTATED_CRF,
        title="Waits",
        by=statistician,
        right="export",
        request_key=uuid.uuid4(),
    )
    remove_old_files()
    assert [task.status for task in DBTaskResult.objects.all()] == ["READY"]


def test_a_file_that_cannot_be_removed_stays_in_the_list(one_of_each_kind, monkeypatch):
    age(KEPT + 1)

    def refuse(_export):
        raise PermissionError

    monkeypatch.setattr("ecrf.exports.work.retention.file_of", refuse)
    assert remove_old_files() == 0
    assert kinds_there() == KINDS


def test_the_worker_looks_for_old_files(one_of_each_kind):
    age(KEPT + 1)
    call_command("work", once=True)
    assert kinds_there() == {ExportKind.DATA_CUT, ExportKind.SITE_COPY}
