"""Stands on the loopback for an attacker's server: whoever asks it but the scanner was made to by an attack.

Wapiti names its address in what it sends. It asks in the end what came, and is told of nothing: that is read here.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.siege.scan.reports import Finding


class Listener(ThreadingHTTPServer):
    """`agent`: as whom the scanner asks."""

    daemon_threads = True

    def __init__(self, agent: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.agent, self.came = agent, list[str]()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def findings(self) -> list[Finding]:
        """Of what came since this was asked last."""
        came, self.came = self.came, []
        what = "The server asked an address that an attacker named"
        return [Finding("listener", "critical", what, one) for one in came]


class _Answer(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        if self.server.agent not in self.headers.get("User-Agent", ""):
            self.server.came.append(f"{self.command} {self.path}")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"{}")

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Nothing: what came is kept."""


@contextmanager
def listening(agent: str) -> Iterator[Listener]:
    with Listener(agent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
