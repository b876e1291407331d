"""Verifies the audit trail: every event of every chain against its hash, and the data against the events."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.audit.chain import ChainEnd, verify
from ecrf.audit.parts import PARTS, VerificationRun
from ecrf.audit.privileges import TO_DO, too_much


class Command(BaseCommand):
    help = (
        "Walk every chain of the audit trail and name each event and each value that does not fit. Fails if there is"
        " one that was not recorded as known (record_fault), or if anybody but the owner may write the trail's tables."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for part in PARTS.values():
            part.add_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        begun_at = timezone.now()
        since: dict[int, ChainEnd] = {}
        for part in PARTS.values():
            since |= part.since(options)
        beside = [words for part in PARTS.values() for words in part.look(options, self._note)]
        verdict = verify(since)
        for fault in verdict.known:
            self.stdout.write(f"KNOWN     {fault} ({fault.known})")
        for fault in verdict.faults:
            self.stderr.write(f"TAMPERED  {fault} [{fault.mark[:12]}]")
        for words in beside:
            self.stderr.write(f"ANCHORED  {words}")
        rights = too_much()
        for words in rights:
            self.stderr.write(f"OPEN      {words}")
        run = VerificationRun(
            options, begun_at, since, verdict, [*map(str, verdict.faults), *beside, *rights]
        )
        for part in PARTS.values():
            part.keep(run)
        new = "new " if since else ""
        summary = f"{verdict.events} {new}events in {verdict.chains} chains"
        if verdict.faults or beside:
            count = len(verdict.faults) + len(beside)
            raise CommandError(f"The audit trail does not hold: {count} faults in {summary}.")
        if rights:
            raise CommandError(f"The audit trail holds, and can be written past its triggers. {TO_DO}")
        redacted = f"; {verdict.redacted} of them redacted, as the trail tells" if verdict.redacted else ""
        known = f", but for {len(verdict.known)} known faults" if verdict.known else ""
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds{known}: {summary}{redacted}."))

    def _note(self, words: str) -> None:
        self.stdout.write(f"NOTE      {words}")
