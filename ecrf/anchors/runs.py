"""What verify_audit does besides: begins where the last run ended, compares anchors, and keeps what came of the run."""

import getpass
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

import ecrf
from ecrf.anchors.against import compare_with, files_given
from ecrf.anchors.models import AuditVerification, VerifiedChain
from ecrf.audit.chain import ChainEnd
from ecrf.audit.parts import PARTS, Options, VerificationPart, VerificationRun

log = logging.getLogger("ecrf.audit")

WORKER = "worker"
WHOLE_EVERY = timedelta(days=7)
WORDS_KEPT = 50
HELD = "SELECT pg_try_advisory_lock(hashtext('ecrf.verification'), 0)"
RELEASE = "SELECT pg_advisory_unlock(hashtext('ecrf.verification'), 0)"


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument(
        "--since-last",
        action="store_true",
        help="walk only the events behind those of the last run that found nothing; the data are left out",
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


def since_last(options: Options) -> dict[int, ChainEnd]:
    """CommandError where no run has found the trail to hold: there is nothing to begin behind."""
    if not options["since_last"]:
        return {}
    verified = VerifiedChain.objects.values_list("chain", "position", "hash")
    found = {chain: ChainEnd(position, event_hash, event_hash) for chain, position, event_hash in verified}
    if not found:
        raise CommandError("No run has verified the whole yet: leave --since-last away this time.")
    return found


def keep(run: VerificationRun) -> None:
    """Where it cannot be kept, as in a copy that can only be read, the log says so, and the run counts all the same."""
    try:
        with transaction.atomic():
            _keep(run)
    except DatabaseError:
        log.warning("what a verification of the trail found could not be kept", exc_info=True)


def _keep(run: VerificationRun) -> None:
    before = sum(end.position for end in run.since.values())
    verification = AuditVerification.objects.create(
        begun_at=run.begun_at,
        begun_by=run.options["by"] or operator(),
        finished_at=timezone.now(),
        is_whole=not run.since,
        from_events=before,
        to_events=before + run.verdict.events,
        chains=run.verdict.chains,
        anchors=len(files_given(run.options)),
        faults=len(run.words),
        known=len(run.verdict.known),
        words=run.words[:WORDS_KEPT],
        is_ok=not run.words,
        software=ecrf.__version__,
    )
    if verification.is_ok:
        ends = [
            VerifiedChain(chain=chain, position=end.position, hash=end.hash)
            for chain, end in run.verdict.ends.items()
        ]
        VerifiedChain.objects.bulk_create(
            ends,
            update_conflicts=True,
            unique_fields=["chain"],
            update_fields=["position", "hash"],
            batch_size=2000,
        )


def operator() -> str:
    """The machine's user, by name; in a container that knows no name, by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


PARTS.add("anchors", VerificationPart(add_arguments, since_last, compare_with, keep))


def verify_if_due() -> bool:
    """Once a day of UTC, by one worker: what is new; weekly, or while a fault stands, the whole. Whether it ran."""
    options = due()
    if options is None:
        return False
    with _alone() as is_mine:
        if not is_mine or due() is None:
            return False
        said = StringIO()
        try:
            call_command("verify_audit", *options, by=WORKER, stdout=said, stderr=said)
        except CommandError as error:
            log.critical("the audit trail does not hold", extra={"why": str(error)})
        except (OperationalError, InterfaceError):  # the database is away: the worker waits for it
            raise
        except Exception:
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


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute(RELEASE)
