"""Wapiti and sqlmap against the product as it is served, as each role: `python -m tests.siege.scan [quick] [ROLE…]`.

Each role has a copy of the database and a server of its own, so that none finds what attacks as another have left. It
prints lines of the table as JSON; the findings, the answers of 500 and what the server said of them go to stderr.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ecrf.demo import manage
from tests import postgres
from tests.bench.serving import add_role, processes_of_compose, server, use
from tests.bench.table import Line, progress
from tests.siege.scan import reports, tools
from tests.siege.scan.as_role import AccessLog, AsRole, Done, Pace
from tests.siege.scan.listener import Listener, listening
from tests.siege.scan.targets import ROLES, Target

FULL_MINUTES = 120
QUICK = Pace(100, ("http_headers", "csp", "csrf", "redirect", "sql", "xss"), ("coordinator",), 20, 20)
DECOY_S = 60
"""For each tool to find what is made for it, before the time begins."""
HEADERS = 0.1
"""Share of a role's time in which what every request carries is attacked."""


@dataclass
class Scan:
    """All roles, one after another; each has the same share of the time that is left."""

    env: dict[str, str]
    work: Path
    pace: Pace
    known: dict[str, list[Target]]
    listener: Listener
    done: Done = field(default_factory=Done)

    def run(self) -> list[Line]:
        from tests.siege.scan.study import copied

        lines, end = list[Line](), time.monotonic() + self.pace.seconds
        for n, role in enumerate(self.pace.roles):
            seconds = (end - time.monotonic()) / (len(self.pace.roles) - n)
            progress(f"{role}, {seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
            with copied(self.env["DATABASE_URL"], f"scan_{role}") as url:
                lines += self._role(role, {**self.env, "DATABASE_URL": url}, seconds, is_first=not n)
        return lines

    def _role(self, role: str, env: dict[str, str], seconds: float, is_first: bool) -> list[Line]:
        folder, lines = self.work / role, list[Line]()
        folder.mkdir()
        log, words = AccessLog(folder / "access.log"), folder / "server.log"
        log.path.touch()
        env["GUNICORN_CMD_ARGS"] = f"--access-logfile {log.path} --access-logformat '%(s)s %(r)s'"
        with words.open("wb") as says, server(env, workers=processes_of_compose(), says=says) as running:
            own = AsRole(
                role, running.port, folder, log, self.pace, self.known[role], self.listener, self.done
            )
            if is_first:
                lines.append(own.finds_decoy(DECOY_S))
            of_headers = HEADERS * seconds
            end = time.monotonic() + seconds - of_headers
            for attack, limit in (
                (own.by_wapiti, end),
                (own.by_sqlmap, end),
                (own.headers_by_sqlmap, of_headers),
            ):
                tried = attack(limit)
                _tell(tried)
                lines.append(reports.line_of(tried))
                if tried.served.broken:
                    print(words.read_text(encoding="utf-8", errors="replace")[-20_000:], file=sys.stderr)
                progress(f"  {lines[-1].what}: {lines[-1].measured}  {lines[-1].verdict}")
        return lines


def _tell(tried: reports.Tried) -> None:
    """What is more than an information, each once, and each answer of 500."""
    for finding in dict.fromkeys(tried.findings):
        excuse = reports.excuse_of(finding)
        if finding.severity != "info":
            print(
                f"  {tried.role}: {finding}" + (f" (excused: {excuse.why})" if excuse else ""),
                file=sys.stderr,
            )
    for broken in tried.served.broken:
        print(f"  {tried.role}, {tried.tool}: {broken}", file=sys.stderr)


def pace_of(words: list[str], minutes: str) -> Pace:
    """Of what is said on the command line."""
    roles = tuple(word for word in words if word != "quick")
    if wrong := set(roles) - set(ROLES):
        sys.exit(
            f"scan: there is no role {', '.join(sorted(wrong))}. Say {', '.join(ROLES)}, or none for all."
        )
    if "quick" in words:
        return Pace(QUICK.seconds, QUICK.modules, roles or QUICK.roles, QUICK.crawl, QUICK.most)
    if not minutes.isascii() or not minutes.isdigit() or not int(minutes):
        sys.exit(f"scan: MINUTES={minutes} is no number of minutes: say MINUTES=120.")
    return Pace(60 * int(minutes), (*tools.PASSING, *tools.FEW, *tools.MANY), roles or ROLES, 90, 120)


@contextmanager
def product(work: Path) -> Iterator[dict[str, str]]:
    """Its settings, with the address of a migrated database; this process becomes one more of the product's."""
    postgres.start()
    with postgres.fresh_database() as url:
        more = {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.siege.scan.settings",
            "SIEGE_STATIC_ROOT": str(work / "static"),
            "EXPORTS_FOLDER": str(work / "exports"),
            "MAIL_TO_MAILBOX": "on",
            "PUBLIC_URL": "http://127.0.0.1:8000",
        }
        env = {**os.environ, **more}
        add_role(url)
        manage(env, "migrate", "--verbosity", "0", "--skip-checks")  # grants to the role what it may
        manage(env, "collectstatic", "--no-input", "--verbosity", "0")
        use(env)
        yield env


@contextmanager
def folder_of_reports(into: str) -> Iterator[Path]:
    """Where everything lies that the scanners wrote: kept in `into`, or else thrown away."""
    if into:
        folder = Path(into).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        yield Path(tempfile.mkdtemp(prefix="scan-", dir=folder))
    else:
        with tempfile.TemporaryDirectory(prefix="ecrf-scan-") as name:
            yield Path(name)


def main(words: list[str]) -> int:
    pace = pace_of(words, os.environ.get("MINUTES") or str(FULL_MINUTES))
    if why := tools.fault():
        print(json.dumps([asdict(Line("scan", why, "", False))]))
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was begun is ended
    with (
        folder_of_reports(os.environ.get("INTO", "")) as work,
        listening(tools.AGENT) as listener,
        product(work) as env,
    ):
        from tests.siege.scan import study

        progress(f"{len(pace.roles)} roles, {pace.seconds / 60:.0f} minutes")
        lines = Scan(env, work, pace, study.make(), listener).run()
    print(json.dumps([asdict(line) for line in lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
