"""The worker: what it leaves when it is cancelled, fails, is killed, or finds the disk full."""

import errno
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django_tasks_db.models import DBTaskResult

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.alone import only_one
from ecrf.exports import folder as folders
from ecrf.exports.choice import CutChoice
from ecrf.exports.models import DataCut, Export, ExportState
from ecrf.exports.package import Cancelled, Package
from ecrf.exports.services import Refused, ask_for_cut, cancel
from ecrf.exports.work.interrupted import ATTEMPTS, take_up_again
from ecrf.exports.work.tasks import WORK
from tests.ecrf.exports.conftest import take

pytestmark = [pytest.mark.django_db]


def asked(by, name="First", key=None) -> Export:
    return ask_for_cut(
        name=name,
        reason="Interim look",
        identifiers_reason="",
        choice=CutChoice().as_json,
        by=by,
        request_key=key or uuid.uuid4(),
    )


def work(export: Export) -> Export:
    call_command("work", once=True)
    export.refresh_from_db()
    return export


def left_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_queue_runs_on_psycopg2():
    """Another driver that is only installed would be taken instead, and our statements are written for this one."""
    assert connection.Database.__name__ == "psycopg2"


def test_the_same_click_twice_asks_once(statistician):
    key = uuid.uuid4()
    first, second = asked(statistician, key=key), asked(statistician, key=key)
    assert first == second
    assert DBTaskResult.objects.count() == 1


def test_a_name_is_given_once(study, statistician, data_manager):
    take(statistician)
    with pytest.raises(Refused) as refused:
        asked(data_manager, "first")
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "name", ["", "../etc", "=1+1", "a/b", "CON:", "x" * 61, ".hidden", "end.", "a\tb", "two..points", "?"]
)
def test_a_name_that_file_systems_or_spreadsheets_misread_is_refused(statistician, name):
    with pytest.raises(Refused) as refused:
        asked(statistician, name)
    assert refused.value.field == "name"
    assert not Export.objects.exists()


def test_a_cut_without_a_reason_is_refused(statistician):
    with pytest.raises(Refused) as refused:
        ask_for_cut(
            name="First",
            reason=" ",
            identifiers_reason="",
            choice=CutChoice().as_json,
            by=statistician,
            request_key=uuid.uuid4(),
        )
    assert refused.value.field == "reason"


def test_identifiers_are_kept_only_with_a_reason(statistician):
    with pytest.raises(Refused) as refused:
        ask_for_cut(
            name="First",
            reason="Interim look",
            identifiers_reason="",
            choice=CutChoice(identifiers=True).as_json,
            by=statistician,
            request_key=uuid.uuid4(),
        )
    assert refused.value.field == "identifiers_reason"


def test_what_waits_is_cancelled_at_once(statistician, exports_folder):
    export = asked(statistician)
    assert cancel(export=export, by=statistician, right="export")
    assert work(export).state == ExportState.CANCELLED
    assert left_in(exports_folder) == []


def test_what_is_being_made_ends_at_its_next_step_and_leaves_nothing(
    study, statistician, exports_folder, monkeypatch
):
    export = asked(statistician)

    def at_a_step(_package, name, what=""):
        raise Cancelled

    monkeypatch.setattr(Package, "file", at_a_step)
    assert work(export).state == ExportState.CANCELLED
    assert left_in(exports_folder) == []
    assert not DataCut.objects.exists()


def test_a_full_disk_is_said_in_words_and_leaves_nothing(study, statistician, exports_folder, monkeypatch):
    def full(_package, _name, what=""):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Package, "file", full)
    export = work(asked(statistician))
    assert export.state == ExportState.FAILED
    assert "disk is full" in export.outcome
    assert left_in(exports_folder) == []
    assert not DataCut.objects.exists()


def test_a_disk_that_is_nearly_full_is_not_filled(study, statistician, monkeypatch):
    monkeypatch.setattr(folders, "LEAST_FREE", 2**70)
    export = work(asked(statistician))
    assert (export.state, "nearly full" in export.outcome) == (ExportState.FAILED, True)


def test_a_fault_is_told_without_a_value(study, statistician, exports_folder, monkeypatch):
    def fault(_package, _name, what=""):
        raise ValueError("patient 01-001 weighs 61 kg")

    monkeypatch.setattr(Package, "file", fault)
    export = work(asked(statistician))
    assert export.state == ExportState.FAILED
    everything = export.outcome + "".join(r.traceback for r in DBTaskResult.objects.all())
    assert "61 kg" not in everything
    assert left_in(exports_folder) == []


def killed(export: Export, exports_folder, attempts=1) -> None:
    """As a worker that was killed half-way leaves it."""
    DBTaskResult.objects.update(status="RUNNING")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('ecrf.actor', 'system', true)")
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, attempts=attempts)
    (exports_folder / f"{export.request_key}.part").mkdir(parents=True)
    (exports_folder / f"{export.request_key}.part" / "half.csv").write_text("half")
    (exports_folder / f"{export.request_key}.zip.part").write_text("half")
    (exports_folder / f"{export.request_key}.pdf.k2j4.part").write_text("half")  # of prints.files
    (exports_folder / export.stored_name).write_text("whole, and its row was not written any more")


def test_what_a_killed_worker_left_is_taken_up_again(study, statistician, exports_folder):
    export = asked(statistician)
    killed(export, exports_folder)
    assert work(export).is_done
    assert left_in(exports_folder) == [export.stored_name]
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()


def test_what_was_killed_twice_is_given_up_in_words(study, statistician, exports_folder):
    export = asked(statistician)
    killed(export, exports_folder, attempts=ATTEMPTS)
    export = work(export)
    assert (export.state, "twice" in export.outcome) == (ExportState.FAILED, True)
    assert left_in(exports_folder) == []


def test_two_who_ask_at_once_for_one_name_get_one_cut_and_are_told(
    study, statistician, data_manager, exports_folder
):
    first, second = asked(statistician), asked(data_manager, "Second")
    second.wanted["name"] = "First"  # both had looked before either had asked
    with acting(SYSTEM, source="test"):
        second.save()
    assert (work(first).is_done, work(second).state) == (True, ExportState.FAILED)
    assert "took its name" in second.outcome
    assert left_in(exports_folder) == [first.stored_name]
    assert DataCut.objects.get().export == first


@pytest.mark.parametrize("status", ["RUNNING", "FAILED", "SUCCESSFUL"])
def test_what_waits_for_a_task_that_has_ended_is_queued_again(study, statistician, status):
    """A worker may end between taking the task and beginning it."""
    export = asked(statistician)
    DBTaskResult.objects.update(status=status)
    assert work(export).is_done
    assert not DBTaskResult.objects.filter(status="RUNNING").exists()


def test_what_waits_in_order_is_not_queued_again(statistician):
    asked(statistician)
    assert take_up_again() == 0
    assert DBTaskResult.objects.count() == 1


def test_what_another_worker_is_at_is_left_to_it(statistician, exports_folder):
    export = asked(statistician)
    killed(export, exports_folder)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('ecrf.export'), %s::integer)", [export.pk])
        assert take_up_again() == 0
        with only_one(WORK, export.pk) as is_mine:
            assert not is_mine
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    assert take_up_again() == 1
