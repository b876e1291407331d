"""What a worker that was killed has left: taken up again once, and then given up in words."""

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult

from ecrf.access.kept_words import as_kept
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.alone import only_one
from ecrf.exports.folder import file_of, forget
from ecrf.exports.models import Export, ExportState
from ecrf.exports.work.tasks import WORK, make

ATTEMPTS = 2
GIVEN_UP = gettext_lazy(
    "The worker ended before it was done, twice. Nothing of it was kept. Ask for it again."
)


def take_up_again() -> int:
    """How many were taken up again or given up. Who still works on one holds its lock."""
    count = 0
    for export in Export.objects.filter(state=ExportState.RUNNING):
        with only_one(WORK, export.pk) as is_left:
            if is_left:
                count += _settle(export.pk)
    return count + sum(map(_queue_again, _lost()))


def _lost() -> list[int]:
    """What waits for a task that there is no more: its worker ended before it had begun."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT e.id FROM {Export._meta.db_table} e WHERE e.state = %s AND NOT EXISTS ("  # noqa: S608
            f" SELECT FROM {DBTaskResult._meta.db_table} t"
            " WHERE t.status = 'READY' AND t.args_kwargs -> 'args' = jsonb_build_array(e.id))",
            [ExportState.QUEUED],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _queue_again(export_id: int) -> int:
    """A task too many does no harm: an export is made by one worker, and once."""
    with transaction.atomic():
        export = Export.objects.select_for_update(of=("self",)).get(pk=export_id)
        if export.state != ExportState.QUEUED:
            return 0
        _forget_task(export_id)
        make.enqueue(export_id)
    return 1


def _settle(export_id: int) -> int:
    with acting(SYSTEM, source="worker"):
        export = Export.objects.select_for_update(of=("self",)).get(pk=export_id)
        if export.state != ExportState.RUNNING:
            return 0
        forget(export)
        file_of(export).unlink(
            missing_ok=True
        )  # killed between its last byte and the row that says it is done
        _forget_task(export_id)
        if export.cancelled_at:
            export.state, export.finished_at = ExportState.CANCELLED, timezone.now()
        elif export.attempts >= ATTEMPTS:
            export.state, export.finished_at, export.outcome = (
                ExportState.FAILED,
                timezone.now(),
                as_kept(GIVEN_UP),
            )
        else:
            export.state = ExportState.QUEUED
        export.save(update_fields=["state", "finished_at", "outcome"])
        if export.state == ExportState.QUEUED:
            make.enqueue(export_id)
    return 1


def _forget_task(export_id: int) -> None:
    """The queue itself would take it for running for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {DBTaskResult._meta.db_table} SET status = 'FAILED', finished_at = now()"  # noqa: S608
            " WHERE status = 'RUNNING' AND args_kwargs -> 'args' = jsonb_build_array(%s::integer)",
            [export_id],
        )
