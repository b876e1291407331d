"""The worker: makes the files that people ask for, brings in those that they brought, and sends mail, until it is told
to stop."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from ecrf.anchors.runs import verify_if_due
from ecrf.audit.lost import fails
from ecrf.audit.made_by import refuse_at_start
from ecrf.exports.folder import NoRoom, folder
from ecrf.exports.work.interrupted import take_up_again
from ecrf.exports.work.presence import alive
from ecrf.exports.work.retention import remove_old_files
from ecrf.imports.work import interrupted as imports
from ecrf.mail.loop import MailLoop
from ecrf.mail.sending import send_due

SWEEP_EVERY = 15
"""Seconds between two looks for what a killed worker has left."""
REMOVE_EVERY = 3600
"""Seconds between two looks for old files."""
QUEUES = {"exports": take_up_again, "imports": imports.take_up_again}
"""{queue: what takes up again what a killed worker has left of it}"""
VERIFY_EVERY = 600
"""Seconds between two looks whether the audit trail is to be verified."""


class Command(BaseCommand):
    help = "Make files that people ask for, and send mail. Runs until it is stopped; with --once until nothing waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between two looks (1)")
        parser.add_argument("--only", choices=[*QUEUES, "mail"], help="leave the rest to other workers")

    def handle(self, *args: object, **options: Any) -> None:
        refuse_at_start()
        queues = [name for name in QUEUES if options["only"] in (None, name)]
        sends = options["only"] in (None, "mail")
        if "exports" in queues:
            _require_folder()
        mail = MailLoop()
        if options["once"]:
            _once(queues, sends)
        elif not queues:
            mail.run_until_signal()
        elif not sends:
            _work(queues, options["interval"])
        else:
            mail.start()
            try:
                _work(queues, options["interval"])
            finally:
                mail.stop()


def _require_folder() -> None:
    try:
        folder()
    except NoRoom as error:
        raise CommandError(f"{error} Set EXPORTS_FOLDER to a folder that this user may write.") from None


def _once(queues: list[str], sends: bool) -> None:
    if queues:
        with alive(*queues):
            for queue in queues:
                QUEUES[queue]()
            _worker(queues).run()
            if "exports" in queues:
                remove_old_files()
    if sends:
        send_due()


def _work(queues: list[str], interval: float) -> None:
    """Work on what waits until it is told to stop."""
    swept = removed = looked = 0.0
    with alive(*queues) as still_here:
        while True:
            try:
                still_here()
                if time.monotonic() - swept > SWEEP_EVERY:
                    for queue in queues:
                        QUEUES[queue]()
                    swept = time.monotonic()
                if "exports" in queues and time.monotonic() - removed > REMOVE_EVERY:
                    remove_old_files()
                    removed = time.monotonic()
                if "exports" in queues and time.monotonic() - looked > VERIFY_EVERY:
                    verify_if_due()
                    looked = time.monotonic()
                worker = _worker(queues)
                worker.configure_signals()
                worker.run()
                if not worker.running:
                    return
            except Error as error:
                if not fails(error):
                    raise
                close_old_connections()  # the database is away: it is asked again
            time.sleep(interval)


def _worker(queues: list[str]) -> Worker:
    """One that ends when nothing waits, so that the sweep has its turn."""
    return Worker(
        queue_names=queues,
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="ecrf",
        excluded_queue_names=[],
    )
