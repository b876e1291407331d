"""What is done with an import, at once where it is small and by the worker where it is large: look, and bring in."""

import logging
from collections.abc import Callable
from functools import partial

from django.db import DatabaseError
from django.utils.translation import gettext_lazy
from django_tasks import task

from ecrf.access.kept_words import as_kept
from ecrf.access.language import in_master
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.alone import only_one
from ecrf.audit.bound.person import reach_of, whole_study
from ecrf.audit.lost import is_lost, once_more_if_lost
from ecrf.audit.turns import TurnTaken
from ecrf.imports.models import Import, ImportState
from ecrf.imports.reading.encodings import UnreadableFile
from ecrf.imports.work.bringing_in import Differs, bring_in
from ecrf.imports.work.looking import look_at_rows
from ecrf.imports.work.progress import WORK, ImportProgress, watched
from ecrf.imports.work.reading_rows import read_in

log = logging.getLogger("ecrf.imports")

BY_FAULT = gettext_lazy(
    "It failed by a fault of the software, which is in the server's log. Nothing was imported."
)
OUT_OF_REACH = gettext_lazy("Who brought it has no role there any more. Nothing was imported.")
BEGINS = {ImportState.WAITING: ImportState.CHECKING, ImportState.DUE: ImportState.ACTING}


class ImportedNothing(Exception):
    """Ends the task for the queue, without a word that could hold a value."""


@task(queue_name="imports")
def work_on(import_id: int) -> None:
    """What is next for this import. Whatever goes wrong stands in its row in words, and nothing half done is left."""
    with whole_study():
        batch = Import.objects.get(pk=import_id)
    with reach_of(batch.ordered_by_id or batch.brought_by_id):
        if Import.objects.filter(pk=import_id).exists():
            run(import_id, is_shown=True)
            return
    with whole_study():
        _give_up(import_id)


def run(import_id: int, *, is_shown: bool) -> None:
    """`is_shown`: whether how far it is is written for others to see. What a row does is stored, and compared with what
    it would do later: in English, whoever asks for it."""
    with in_master():
        once_more_if_lost(partial(_run, import_id, is_shown=is_shown))


def _run(import_id: int, *, is_shown: bool) -> None:
    with only_one(WORK, import_id) as is_mine, watched(import_id, is_shown=is_shown) as progress:
        batch = _begin(import_id) if is_mine else None
        while batch is not None:
            try:
                _STEPS[ImportState(batch.state)](batch, progress)
            except Exception as error:
                if is_lost(error) or isinstance(error, TurnTaken):
                    raise
                # The log leaves out the message, which may hold a value (ecrf.web.log).
                log.error("an import failed", exc_info=True, extra={"import": import_id})
                _end(batch, ImportState.FAILED, as_kept(BY_FAULT))
                raise ImportedNothing(type(error).__name__) from None
            batch = _begin(import_id)


def _begin(import_id: int) -> Import | None:
    with acting(SYSTEM, source="worker"):
        rows = Import.objects.select_for_update(of=("self",)).select_related(
            "site", "file", "brought_by", "ordered_by"
        )
        batch = rows.filter(pk=import_id).first()
        if batch is None or batch.state not in (*BEGINS, *BEGINS.values()):
            return None
        batch.state = BEGINS.get(ImportState(batch.state), ImportState(batch.state))
        batch.attempts += 1
        batch.save(update_fields=["state", "attempts"])
    return batch


def _give_up(import_id: int) -> None:
    """Whoever was to do it does not see it any more: asked for again, it would wait for ever."""
    with acting(SYSTEM, source="worker"):
        batch = Import.objects.select_for_update(of=("self",)).get(pk=import_id)
        if batch.state in (*BEGINS, *BEGINS.values()):
            batch.state, batch.outcome, batch.attempts = ImportState.FAILED, as_kept(OUT_OF_REACH), 0
            batch.save(update_fields=["state", "outcome", "attempts"])


def _look(batch: Import, progress: ImportProgress) -> None:
    try:
        if not batch.rows.exists():
            read_in(batch, progress)
        batch.counts = look_at_rows(batch, progress)
    except UnreadableFile as refused:
        _end(batch, ImportState.REFUSED, str(refused))
    else:
        _end(batch, ImportState.CHECKED, batch.outcome)


def _bring_in(batch: Import, progress: ImportProgress) -> None:
    try:
        bring_in(batch, progress)
    except Differs as differs:
        # It is looked at once more, so that what the page shows is what it would do now.
        batch.refresh_from_db(fields=["finished_at"])
        _end(batch, ImportState.WAITING, str(differs))
    except DatabaseError:
        batch.refresh_from_db(fields=["finished_at"])
        raise


_STEPS: dict[ImportState, Callable[[Import, ImportProgress], None]] = {
    ImportState.CHECKING: _look,
    ImportState.ACTING: _bring_in,
}


def _end(batch: Import, state: ImportState, words: str) -> None:
    batch.state, batch.outcome, batch.attempts = state, words, 0
    with acting(SYSTEM, source="worker"):
        batch.save(update_fields=["state", "outcome", "counts", "reading", "attempts"])
