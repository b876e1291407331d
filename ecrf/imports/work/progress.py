"""How far an import is, written beside the transaction that does the work; and that only one works on it at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from ecrf.audit.bound.person import act_for_program
from ecrf.audit.lost import is_lost

WORK = "ecrf.import"
BEAT = """
    UPDATE imports_import SET progress = %s, steps_done = %s, steps = %s, beat_at = clock_timestamp()
    WHERE id = %s
"""
EVERY = 25
"""So many steps are written at once: a row takes a few milliseconds."""


class ImportProgress:
    """Counts steps, and writes them now and then on a connection of its own: the one that works writes nothing that
    others see before it is done."""

    def __init__(self, import_id: int, *, is_shown: bool) -> None:
        self.import_id, self.is_shown = import_id, is_shown
        self.done = self.steps = 0
        self.what = ""
        self._beside = connection.copy() if is_shown else None
        if self._beside:
            act_for_program(self._beside)

    def begin(self, what: str, steps: int = 0) -> None:
        self.what, self.done, self.steps = what, 0, steps
        self._write()

    def add(self, steps: int = 1) -> None:
        self.go_to(self.done + steps)

    def go_to(self, done: int) -> None:
        """Back, too, where what was done is taken back and done anew."""
        before, self.done = self.done // EVERY, done
        if self.done // EVERY != before:
            self._write()

    def close(self) -> None:
        if self._beside:
            self._beside.close()

    def _write(self) -> None:
        if self._beside is None:
            return
        try:
            self._beat(self._beside)
        except Error as error:
            if not is_lost(error):
                raise
            self._beside.close()
            act_for_program(self._beside)
            self._beat(self._beside)

    def _beat(self, beside: BaseDatabaseWrapper) -> None:
        with beside.cursor() as cursor:
            cursor.execute(BEAT, [self.what, self.done, self.steps, self.import_id])


@contextmanager
def watched(import_id: int, *, is_shown: bool) -> Iterator[ImportProgress]:
    progress = ImportProgress(import_id, is_shown=is_shown)
    try:
        yield progress
    finally:
        progress.close()
