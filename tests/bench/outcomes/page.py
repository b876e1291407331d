"""The page of the outcomes made anew, with thirteen patients and with a thousand: processor time, size, statements."""

import os
import time
from pathlib import Path
from statistics import median

from django.db import connection

from ecrf.access.models import User
from ecrf.outcomes import current, drawing
from tests.bench.counting import client_of, statements

ROUNDS = 15
URL = "/outcomes/"
TICKS = os.sysconf("SC_CLK_TCK")


def measure(user: User) -> dict:
    client = client_of(user)

    def ask():
        current.forget()
        drawing.drawing_of.cache_clear()
        return client.get(URL)

    size = len(ask().content)
    count = statements(ask).count
    pid = connection.connection.get_backend_pid()
    own, wall = [], []
    before = backend(pid)
    for _ in range(ROUNDS):
        w, s = time.perf_counter(), time.process_time()
        ask()
        own.append(time.process_time() - s)
        wall.append(time.perf_counter() - w)
    return {
        "worker_ms": 1000 * median(own),
        "wall_ms": 1000 * median(wall),
        "backend_ms": 1000 * (backend(pid) - before) / ROUNDS,
        "kB": size / 1000,
        "statements": count,
    }


def backend(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
