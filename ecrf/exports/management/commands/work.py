"""The worker: makes the files that people ask for, one after another, and sends mail, until it is told to stop."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from ecrf.anchors.runs import verify_if_due
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
VERIFY_EVERY = 600
"""Seconds between two looks whether the audit trail is to be verified."""


class Command(BaseCommand):
    help = "Make files that people ask for, and send mail. Runs until it is stopped; with --once until nothing waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing waits any more")
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between two looks (1)")
        parser.add_argument("--only", choices=["exports", "mail"], help="leave the other to another worker")

    def handle(self, *args: object, **options: Any) -> None:
        refuse_at_start()
        makes_files, sends = options["only"] != "mail", options["only"] != "exports"
        if makes_files:
            _require_folder()
        mail = MailLoop()
        if options["once"]:
            _once(makes_files, sends)
        elif not makes_files:
            mail.run_until_signal()
        elif not sends:
            _work(options["interval"])
        else:
            mail.start()
            try:
                _work(options["interval"])
            finally:
                mail.stop()


def _require_folder() -> None:
    try:
        folder()
    except NoRoom as error:
        raise CommandError(f"{error} Set EXPORTS_FOLDER to a folder that this user may write.") from None


def _once(makes_files: bool, sends: bool) -> None:
    if makes_files:
        with alive():
            take_up_again()
            imports.take_up_again()
            _worker().run()
            remove_old_files()
    if sends:
        send_due()


def _work(interval: float) -> None:
    """Make files until it is told to stop."""
    swept = removed = looked = 0.0
    with alive() as still_here:
        while True:
            try:
                still_here()
                if time.monotonic() - swept > SWEEP_EVERY:
                    take_up_again()
                    imports.take_up_again()
                    swept = time.monotonic()
                if time.monotonic() - removed > REMOVE_EVERY:
                    remove_old_files()
                    removed = time.monotonic()
                if time.monotonic() - looked > VERIFY_EVERY:
                    verify_if_due()
                    looked = time.monotonic()
                worker = _worker()
                worker.configure_signals()
                worker.run()
                if not worker.running:
                    return
            except (OperationalError, InterfaceError):
                close_old_connections()  # the database is away: it is asked again
            time.sleep(interval)


def _worker() -> Worker:
    """One that ends when nothing waits, so that the sweep has its turn."""
    return Worker(
        queue_names=["exports", "imports"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="ecrf",
        excluded_queue_names=[],
    )
