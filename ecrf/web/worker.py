"""gunicorn's threaded worker, on which whoever sends or reads slowly cannot hold a thread for long."""

import contextlib
import socket
import threading
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

COMES_WITHIN = 20.0
GOES_WITHIN = 120.0
"""Seconds that a request has to arrive whole, and until its answer is gone. Nothing is taken, or sent, after that."""


class Worker(ThreadWorker):
    """Looks once a second for requests that are late. The library's own time limits begin anew with each byte."""

    def init_process(self) -> None:
        self.under_way: dict[Any, float] = {}
        threading.Thread(target=self._end_late_ones, daemon=True).start()
        super().init_process()

    def handle(self, conn: Any) -> Any:
        self.under_way[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self.under_way[conn]

    def _end_late_ones(self) -> None:
        while True:
            time.sleep(1)
            now = time.monotonic()
            for conn, began in list(self.under_way.items()):
                if now - began > COMES_WITHIN:
                    how = socket.SHUT_RDWR if now - began > GOES_WITHIN else socket.SHUT_RD
                    with contextlib.suppress(OSError):  # it has ended meanwhile
                        conn.sock.shutdown(how)
