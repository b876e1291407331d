"""Verifies the audit trail: every event of every chain against its hash."""

from django.core.management.base import BaseCommand, CommandError

from ecrf.audit.chain import verify


class Command(BaseCommand):
    help = "Walk every chain of the audit trail and name the first event of each that does not fit."

    def handle(self, *args: object, **options: object) -> None:
        verdict = verify()
        for fault in verdict.faults:
            whose = f"patient id {fault.chain}" if fault.chain else "the system's chain"
            self.stderr.write(f"TAMPERED  {whose}, event {fault.position}: {fault.what}")
        summary = f"{verdict.events} events in {verdict.chains} chains"
        if verdict.faults:
            raise CommandError(
                f"The audit trail does not hold: {len(verdict.faults)} of {summary} do not fit."
            )
        redacted = f"; {verdict.redacted} of them redacted, as the trail tells" if verdict.redacted else ""
        self.stdout.write(self.style.SUCCESS(f"The audit trail holds: {summary}{redacted}."))
