"""What the worker does by itself from time to time, as the floors above register: looks who is to be told of what."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from ecrf.audit.lost import fails
from ecrf.audit.registry import Registry

log = logging.getLogger("ecrf.mail")

HELD = "SELECT pg_try_advisory_xact_lock(hashtext('ecrf.mail.job'), hashtext(%s))"


@dataclass(frozen=True)
class Job:
    """One such look; `run` gives how many mails it queued, and may be run at any time, any number of times."""

    name: str
    every: timedelta
    run: Callable[[], int]


JOBS = Registry[Job]("job")


def scheduled(name: str, every: timedelta) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Above a function: the worker runs it so often, in a transaction, one worker at a time."""

    def decorate(run: Callable[[], int]) -> Callable[[], int]:
        JOBS.add(name, Job(name, every, run))
        return run

    return decorate


def run_job(job: Job) -> int:
    """Run it unless another worker does. A fault in one is logged and holds no other up."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(HELD, [job.name])
                if cursor.fetchone() != (True,):
                    return 0
            return job.run()
    except Exception as error:
        if fails(error):  # the database is away: the worker waits for it
            raise
        log.error("a job failed", exc_info=True, extra={"job": job.name})
        return 0
