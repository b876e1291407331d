"""Looks at once for all that people are to be told of by mail, and sends what is due; the worker does so by itself."""

from typing import Any

from django.core.management.base import BaseCommand

from ecrf.mail.queue import is_on
from ecrf.mail.scheduled import JOBS, run_job
from ecrf.mail.sending import send_due


class Command(BaseCommand):
    help = "Look at once for all that people are to be told of by mail, and send what is due."

    def handle(self, *args: object, **options: Any) -> None:
        for job in JOBS.values():
            self.stdout.write(f"{job.name}: {run_job(job)} queued")
        if not is_on():
            self.stdout.write("Mail is off: what is queued waits.")
        elif not send_due():
            self.stdout.write("The mail server is away: what is queued waits.")
