"""Verifies the audit trail: every event of every chain against its hash, and the data against the events."""

from django.core.management.base import BaseCommand, CommandError

from ecrf.audit.chain import verify
from ecrf.audit.privileges import TO_DO, too_much


class Command(BaseCommand):
    help = (
        "Walk every chain of the audit trail and name each event and each value that does not fit. Fails if there is"
        " one that was not recorded as known (record_fault), or if anybody but the owner may write the trail's tables."
    )

    def handle(self, *args: object, **options: object) -> None:
        verdict = verify()
        for fault in verdict.known:
            self.stdout.write(f"KNOWN     {fault} ({fault.known})")
        for fault in verdict.faults:
            self.stderr.write(f"TAMPERED  {fault} [{fault.mark[:12]}]")
        rights = too_much()
        for words in rights:
            self.stderr.write(f"OPEN      {words}")
        summary = f"{verdict.events} events in {verdict.chains} chains"
        if verdict.faults:
            raise CommandError(f"The audit trail does not hold: {len(verdict.faults)} faults in {summary}.")
        if rights:
            raise CommandError(f"The audit trail holds, and can be written past its triggers. {TO_DO}")
        redacted = f"; {verdict.redacted} of them redacted, as the trail tells" if verdict.redacted else ""
        known = f", but for {len(verdict.known)} known faults" if verdict.known else ""
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds{known}: {summary}{redacted}."))
