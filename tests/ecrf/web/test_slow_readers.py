"""Who reads a large file on a slow line gets all of it; who reads a page as slowly does not."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import pytest

from ecrf.web.worker import COMES_WITHIN, GOES_WITHIN, LEAST_BYTES_A_SECOND, end_of, give_time_for

FILE = 200_000_000


def test_file_is_given_the_time_that_it_takes_and_no_more():
    with socket.socket() as page, socket.socket() as file:
        give_time_for(page, 20_000)
        give_time_for(file, FILE)
        needed = FILE / LEAST_BYTES_A_SECOND
        for sock in (page, file):
            assert end_of(sock, COMES_WITHIN - 1) is None
            assert end_of(sock, COMES_WITHIN + 1) == socket.SHUT_RD  # the sender's limit is the same
        assert end_of(page, GOES_WITHIN + 1) == socket.SHUT_RDWR
        assert end_of(file, GOES_WITHIN + needed - 1) == socket.SHUT_RD
        assert end_of(file, GOES_WITHIN + needed + 1) == socket.SHUT_RDWR


def test_next_answer_on_the_same_connection_has_its_own_time():
    with socket.socket() as sock:
        give_time_for(sock, FILE)
        give_time_for(sock, 100)
        assert end_of(sock, GOES_WITHIN + 1) == socket.SHUT_RDWR


WHOLE = 40_000_000
SERVE = f"""
import ecrf.web.worker as worker
worker.COMES_WITHIN, worker.GOES_WITHIN, worker.LEAST_BYTES_A_SECOND = 1, 2, {WHOLE} // 60
from gunicorn.app.base import BaseApplication
import sys

def app(environ, start_response):
    told = environ["PATH_INFO"] == "/told"
    if told:
        worker.give_time_for(environ["gunicorn.socket"], {WHOLE})
    start_response("200 OK", [("Content-Length", "{WHOLE}")])
    return [b"x" * {WHOLE}]

class Server(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", f"fd://{{sys.argv[1]}}")
        self.cfg.set("worker_class", "ecrf.web.worker.Worker")
        self.cfg.set("threads", 4)
        self.cfg.set("loglevel", "critical")

    def load(self):
        return app

Server().run()
"""


@pytest.fixture
def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        os.set_inheritable(listener.fileno(), True)
        running = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(listener.fileno())], pass_fds=[listener.fileno()]
        )
        yield listener.getsockname()[1]
        running.terminate()
        running.wait()


def test_slow_reader_gets_the_whole_of_what_was_told_to_be_long(port):
    """Both read nothing until a page's time is over."""
    with reader_of(port, "/told") as told, reader_of(port, "/untold") as untold:
        begun = [len(reader.recv(1000)) for reader in (told, untold)]
        time.sleep(5)
        assert begun[0] + rest_of(told) > WHOLE
        assert begun[1] + rest_of(untold) < WHOLE


def reader_of(port: int, path: str) -> socket.socket:
    reader = socket.create_connection(("127.0.0.1", port), timeout=30)
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    reader.sendall(f"GET {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
    return reader


def rest_of(reader: socket.socket) -> int:
    got = 0
    with contextlib.suppress(OSError):
        while part := reader.recv(1 << 20):
            got += len(part)
    return got
