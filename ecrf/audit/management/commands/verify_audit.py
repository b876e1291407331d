"""Verifies the audit trail: events against hashes, the data against the events, the database against the code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ecrf.audit.parts import PARTS, VerificationRun
from ecrf.audit.privileges import TO_DO
from ecrf.audit.verifying.faults import Verdict
from ecrf.audit.verifying.verify import verify


class Command(BaseCommand):
    help = (
        "Walk every chain of the audit trail, recompute what is derived, compare the database with what this version"
        " ships, and name all that does not fit. Fails if something was not recorded as known (record_fault), or if"
        " anybody but the owner may write past the trail."
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
            self.stderr.write(f"{fault.kind:<9} {fault} [{fault.mark[:12]}]")
        for words in beside:
            self.stderr.write(f"ANCHORED  {words}")
        for fault in verdict.open:
            self.stderr.write(f"{fault.kind:<9} {fault} [{fault.mark[:12]}]")
        found = [*map(str, verdict.faults), *beside]
        wrong = [*found, *map(str, verdict.open)]
        run = VerificationRun(options, begun_at, verdict.events, verdict.chains, wrong, len(verdict.known))
        for part in self.parts:
            part.keep(run)
        if found:
            raise CommandError(f"The audit trail does not hold: {len(found)} faults in {_summary(verdict)}.")
        if verdict.open:
            raise CommandError(f"The audit trail holds, and can be written past its triggers. {TO_DO}")
        redacted = f"; {verdict.redacted} of them redacted, as the trail tells" if verdict.redacted else ""
        known = f", but for {len(verdict.known)} known faults" if verdict.known else ""
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds{known}: {_summary(verdict)}{redacted}."))


def _summary(verdict: Verdict) -> str:
    return f"{verdict.events} events in {verdict.chains} chains"
