"""Archives the study in a folder: a data manager's act, which stands in the audit trail."""

import getpass
import shutil
import uuid
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.exports.archive.maker import write_archive
from ecrf.exports.folder import NoRoom
from ecrf.exports.models import Export, ExportKind, ExportState
from ecrf.exports.package import CannotBeWritten
from ecrf.exports.reach import require_export


class Command(BaseCommand):
    help = (
        "Write everything of the study into an empty folder, in open formats, with what checks it and a viewer that"
        " needs Python alone. It holds what identifies patients: keep it as the trial's records are kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", help="empty, or not there yet")
        parser.add_argument("--by", required=True, help="user name of the data manager who answers for it")
        parser.add_argument(
            "--reason", required=True, help="why it is archived, such as: the study has ended"
        )

    def handle(self, *args: object, **options: Any) -> None:
        by, reason = _data_manager(options["by"]), tidy(options["reason"])
        if complaint := fault_of(reason, "it is archived"):
            raise CommandError(complaint)
        folder = Path(options["folder"])
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is not empty. Name an empty folder, or one that is not there yet.")
        part = folder.with_name(f"{folder.name}.part")
        if part.exists():
            raise CommandError(
                f"{part} is there already: another archive is being made, or was broken off. Remove it."
            )
        try:
            part.mkdir(mode=0o700, parents=True)
            at, sha256 = write_archive(part, reason, by.username)
            size = sum(file.stat().st_size for file in part.rglob("*") if file.is_file())
            actor = by.acting_at(None, Right.EXPORT)
            with acting(actor, reason=reason, source="command"):
                Export.objects.create(
                    kind=ExportKind.ARCHIVE,
                    title="Archive of the study",
                    state=ExportState.DONE,
                    wanted={"reason": reason, "operator": getpass.getuser()},
                    asked_at=at,
                    asked_by=by,
                    role=actor.role,
                    request_key=uuid.uuid4(),
                    finished_at=timezone.now(),
                    file_name=folder.name[:200],
                    size=size,
                    sha256=sha256,
                    removed_at=timezone.now(),
                    outcome="Written into a folder of the server. The SHA-256 is that of its list SHA256SUMS.",
                )
                if folder.exists():
                    folder.rmdir()
                part.rename(folder)
        except (OSError, NoRoom, CannotBeWritten) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise CommandError(
                f"The archive could not be written: {why}. Nothing half made is left."
            ) from None
        finally:
            shutil.rmtree(part, ignore_errors=True)
        self.stdout.write(
            f"Archived in {folder}. SHA-256 of SHA256SUMS, to be kept in another place: {sha256}"
        )
        self.stdout.write(
            "To check it: python3 verify.py. To read it: python3 viewer.py. README.txt says the rest."
        )


def _data_manager(username: str) -> User:
    by = User.objects.filter(username=username, is_active=True).first()
    if by is None or not {Right.EXPORT, Right.LOCK} <= set(by.rights):
        raise CommandError(f"{username} is no data manager: only one can answer for an archive.")
    try:
        require_export(by)
    except PermissionDenied as refused:
        raise CommandError(f"{username}: {refused}") from None
    return by
