"""gunicorn's threaded worker, on which whoever sends or reads slowly cannot hold a thread for long."""

import contextlib
import socket
import sys
import threading
import time
from typing import Any
from weakref import WeakKeyDictionary

from gunicorn.workers.gthread import ThreadWorker

DJANGO_THREADS = 4
"""Of a process, on which Django runs; each keeps one connection to the database."""
LARGE_AT_ONCE = 6
"""So many files at a time come to a process: each takes its length of the disk, and one of the server's threads."""
SWITCHES_EVERY = 0.001
"""Seconds for which a thread that computes is let alone while another one of the process waits. A save waits for the
database some ten times, and each time, once it is answered, for whoever puts a long page together beside it."""
COMES_WITHIN = 20.0
GOES_WITHIN = 120.0
"""Seconds that a request has to arrive whole, and until its answer is gone. Nothing is taken, or sent, after that."""
LEAST_BYTES_A_SECOND = 64 * 1024
"""Of a long answer, such as a file: who reads it so fast, or faster, is given the time that it takes."""
LEAST_BYTES_IN_A_SECOND = 128 * 1024
"""The same of what is sent here: a source copy of 20 MB may take three minutes."""

_longer: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
_comes_longer: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def give_time_for(sock: Any, length: int) -> None:
    """Said of each answer as it begins: so many bytes go this way."""
    _longer[sock] = length / LEAST_BYTES_A_SECOND


def give_time_to_come(sock: Any, length: int) -> None:
    """Said of a request that holds a file, as its body begins: so many bytes come this way."""
    _comes_longer[sock] = length / LEAST_BYTES_IN_A_SECOND


def end_of(sock: Any, seconds: float) -> int | None:
    """What of a connection is to be closed when a request on it has taken so long; None while it is in time."""
    comes_longer = _comes_longer.get(sock, 0)
    if seconds > GOES_WITHIN + comes_longer + _longer.get(sock, 0):
        return socket.SHUT_RDWR
    return socket.SHUT_RD if seconds > COMES_WITHIN + comes_longer else None


class Worker(ThreadWorker):
    """Looks once a second for requests that are late. The library's own time limits begin anew with each byte."""

    def init_process(self) -> None:
        sys.setswitchinterval(SWITCHES_EVERY)
        self.under_way: dict[Any, float] = {}
        threading.Thread(target=self._end_late_ones, daemon=True).start()
        super().init_process()

    def handle(self, conn: Any) -> Any:
        self.under_way[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            del self.under_way[conn]
            _longer.pop(conn.sock, None)
            _comes_longer.pop(conn.sock, None)

    def _end_late_ones(self) -> None:
        while True:
            time.sleep(1)
            now = time.monotonic()
            for conn, began in list(self.under_way.items()):
                how = end_of(conn.sock, now - began)
                if how is not None:
                    with contextlib.suppress(OSError):  # it has ended meanwhile
                        conn.sock.shutdown(how)
