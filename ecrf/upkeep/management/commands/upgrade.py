"""Takes a database of an earlier version further: all migrations or none, with counts and hashes before and after."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ecrf import __version__
from ecrf.audit.made_by import stranger_to_us
from ecrf.prints.files import NotWritten, write_whole
from ecrf.upkeep.upgrading import UpgradeLook, as_json, compare, hold_everybody_else, look
from ecrf.web.setting_names import passed_over

AS_BEFORE = "Nothing was changed; the version of before goes on with this database."


def _of_env_file() -> str:
    """What is wrong with .env, where Docker Compose shows it to this command, the first one of each start."""
    file = Path(os.environ.get("ENV_FILE", ""))
    return passed_over(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else ""


class _Migrate(migrate.Command):
    def migration_progress_callback(self, action: str, *args: Any, **more: Any) -> None:
        """Between two migrations nothing may wait for the transaction's end: the next one could not alter the table."""
        if action == "apply_success" and connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        super().migration_progress_callback(action, *args, **more)


class Command(BaseCommand):
    help = (
        "Run the migrations of this version in one transaction: rows are counted and hashed before and after, and the"
        " audit trail is verified. If anything is gone or altered that the trail does not tell of, nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--note", default="", help="a new file that takes counts and hashes, as JSON")

    def handle(self, *args: object, **options: Any) -> None:
        if why := _of_env_file() or stranger_to_us():
            raise CommandError(why)
        plan = _plan()
        if not plan or not connection.introspection.table_names():
            self._migrate(options)
            self.stdout.write("There was nothing to take further." if not plan else "The database is made.")
            return
        if options["note"] and Path(options["note"]).exists():
            raise CommandError(f"{options['note']} is there already. Name another file.")
        try:
            with transaction.atomic():
                note, found = self._upgrade(options)
        except DatabaseError as error:
            raise CommandError(f"The upgrade failed: {str(error).strip()} {AS_BEFORE}") from error
        for words in found.noted:
            self.stdout.write(f"CHANGED   {words}")
        if options["note"]:
            self._keep(Path(options["note"]), note)
        self.stdout.write(
            self.style.SUCCESS(
                f"Upgraded to {__version__} by {len(plan)} migrations: {len(note['before']['tables'])} tables hold the"
                f" rows they held, and all chains of the audit trail go on from where they were."
            )
        )

    def _upgrade(self, options: dict[str, Any]) -> tuple[dict[str, Any], UpgradeLook]:
        hold_everybody_else()
        began, before, plan = timezone.now(), look(), _plan()
        self._migrate(options)
        after, found = compare(before, [migration for migration, _backwards in plan])
        for words in found.refused:
            self.stderr.write(f"LOST      {words}")
        if found.refused:
            raise CommandError(f"The upgrade lost or altered what was there. {AS_BEFORE}")
        return {
            "software": f"ecrf {__version__}",
            "began_at": began.isoformat(),
            "ended_at": timezone.now().isoformat(),
            "migrations": [str(migration) for migration, _backwards in plan],
            "changed": found.noted,
            "before": as_json(before),
            "after": as_json(after),
        }, found

    def _migrate(self, options: dict[str, Any]) -> None:
        call_command(_Migrate(), stdout=self.stdout, interactive=False, verbosity=options["verbosity"])

    def _keep(self, file: Path, note: dict[str, Any]) -> None:
        """The upgrade stands by then."""
        try:
            write_whole(file, (json.dumps(note, ensure_ascii=False, indent=1) + "\n").encode())
        except NotWritten as error:
            self.stderr.write(f"The upgrade is done; its note is not kept: {error}")


def _plan() -> list[Any]:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())
