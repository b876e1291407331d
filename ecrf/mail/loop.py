"""The worker's own thread for mail.

Making a large file takes the worker many minutes, and a mail must leave within one: so mail has a thread, which waits
for the network most of its time and takes little from the file that is being made. A process would be one more thing to
run where one is enough. Who wants it apart, as the compose file does so that the service with the files reaches no
network, runs two workers: `work --only exports` and `work --only mail`.
"""

import logging
import signal
import threading
import time

from django.db import DatabaseError, close_old_connections, connections

from ecrf.mail.scheduled import JOBS, run_job
from ecrf.mail.sending import send_due

log = logging.getLogger("ecrf.mail")

LOOK_EVERY = 5.0
"""Seconds between two looks for what is due."""
LEFT_ALONE = 60.0
"""Seconds for which a server that was away is not tried again."""


class MailLoop(threading.Thread):
    """Runs the jobs that are due and sends what waits, until `stop`."""

    def __init__(self) -> None:
        super().__init__(name="mail", daemon=True)
        self._stopping = threading.Event()
        self._ran: dict[str, float] = {}
        self._left_alone_until = 0.0

    def stop(self, timeout: float = 25.0) -> None:
        """Let the mail at hand go out, and end."""
        self._stopping.set()
        self.join(timeout)

    def run_until_signal(self) -> None:
        """In the place of a thread: for a worker that does nothing else."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stopping.set())
        self.run()

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self.turn()
                self._stopping.wait(LOOK_EVERY)
        finally:
            connections.close_all()

    def turn(self) -> None:
        """One look; whatever goes wrong, there is a next one."""
        try:
            now = time.monotonic()
            for job in JOBS.values():
                if now - self._ran.get(job.name, -job.every.total_seconds()) >= job.every.total_seconds():
                    self._ran[job.name] = now
                    run_job(job)
            if now >= self._left_alone_until and not send_due(self._stopping.is_set):
                self._left_alone_until = now + LEFT_ALONE
        except DatabaseError:  # it is away: it is asked again
            log.warning("mail waits for the database", exc_info=True)
            close_old_connections()
        except Exception:
            log.error("the mail loop failed", exc_info=True)
            close_old_connections()
