"""People who save and read through the proxy, as the pages' scripts do, and note what was acknowledged, and when."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count, pairwise
from urllib.parse import urlencode

PASSWORD = "correct horse battery staple"
REASON = "Synthetic save"
TRIES_AGAIN_AFTER_S = 0.5
TRIES_TO_LOG_IN = 10
WAITS_AT_MOST_S = 12
"""For an answer: people, and pages, wait longer; here it tells sooner how long nothing was saved."""
VALUES = range(60, 140)


@dataclass
class Noted:
    """When each save was acknowledged, and each page read; what the answers were in between."""

    saves: dict[str, float] = field(default_factory=dict)
    reads: list[float] = field(default_factory=list)
    reads_of_standby: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refused(self, what: str) -> None:
        with self.lock:
            self.refusals[what] = self.refusals.get(what, 0) + 1


class Visitor:
    """Logged in once; a connection that is lost is made anew, the session goes on."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.cookies: dict[str, str] = {}
        self.connection: http.client.HTTPConnection | None = None

    def log_in(self, username: str) -> None:
        """Again where no answer came: processes that have just begun are slow."""
        for _ in range(TRIES_TO_LOG_IN):
            self.ask("GET", "/login/")
            status, said = self.ask("POST", "/login/", {"username": username, "password": PASSWORD})
            if status == 302:
                return
        raise AssertionError(f"No login: {status} {said[:200]!r}")

    def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, bytes]:
        """(0, why) where no answer came."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if data is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-CSRFToken": self.cookies.get("csrftoken", ""),
                "HX-Request": "true" if "value" in data else "",
            }
            headers = {name: value for name, value in headers.items() if value}
            body = urlencode(data).encode()
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=WAITS_AT_MOST_S)
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return 0, type(error).__name__.encode()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return response.status, content

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


class Writer(threading.Thread):
    """Changes one value again and again; each change bears a reason of its own, which the trail keeps. One that was not
    acknowledged is sent again, as the page does."""

    def __init__(
        self, visitor: Visitor, number: str, noted: Noted, stop: threading.Event, pause: float
    ) -> None:
        super().__init__(daemon=True)
        self.visitor, self.number, self.noted, self.stop, self.pause = visitor, number, noted, stop, pause
        self.seen = "59"

    def run(self) -> None:
        path = f"/patients/{self.number}/W01/vital-signs/1/pulse/"
        for n in count():
            value = str(VALUES[n % len(VALUES)])
            if value == self.seen:
                continue  # it would change nothing, and leave no trace
            reason = f"{REASON} {self.number} {n}"
            while not self.stop.is_set():
                status, said = self.visitor.ask(
                    "POST",
                    path,
                    {"value": value, "seen": self.seen, "missing": "", "comment": "", "reason": reason},
                )
                if status == 200:
                    with self.noted.lock:
                        self.noted.saves[reason] = time.monotonic()
                    break
                self.noted.refused(f"save: {status or said.decode()}")
                self.stop.wait(TRIES_AGAIN_AFTER_S)
            if self.stop.is_set():
                return
            self.seen = value
            time.sleep(self.pause)


class Reader(threading.Thread):
    """Reads a patient's page again and again."""

    def __init__(self, visitor: Visitor, number: str, noted: Noted, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.visitor, self.number, self.noted, self.stop = visitor, number, noted, stop

    def run(self) -> None:
        while not self.stop.is_set():
            status, said = self.visitor.ask("GET", f"/patients/{self.number}/")
            if status == 200:
                self.noted.reads.append(time.monotonic())
                self.noted.reads_of_standby += b"For a moment this can only be read" in said
            else:
                self.noted.refused(f"page: {status or said.decode()}")
            self.stop.wait(0.3)


def longest_gap(moments: list[float], since: float, until: float) -> float:
    """Seconds within which none of these came."""
    within = [since, *sorted(one for one in moments if since < one < until), until]
    return max(later - earlier for earlier, later in pairwise(within))
