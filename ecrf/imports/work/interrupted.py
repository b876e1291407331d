"""What somebody who was killed has left: taken up again once, and then given up in words."""

from django.db import connection
from django.utils.translation import gettext_lazy
from django_tasks_db.models import DBTaskResult

from ecrf.access.kept_words import as_kept
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.alone import only_one
from ecrf.audit.bound.person import whole_study
from ecrf.imports.models import Import, ImportState
from ecrf.imports.work.progress import WORK
from ecrf.imports.work.tasks import work_on

ATTEMPTS = 2
GIVEN_UP = gettext_lazy(
    "It ended before it was done, twice. Nothing was imported. Look at it again, or ask the operator."
)
LOST = f"""
    SELECT i.id FROM {Import._meta.db_table} i WHERE i.state = ANY(%s) AND NOT EXISTS (
        SELECT FROM {DBTaskResult._meta.db_table} t WHERE t.status IN ('READY', 'RUNNING')
        AND t.args_kwargs -> 'kwargs' -> 'import_id' = to_jsonb(i.id)
    )
"""  # noqa: S608 - names of tables
FORGET = f"""
    UPDATE {DBTaskResult._meta.db_table} SET status = 'FAILED', finished_at = now()
    WHERE status = 'RUNNING' AND args_kwargs -> 'kwargs' -> 'import_id' = to_jsonb(%s::bigint)
"""  # noqa: S608 - the name of a table
AGAIN = {ImportState.CHECKING: ImportState.WAITING, ImportState.ACTING: ImportState.DUE}
"""What was begun waits again: an import that was not done has left nothing."""


def queue(import_id: int) -> None:
    work_on.enqueue(import_id=import_id)


def take_up_again() -> int:
    """How many were taken up again or given up. Who still works on one holds its lock."""
    with whole_study():
        return _take_up_again()


def _take_up_again() -> int:
    count = 0
    for pk in Import.objects.filter(state__in=AGAIN).values_list("pk", flat=True):
        with only_one(WORK, pk) as is_left:
            if is_left:
                count += _settle(pk)
    with connection.cursor() as cursor:
        cursor.execute(LOST, [list(AGAIN.values())])
        lost = [pk for (pk,) in cursor.fetchall()]
    for pk in lost:
        queue(pk)
    return count + len(lost)


def put_back(import_id: int) -> None:
    """To where it was before it was begun: it met another file, and that is no failure of its own."""
    with acting(SYSTEM, source="worker"):
        batch = Import.objects.select_for_update(of=("self",)).get(pk=import_id)
        if batch.state in AGAIN:
            batch.state, batch.attempts = AGAIN[ImportState(batch.state)], max(batch.attempts - 1, 0)
            batch.save(update_fields=["state", "attempts"])


def _settle(import_id: int) -> int:
    with acting(SYSTEM, source="worker"):
        batch = Import.objects.select_for_update(of=("self",)).get(pk=import_id)
        if batch.state not in AGAIN:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [import_id])
        if batch.attempts >= ATTEMPTS:
            batch.state, batch.outcome = ImportState.FAILED, as_kept(GIVEN_UP)
        else:
            batch.state = AGAIN[ImportState(batch.state)]
        batch.save(update_fields=["state", "outcome"])
        if batch.state != ImportState.FAILED:
            queue(import_id)
    return 1
