"""Data cuts from the command line: take one by a saved choice, make one again from the audit trail, prove it."""

import getpass
import tempfile
import uuid
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.exports.choice import CutChoice
from ecrf.exports.folder import NoRoom, file_of, folder
from ecrf.exports.models import DataCut, Export, SavedChoice
from ecrf.exports.package import CannotBeWritten
from ecrf.exports.reach import require_export
from ecrf.exports.rebuild import rebuild
from ecrf.exports.services import Refused, ask_for_cut


class Command(BaseCommand):
    help = (
        "--cut NAME -o FILE makes a data cut again from the audit trail alone and says whether the bytes are the same."
        " --scheduled --by USERNAME takes a new one, named by the date; --choice NAME: by a saved choice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cut", default="", help="name of the data cut to make again")
        parser.add_argument(
            "-o", "--output", default="", help="where the ZIP file goes; - for none, only the proof"
        )
        parser.add_argument("--scheduled", action="store_true", help="take a data cut now")
        parser.add_argument("--choice", default="", help="the saved choice; without it everything, as CSV")
        parser.add_argument(
            "--by", default="", help="user name of the data manager or statistician who answers for it"
        )

    def handle(self, *args: object, **options: Any) -> None:
        if bool(options["cut"]) == options["scheduled"]:
            raise CommandError("Say either --cut NAME or --scheduled.")
        if options["scheduled"]:
            self._take(options["choice"], options["by"])
        else:
            self._make_again(options["cut"], options["output"])

    def _make_again(self, name: str, output: str) -> None:
        cut = DataCut.objects.select_related("export").filter(name=name).first()
        if cut is None:
            names = ", ".join(DataCut.objects.order_by("taken_at").values_list("name", flat=True))
            raise CommandError(f"There is no data cut {name}. There are: {names or 'none'}.")
        target = Path(output or f"{name.replace(' ', '_')}.zip")
        if output != "-" and target.exists():
            raise CommandError(f"{target} is there already. Name another file with -o.")
        try:
            # Beside where it goes, where there is room for it: what is for passing things may be small.
            beside = folder() if output == "-" else target.absolute().parent
            with tempfile.TemporaryDirectory(prefix=".ecrf-", suffix=".part", dir=beside) as work:
                files = Path(work) / "files"
                files.mkdir()
                found = rebuild(cut, files, Path(work) / "made.zip" if output == "-" else target)
        except (OSError, NoRoom, CannotBeWritten) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise CommandError(
                f"It could not be written: {str(why).rstrip('.')}. Nothing half made is left."
            ) from None
        self.stdout.write(found.words)
        self.stdout.write(
            f"SHA-256 when it was taken: {cut.export.sha256}\nSHA-256 now:               {found.sha256}"
        )
        if not found.is_explained:
            raise CommandError("The data cut could not be made again.")

    def _take(self, choice: str, username: str) -> None:
        by = User.objects.filter(username=username, is_active=True).first()
        if by is None or Right.EXPORT not in by.rights:
            raise CommandError(
                f"{username or '--by'} is no data manager or statistician: only one can answer for a data cut."
            )
        try:
            require_export(by)
        except PermissionDenied as refused:
            raise CommandError(f"{username}: {refused}") from None
        saved = SavedChoice.objects.filter(name=choice).first()
        if choice and saved is None:
            names = ", ".join(SavedChoice.objects.order_by("name").values_list("name", flat=True))
            raise CommandError(f"There is no saved choice {choice}. There are: {names or 'none'}.")
        wanted = saved.choice if saved else CutChoice().as_json
        if wanted["selection"]["identifiers"]:
            raise CommandError("A scheduled cut never holds identifiers: choose one that leaves them out.")
        named = f"{_as_file_name(choice or 'Scheduled')} {timezone.now():%Y-%m-%d %H%M%S}"
        try:
            export = ask_for_cut(
                name=named,
                reason=f"Scheduled, by {getpass.getuser()} on the server",
                identifiers_reason="",
                choice=wanted,
                by=by,
                request_key=uuid.uuid4(),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"Asked for the data cut {named}. {self._when_done(export)}")

    def _when_done(self, export: Export) -> str:
        try:
            where = file_of(export)
        except NoRoom as error:
            return str(error)
        return f"The worker will put it at {where}."


def _as_file_name(choice: str) -> str:
    """A choice may bear any name; a cut's is short enough for the moment behind it, and no path and no formula."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else " " for sign in choice)
    return " ".join(plain.split())[:40].strip("-_ ") or "Scheduled"
