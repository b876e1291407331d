"""Records a fault of the audit trail as known, with a reason: for when its cause was found and it cannot be undone."""

import getpass
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from ecrf.access.models import User
from ecrf.access.roles import RIGHTS, Right
from ecrf.audit.actor import Actor, acting
from ecrf.audit.models import KnownFault
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.verifying.verify import verify


class Command(BaseCommand):
    help = (
        "Record a fault that verify_audit names, with the reason why it is known. verify_audit goes on listing it, as"
        " known, and names any other. This cannot be undone. Run it as the owner of the tables, as migrate is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mark", help="as verify_audit shows it behind the fault, such as 3fa9c1d20b7e")
        parser.add_argument("--by", required=True, help="user name of the data manager who answers for it")
        parser.add_argument("--reason", default="", help="what the cause is; asked for if left out")

    def handle(self, *args: object, **options: str) -> None:
        actor, by = _who_answers(options["by"])
        reason = tidy(options["reason"] or (input("Why: ") if sys.stdin.isatty() else ""))
        if complaint := fault_of(reason):
            raise CommandError(complaint)
        found = [fault for fault in verify().faults if fault.mark.startswith(options["mark"])]
        if len(options["mark"]) < 8 or len(found) != 1:
            raise CommandError("verify_audit shows no such mark of a fault that is not yet known.")
        row = {"mark": found[0].mark, "fault": str(found[0]), "reason": reason, "recorded_by": by}
        try:
            with acting(actor, reason=reason, source="command"):
                KnownFault.objects.create(**row, operator=getpass.getuser())
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", "") != "42501":
                raise
            raise CommandError(
                "Only the owner of the tables may do this: run it where migrate is run."
            ) from None
        self.stdout.write(f"Recorded as known: {found[0]}")


def _who_answers(username: str) -> tuple[Actor, User]:
    """A data manager, who holds that role for all sites."""
    by = User.objects.filter(username=username, is_active=True).first()
    for membership in by.current_memberships if by else ():
        if by and Right.LOCK in RIGHTS[membership.role]:
            return Actor(str(by.pk), by.username, membership.role), by
    raise CommandError(f"{username} is no data manager: only one can answer for it.")
