"""A browser with a login, and the ways to measure: sides in turn, and eight clients at once."""

import http.client
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

PASSWORD = "correct horse battery staple"
WARM_UP = 6


@dataclass(frozen=True)
class Answer:
    """What came back, as sent over the wire, and after how many milliseconds."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    ms: float


class Browser:
    """Keeps its connection and its cookies, as a browser does."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.port = port
        self.cookies = dict(cookies or {})
        self.by_script: dict[str, str] = {}

    def as_script(self) -> "Browser":
        """From now on as the pages' scripts ask: for pieces, and for what became of an act."""
        self.by_script = {"HX-Request": "true"}
        return self

    def log_in(self, username: str) -> "Browser":
        self.get("/login/")
        data = {"username": username, "password": PASSWORD}
        answer = self.post("/login/", data, expected=302)
        assert answer.status == 302, answer.body
        return self

    def another(self) -> "Browser":
        """One more client of the same session."""
        return Browser(self.port, self.cookies)

    def get(self, path: str, expected: int = 200) -> Answer:
        return self._ask("GET", path, None, expected)

    def post(self, path: str, data: dict[str, str], expected: int = 200) -> Answer:
        return self._ask("POST", path, data, expected)

    def _ask(self, method: str, path: str, data: dict[str, str] | None, expected: int) -> Answer:
        headers = {
            **self.by_script,
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.cookies.get("csrftoken", "")
        body = None if data is None else urlencode(data).encode()
        start = time.perf_counter()
        try:
            response, content = self._answered(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # A worker that has answered its share is replaced, and closes what it kept open: a browser asks anew.
            if method != "GET":
                raise
            self.connection.close()
            start = time.perf_counter()
            response, content = self._answered(method, path, body, headers)
        ms = (time.perf_counter() - start) * 1000
        self._keep_cookies(response.headers)
        if response.status != expected:
            raise RuntimeError(f"{method} {path} answered {response.status}: {content[:500]!r}")
        return Answer(response.status, response.headers, content, ms)

    def _answered(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response, response.read()

    def _keep_cookies(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}


Ask = Callable[[], Answer]


def medians(rounds: int, sides: dict[str, Ask]) -> dict[str, float]:
    """The median milliseconds of each side, asked in turn (A B A B …): the machine's mood hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + WARM_UP):
        for name, ask in sides.items():
            ms = ask().ms
            if number >= WARM_UP:
                times[name].append(ms)
    return {name: statistics.median(found) for name, found in times.items()}


def per_second(clients: list[Ask], seconds: float) -> float:
    """How many requests a second all clients together get answered, each asking as fast as it can."""
    done = [0] * len(clients)
    gate = threading.Barrier(len(clients) + 1)

    def work(index: int) -> None:
        gate.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            clients[index]()
            done[index] += 1

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(clients))]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - start)
