"""The entry for the application server."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from django.core.wsgi import get_wsgi_application

from ecrf.audit.made_by import refuse_before_serving
from ecrf.audit.privileges import log_at_start
from ecrf.web.wide_frame import in_a_wide_frame

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecrf.settings")
_django = in_a_wide_frame(get_wsgi_application())
log_at_start()
refuse_before_serving()

from ecrf.outcomes.current import load_maker  # noqa: E402  (reads the settings)
from ecrf.web.middleware import body_size, is_too_long  # noqa: E402
from ecrf.web.spooled import spooled  # noqa: E402
from ecrf.web.worker import (  # noqa: E402
    DJANGO_THREADS,
    LARGE_AT_ONCE,
    give_time_for,
    give_time_to_come,
)

load_maker()

IN_MEMORY, BLOCK = 3_000_000, 1 << 16
"""So many bytes of a request are kept in memory; what is longer is a file, which no page of values is."""
REFUSED = [("Content-Type", "text/plain"), ("Connection", "close")]
_large = threading.BoundedSemaphore(LARGE_AT_ONCE)
_threads = ThreadPoolExecutor(DJANGO_THREADS, "django")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's application, on one of a few threads, called once the whole request is there.

    The server's own threads, of which there are many, wait for slow senders and readers: these hold neither Django nor
    a connection to the database. So no answer may be a stream of rows: it would be read on a thread of the server's.
    """
    size = body_size(environ)
    if is_too_long(size, environ.get("PATH_INFO", "")):
        size = 0  # a middleware refuses it, unread
    if size <= IN_MEMORY:
        return _answer(environ, start_response, size)
    # It is not known yet who sends it: neither the disk nor the server's threads are for whoever sends most.
    if not _large.acquire(blocking=False):
        words = b"Too many files are arriving at this moment. Nothing was saved. Wait a minute, then send it again.\n"
        start_response("503 Service Unavailable", [("Retry-After", "60"), *REFUSED])
        return [words]
    try:
        return _answer(environ, start_response, size)
    finally:
        _large.release()


def _answer(environ: dict[str, Any], start_response: Callable[..., Any], size: int) -> Iterable[bytes]:
    if size:
        if "gunicorn.socket" in environ and size > IN_MEMORY:
            give_time_to_come(environ["gunicorn.socket"], size)
        body = _whole_body(environ["wsgi.input"], size)
        if body is None:
            start_response("408 Request Timeout", REFUSED)
            return [b"The request did not arrive in time, or not whole. Nothing was saved.\n"]
        environ["wsgi.input"] = body
    return _threads.submit(_django, environ, _timed(environ, start_response)).result()


def _whole_body(sent: IO[bytes], size: int) -> IO[bytes] | None:
    """What was sent, a long one on the disk and not in memory; None if it did not arrive whole."""
    body, left = spooled(IN_MEMORY), size
    while left and (block := sent.read(min(left, BLOCK))):
        body.write(block)
        left -= len(block)
    body.seek(0)
    return None if left else body


def _timed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Tells the server how long an answer is: a large file is given more time than a page."""

    def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        length = dict(headers).get("Content-Length", "")
        if "gunicorn.socket" in environ and length.isdigit():
            give_time_for(environ["gunicorn.socket"], int(length))
        return start_response(status, headers, *more)

    return begin
