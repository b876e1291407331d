"""A real provider for the tests: npm's oidc-provider as a process on this machine, and a browser's way through it."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urljoin

import pytest
import requests

from ecrf.demo import ROOT
from tests import clock

HERE = Path(__file__).parent
CLIENT_ID, CLIENT_SECRET = "ecrf-in-a-test", "only+for tests: of%signs/that need an escape"
OURS = "http://testserver"
SECONDS_TO_START = 30


@dataclass
class RealProvider:
    """Where it is, and the logout tokens that it has sent to our back channel."""

    issuer: str
    logout_tokens: list[str]


def node() -> str:
    """Node, of the machine or brought by pip as the Makefile does; without it the tests are skipped, aloud."""
    found = shutil.which("node", path=f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}")
    if not found or not (ROOT / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("SKIPPED: no node, or no node_modules/oidc-provider: say make setup")
    return found


@contextlib.contextmanager
def running_provider(ours: str = OURS) -> Iterator[RealProvider]:
    """A provider that knows the eCRF at this address, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _back_channel() as (back_channel, logout_tokens):
        given = {
            "port": port,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": f"{ours}/login/sso/callback/",
            "post_logout_redirect_uri": f"{ours}/login/",
            "backchannel_logout_uri": back_channel,
            "seconds_ahead": float(os.environ.get(clock.AHEAD, "0")),
        }
        process = subprocess.Popen(
            [node(), str(HERE / "oidc_provider.mjs")],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PROVIDER": json.dumps(given)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            provider = RealProvider(f"http://127.0.0.1:{port}", logout_tokens)
            _wait_for(provider, process)
            yield provider
        finally:
            process.kill()
            process.wait()


def _wait_for(provider: RealProvider, process: subprocess.Popen) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=5)
            return
        time.sleep(0.1)
    pytest.fail("oidc-provider does not start")


@contextlib.contextmanager
def _back_channel() -> Iterator[tuple[str, list[str]]]:
    """What stands in for our back channel: it keeps what the provider sends, for the test to hand on."""
    kept: list[str] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.extend(parse_qs(body)["logout_token"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", kept
    finally:
        server.shutdown()
        server.server_close()


class Browser:
    """What a person does at the provider; its cookies there are kept from one visit to the next."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.asked_to_log_in = False

    def log_in(self, url: str, login: str, *, amr: str = "", acr: str = "", cancel: str = "") -> str:
        """From the address where we send people to the one where they come back to us, without our host."""
        self.asked_to_log_in = False
        while not url.startswith(OURS):
            answer = self.session.get(url, allow_redirects=False, timeout=10)
            if answer.status_code == 200:
                # Another form is only there when another person logs in: it ends the session of the first, by script.
                place = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
                typed = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', answer.text))
                if not place:
                    self.asked_to_log_in = True
                    typed = {"login": login, "amr": amr, "acr": acr, "cancel": cancel}
                url = place[1] if place else url
                answer = self.session.post(url, data=typed, allow_redirects=False, timeout=10)
            assert answer.status_code in (302, 303), answer.text
            url = urljoin(url, answer.headers["Location"])
        return url.removeprefix(OURS)

    def log_out(self, url: str) -> str:
        """The same for the log-out, which the provider asks to confirm."""
        page = self.session.get(url, allow_redirects=False, timeout=10)
        assert page.status_code == 200, page.text
        action = re.search(r'action="([^"]+)"', page.text)
        xsrf = re.search(r'name="xsrf" value="([^"]+)"', page.text)
        assert action, page.text
        assert xsrf, page.text
        typed = {"xsrf": xsrf[1], "logout": "yes"}
        answer = self.session.post(action[1], data=typed, allow_redirects=False, timeout=10)
        assert answer.status_code in (302, 303), answer.text
        return answer.headers["Location"]
