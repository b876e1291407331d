"""Verifies the audit trail: every event of every chain against its hash, and the data against the events."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.audit.chain import verify
from ecrf.audit.parts import PARTS, VerificationRun
from ecrf.audit.privileges import TO_DO, too_much


class Command(BaseCommand):
    help = (
        "Walk every chain of the audit trail and name each event and each value that does not fit. Fails if there is"
        " one that was not recorded as known (record_fault), or if anybody but the owner may write the trail's tables."
    )

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.parts = [part() for part in PARTS.values()]

    def add_arguments(self, parser: CommandParser) -> None:
        for part in self.parts:
            part.add_arguments(parser)

    def handle(self, *args: object, **options: Any) -> None:
        begun_at = timezone.now()
        if any(part.is_enough(options, self.stdout.write) for part in self.parts):
            return
        beside = [words for part in self.parts for words in part.faults(options, self.stdout.write)]
        verdict = verify()
        for fault in verdict.known:
            self.stdout.write(f"KNOWN     {fault} ({fault.known})")
        for fault in verdict.faults:
            self.stderr.write(f"TAMPERED  {fault} [{fault.mark[:12]}]")
        for words in beside:
            self.stderr.write(f"ANCHORED  {words}")
        rights = too_much()
        for words in rights:
            self.stderr.write(f"OPEN      {words}")
        found = [*map(str, verdict.faults), *beside]
        run = VerificationRun(
            options, begun_at, verdict.events, verdict.chains, [*found, *rights], len(verdict.known)
        )
        for part in self.parts:
            part.keep(run)
        summary = f"{verdict.events} events in {verdict.chains} chains"
        if found:
            raise CommandError(f"The audit trail does not hold: {len(found)} faults in {summary}.")
        if rights:
            raise CommandError(f"The audit trail holds, and can be written past its triggers. {TO_DO}")
        redacted = f"; {verdict.redacted} of them redacted, as the trail tells" if verdict.redacted else ""
        known = f", but for {len(verdict.known)} known faults" if verdict.known else ""
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds{known}: {summary}{redacted}."))
