"""Makes an anchor now, or with --scheduled the one that is due, and brings it where it goes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecrf.anchors.making.anchor import NotSetUp, make_anchor, make_due_anchor
from ecrf.anchors.making.delivery import deliver_due
from ecrf.anchors.models import Anchor
from ecrf.anchors.runs import operator


class Command(BaseCommand):
    help = (
        "Make an anchor: the signed heads of all chains. --scheduled: only if the one of the day or of an act is due,"
        " for a timer; the worker that sends mail does so by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scheduled", action="store_true", help="only if one is due")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            anchor = make_due_anchor(operator()) if options["scheduled"] else make_anchor(operator())
        except NotSetUp as error:
            raise CommandError(str(error)) from None
        deliver_due()
        if anchor is None:
            self.stdout.write("No anchor is due.")
            return
        self.stdout.write(
            f"Anchor {anchor.number}: {anchor.events} events in {anchor.chains} chains, signed with the key"
            f" {', '.join(anchor.keys)}.\nSHA-256 {anchor.sha256}"
        )
        self._tell_ways(anchor)

    def _tell_ways(self, anchor: Anchor) -> None:
        failed = []
        for way in anchor.deliveries.select_related("mail"):
            where = f"{way.get_destination_display()}: {way.to}"
            self.stdout.write(f"{where}, {'waits in the queue' if way.mail else way.last_error or 'arrived'}")
            failed += [where] if not way.mail and not way.done_at else []
        if failed:
            raise CommandError("It did not arrive everywhere; the worker, or --scheduled, tries again.")
