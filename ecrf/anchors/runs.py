"""What verify_audit does besides: begins where the last run ended, compares anchors, and keeps what came of the run."""

import getpass
import logging
import os
from datetime import datetime, timedelta
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, transaction
from django.utils import timezone

import ecrf
from ecrf.anchors.against import compare_with, files_given
from ecrf.anchors.making.heads import present_heads
from ecrf.anchors.models import AuditVerification, VerifiedChain
from ecrf.anchors.short_walk import remember, verified_heads, walk_since
from ecrf.anchors.signed.document import ChainHead
from ecrf.audit.alone import only_one
from ecrf.audit.lost import fails
from ecrf.audit.parts import PARTS, Options, Say, VerificationPart, VerificationRun

log = logging.getLogger("ecrf.audit")

WORKER = "worker"
WHOLE_EVERY = timedelta(days=7)
WORDS_KEPT = 50
WORK = "ecrf.verification"


class Anchoring(VerificationPart):
    """Compares anchors, begins where the last run ended if that is asked for, and keeps what came of it."""

    def __init__(self) -> None:
        self._heads: dict[int, ChainHead] = {}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since-last",
            action="store_true",
            help="only the events behind those that were found to hold; if one does not fit, the whole after all",
        )
        parser.add_argument(
            "--against",
            nargs="+",
            default=[],
            metavar="ANCHOR",
            help="files of anchors, or folders of them: name what was rolled back, written anew or deleted since",
        )
        parser.add_argument(
            "--public-key",
            action="append",
            default=[],
            metavar="KEY",
            help="the key that was told when it was made, or a file with such keys; several may be given",
        )
        parser.add_argument(
            "--by", default="", help="who is kept as having run it; without it the machine's user"
        )

    def is_enough(self, options: Options, say: Say) -> bool:
        # Before the walk: whatever is written meanwhile is left to the next run.
        self._heads = present_heads()
        if not options["since_last"]:
            return False
        if options["against"]:
            raise CommandError("Anchors are compared with the whole: leave --since-last away.")
        begun_at, verified = timezone.now(), verified_heads()
        if not verified:
            raise CommandError("No run has verified the whole yet: leave --since-last away this time.")
        walk = walk_since(verified)
        if not walk.fits:
            say("NOTE      something does not fit: the whole is verified")
            return False
        before = sum(head.length for head in verified.values())
        _keep(options, begun_at, before, walk.heads, AuditVerification(is_whole=False, is_ok=True))
        say(f"The audit trail holds: {walk.events} new events, behind the {before} that held before.")
        return True

    def faults(self, options: Options, say: Say) -> list[str]:
        return compare_with(options, lambda words: say(f"NOTE      {words}"))

    def keep(self, run: VerificationRun) -> None:
        found = AuditVerification(
            is_whole=True,
            is_ok=not run.words,
            faults=len(run.words),
            known=run.known,
            words=run.words[:WORDS_KEPT],
            anchors=len(files_given(run.options)),
            to_events=run.events,
            chains=run.chains,
        )
        _keep(run.options, run.begun_at, 0, self._heads, found)


PARTS.add("anchors", Anchoring)


def _keep(
    options: Options,
    begun_at: datetime,
    before: int,
    heads: dict[int, ChainHead],
    found: AuditVerification,
) -> None:
    """Where it cannot be kept, as in a copy that can only be read, the log says so, and the run counts all the same."""
    found.begun_at, found.finished_at = begun_at, timezone.now()
    found.begun_by, found.software = options["by"] or operator(), ecrf.__version__
    found.from_events = before
    found.to_events = found.to_events or sum(head.length for head in heads.values())
    found.chains = found.chains or len(heads)
    try:
        with transaction.atomic():
            found.save()
            if found.is_ok:
                remember(heads)
    except DatabaseError:
        log.warning("what a verification of the trail found could not be kept", exc_info=True)


def operator() -> str:
    """The machine's user, by name; in a container that knows no name, by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def verify_if_due() -> bool:
    """Once a day of UTC, by one worker: what is new; weekly, or while a fault stands, the whole. Whether it ran."""
    options = due()
    if options is None:
        return False
    with only_one(WORK) as is_mine:
        if not is_mine or due() is None:
            return False
        said = StringIO()
        try:
            call_command("verify_audit", *options, by=WORKER, stdout=said, stderr=said)
        except CommandError as error:
            log.critical("the audit trail does not hold", extra={"why": str(error)})
        except Exception as error:
            if fails(error):  # the database is away: the worker waits for it
                raise
            log.error("the audit trail could not be verified", exc_info=True)
    return True


def due() -> list[str] | None:
    """The options of the run that is due; None if none is."""
    runs = AuditVerification.objects.filter(begun_by=WORKER)
    last = runs.first()
    now = timezone.now()
    if last and last.begun_at.date() >= now.date():
        return None
    whole = runs.filter(is_whole=True, is_ok=True).first()
    is_recent = whole is not None and whole.begun_at > now - WHOLE_EVERY
    return ["--since-last"] if last and last.is_ok and is_recent and VerifiedChain.objects.exists() else []
