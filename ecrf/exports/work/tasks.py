"""What the worker does: one task that makes one export, and says of it how far it is and how it ended."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import DatabaseError, IntegrityError, InterfaceError, connection
from django.utils import timezone
from django_tasks import task

from ecrf.access.language import in_master
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.alone import only_one
from ecrf.audit.lost import is_lost, once_more_if_lost
from ecrf.exports.folder import NoRoom, begin, file_of, forget
from ecrf.exports.models import Export, ExportState
from ecrf.exports.package import Cancelled, CannotBeWritten, StepCounter
from ecrf.exports.work.makers import MAKERS, Made
from ecrf.prints.files import NotWritten

log = logging.getLogger("ecrf.exports")

WORK = "ecrf.export"
BEAT = """
    UPDATE exports_export SET progress = %s, steps_done = steps_done + %s, beat_at = clock_timestamp()
    WHERE id = %s RETURNING cancelled_at IS NOT NULL
"""
EXPECTED = "UPDATE exports_export SET steps = %s, beat_at = clock_timestamp() WHERE id = %s"

NAME_TAKEN = "Another data cut took its name meanwhile. Nothing of it was kept. Take it under another name."


class MadeNothing(Exception):
    """Ends the task for the queue, without a word that could hold a value."""


@task(queue_name="exports")
def make(export_id: int) -> None:
    """Make one export. Whatever goes wrong stands in its row in words, and nothing half made is left."""
    once_more_if_lost(partial(_make, export_id))


def _make(export_id: int) -> None:
    with in_master(), only_one(WORK, export_id) as is_mine:
        if not is_mine:
            return
        export = _begin(export_id)
        if export is None:
            return
        try:
            file_of(export).unlink(missing_ok=True)  # of a first try whose row never said that it is done
            with watched(export) as progress:
                made = MAKERS[export.kind](export, begin(export), file_of(export), progress)
        except Cancelled:
            _end(export, ExportState.CANCELLED, "")
        except (NoRoom, CannotBeWritten) as error:
            _end(export, ExportState.FAILED, str(error))
        except (OSError, NotWritten) as error:
            is_full = getattr(error.__cause__ or error, "errno", 0) == errno.ENOSPC
            words = "The disk is full." if is_full else "A file could not be written."
            _end(export, ExportState.FAILED, f"{words} Nothing of it was kept. Ask for it again later.")
        except Exception as error:
            if is_lost(error):
                raise
            # The log leaves out the message, which may hold a value (ecrf.web.log).
            log.error("an export failed", exc_info=True, extra={"export": export.pk})
            _end(
                export,
                ExportState.FAILED,
                "It failed by a fault of the software, which is in the server's log. Nothing of it was kept.",
            )
            raise MadeNothing(type(error).__name__) from None
        else:
            _end(export, ExportState.DONE, made.outcome, made)
        finally:
            forget(export)


@contextmanager
def watched(export: Export) -> Iterator[StepCounter]:
    """Says how far it is on a connection of its own: the one that reads holds one snapshot and writes nothing."""
    beside = ProgressRow(export.pk)
    try:
        yield beside
    finally:
        beside.connection.close()


class ProgressRow:
    """Writes the progress of one export into its row."""

    def __init__(self, export_id: int) -> None:
        self.export_id, self.connection = export_id, connection.copy()

    def __call__(self, what: str, steps: int = 1) -> None:
        found = self._write(BEAT, [what[:200], steps, self.export_id])
        if found and found[0]:
            raise Cancelled

    def expects(self, steps: int) -> None:
        self._write(EXPECTED, [steps, self.export_id])

    def _write(self, statement: str, given: list[str | int]) -> tuple[object, ...] | None:
        """On a connection that was lost, once more: the file that is being made does not hang on it."""
        try:
            return self._written(statement, given)
        except (DatabaseError, InterfaceError) as error:
            if not is_lost(error):
                raise
            self.connection.close()
            return self._written(statement, given)

    def _written(self, statement: str, given: list[str | int]) -> tuple[object, ...] | None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, given)
            return cursor.fetchone() if cursor.description else None


def _begin(export_id: int) -> Export | None:
    with acting(SYSTEM, source="worker"):
        export = Export.objects.select_for_update(of=("self",)).filter(pk=export_id).first()
        if export is None or export.state not in (ExportState.QUEUED, ExportState.RUNNING):
            return None
        if export.cancelled_at:
            export.state, export.finished_at = ExportState.CANCELLED, timezone.now()
            export.save(update_fields=["state", "finished_at"])
            return None
        export.state, export.steps_done, export.steps = ExportState.RUNNING, 0, 0
        export.attempts += 1
        export.save(update_fields=["state", "attempts", "steps_done", "steps"])
    return export


def _end(export: Export, state: ExportState, words: str, made: Made | None = None) -> None:
    """The row that says it is done is the last thing that is written; until then the file is not offered."""
    export.state, export.outcome, export.finished_at = state, words, timezone.now()
    if made:
        export.size, export.sha256, export.file_name = made.size, made.sha256, made.file_name
    try:
        with acting(SYSTEM, source="worker"):
            export.save(update_fields=["state", "outcome", "finished_at", "size", "sha256", "file_name"])
            if made and made.afterwards:
                made.afterwards()
    except DatabaseError as error:
        if is_lost(error):
            raise  # it may be done: the next look at its row tells
        file_of(export).unlink(missing_ok=True)
        if not isinstance(error, IntegrityError) or made is None:
            raise
        # Two people asked at once for a data cut of one name.
        export.size, export.sha256, export.file_name = None, "", ""
        _end(export, ExportState.FAILED, NAME_TAKEN)
