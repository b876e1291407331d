"""Shows the log of logins: when, what, who and from which address, the oldest first."""

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.access.login_log import LoginEvent
from ecrf.account.lockout import name_in_log


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text} is no date. Write one such as 2026-11-22, or 2026-11-22T07:30.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Show logins, wrong tries, locks and log-outs, the oldest first; times are UTC."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", help="only this user name, also one that has no account")
        parser.add_argument("--since", type=_moment, help="only from this day or moment (UTC) on")

    def handle(self, *args: object, **options: object) -> None:
        events = LoginEvent.objects.order_by("pk")
        if options["user"]:
            events = events.filter(username=name_in_log(str(options["user"])))
        if options["since"]:
            events = events.filter(at__gte=options["since"])
        for event in events.iterator():
            address = event.address or "-"
            self.stdout.write(
                f"{event.at:%Y-%m-%d %H:%M:%S}Z  {event.username:24}  {address:39}  {event.get_what_display()}"
            )
