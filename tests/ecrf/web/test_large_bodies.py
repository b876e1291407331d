"""Files come to a process a few at a time, whoever sends them: one more is told to wait, and pages are taken beside."""

import importlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType

import pytest

from ecrf.web.middleware import FILE, PAGE
from ecrf.web.worker import LARGE_AT_ONCE

ADDRESS = "/imports/new/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def wsgi() -> ModuleType:
    """What the server starts, which asks the database whether it may."""
    return importlib.import_module("ecrf.wsgi")


class Slow:
    """A body of which nothing comes until it breaks off."""

    def __init__(self, breaks_off: threading.Event) -> None:
        self.is_read, self.breaks_off = threading.Event(), breaks_off

    def read(self, _: int) -> bytes:
        self.is_read.set()
        assert self.breaks_off.wait(60)
        return b""


class BrokenOff:
    def read(self, _: int) -> bytes:
        return b""


class Failing:
    def read(self, _: int) -> bytes:
        raise OSError("The connection is gone.")


def send(wsgi: ModuleType, body: object, size: int) -> tuple[int, dict[str, str]]:
    """The status, and the headers."""
    said: list[tuple[int, dict[str, str]]] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": ADDRESS,
        "CONTENT_LENGTH": str(size),
        "wsgi.input": body,
    }
    assert wsgi.application(environ, lambda status, headers: said.append((int(status[:3]), dict(headers))))
    return said[0]


@pytest.fixture
def breaks_off() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def senders(wsgi, breaks_off) -> Iterator[list[Future[tuple[int, dict[str, str]]]]]:
    """As many as may send a file at a time, each of whom has begun."""
    bodies = [Slow(breaks_off) for _ in range(LARGE_AT_ONCE)]
    with ThreadPoolExecutor(LARGE_AT_ONCE) as threads:
        begun = [threads.submit(send, wsgi, body, FILE) for body in bodies]
        try:
            assert all(body.is_read.wait(60) for body in bodies)
            yield begun
        finally:
            breaks_off.set()


@pytest.mark.requirement("R-093")
def test_one_file_more_is_told_to_wait_unread_and_a_page_is_taken(wsgi, senders):
    status, headers = send(wsgi, Failing(), wsgi.IN_MEMORY + 1)
    assert (status, headers["Retry-After"], headers["Connection"]) == (503, "60", "close")
    assert PAGE <= wsgi.IN_MEMORY
    assert send(wsgi, BrokenOff(), wsgi.IN_MEMORY)[0] == 408


def test_next_is_taken_once_the_others_are_done(wsgi, senders, breaks_off):
    assert send(wsgi, BrokenOff(), FILE)[0] == 503
    breaks_off.set()
    assert {sender.result()[0] for sender in senders} == {408}
    for _ in range(LARGE_AT_ONCE + 1):
        assert send(wsgi, BrokenOff(), FILE)[0] == 408


def test_one_that_fails_keeps_no_place(wsgi):
    for _ in range(LARGE_AT_ONCE + 1):
        with pytest.raises(OSError, match="gone"):
            send(wsgi, Failing(), FILE)
