"""How wapiti and sqlmap are called: with a home of their own, and with no way to any other machine."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from ecrf.demo import ROOT
from tests.siege.scan.targets import TOKEN, Target

FOLDER = ROOT / ".venv-scan" / "bin"
AGENT = "ecrf-scan"
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: whatever is asked of another machine ends here."""
PASSING = ("cookieflags", "csp", "http_headers", "htaccess", "upload")
FEW = ("methods", "backup", "csrf", "redirect", "crlf", "ldap")
MANY = ("sql", "timesql", "xss", "permanentxss", "exec", "file", "ssrf", "xxe")
"""Modules of wapiti: those that are soon done, those that send a few things to each address or parameter, and those
that send many. Left out: what guesses passwords, or names of files by the ten thousand, what needs the internet, and
what is about other products."""
OF_PARAMETERS = frozenset(MANY) - {"permanentxss"}
"""Those that go through every address; the other one looks where something came out again."""
CONNECT_S = 5
SECONDS_OF_A_PARAMETER = 12
"""Of sqlmap, for one parameter at level 3."""
LEVEL, RISK = "3", "1"


def fault() -> str:
    """Why they cannot be called; "" if they can."""
    away = [name for name in ("wapiti", "sqlmap") if not shutil.which(name, path=str(FOLDER))]
    return (
        f"{' and '.join(away)} not in {FOLDER.parent.name}: make siege PART=scan installs them"
        if away
        else ""
    )


@dataclass(frozen=True)
class Ran:
    """`said`: all that it printed. `late`: it was ended by force."""

    code: int
    said: str
    late: bool = False

    @property
    def last_words(self) -> str:
        return " / ".join(line.strip() for line in self.said.splitlines()[-4:] if line.strip())[-400:]


def run(name: str, arguments: list[str], home: Path, seconds: float) -> Ran:
    """In a process group of its own, which is ended when it takes far longer than it was told to."""
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1"),
    }
    with (home / f"{name}.out").open("w+b") as out:
        process = subprocess.Popen(
            [str(FOLDER / name), *arguments],
            env=env,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        late = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)
                process.wait()
        out.seek(0)
        return Ran(process.returncode, out.read().decode("utf-8", "replace"), late)


# --- wapiti ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wapiti:
    """`store`: where it keeps what it found. `listener`: an address that stands for an attacker's."""

    home: Path
    base: str
    listener: str
    cookies: dict[str, str]

    def _common(self, store: Path, report: Path) -> list[str]:
        cookies = self.home / "cookies.json"
        attributes = {"version": 0, "expires": None, "secure": False, "port": None}
        jar = {name: {"value": value, **attributes} for name, value in self.cookies.items()}
        cookies.write_text(json.dumps({"127.0.0.1": {"/": jar}}), encoding="utf-8")
        return [
            *("--url", self.base, "--cookie", str(cookies), "--user-agent", AGENT),
            *("--store-session", str(store), "--store-config", str(self.home / "config")),
            *("--endpoint", self.listener, "--dns-endpoint", "127.0.0.1", "--no-bugreport"),
            *("--timeout", str(CONNECT_S), "--format", "json", "--output", str(report), "--verbose", "1"),
        ]

    def crawl(self, store: Path, starts: list[str], left_out: list[str], seconds: float) -> Ran:
        """As far as it comes, from the first page and from `starts`; nothing is attacked, but forms are sent."""
        listed = self.home / "starts.txt"
        listed.write_text("".join(f"{one}\n" for one in starts), encoding="utf-8")
        arguments = [
            *self._common(store, self.home / "crawl.json"),
            *("--module", "", "--start", str(listed), "--tasks", "4", "--max-scan-time", f"{seconds:.0f}"),
            *(word for one in left_out for word in ("--exclude", one)),
        ]
        return run("wapiti", arguments, self.home, seconds + 60)

    def attack(
        self, store: Path, report: Path, modules: tuple[str, ...], skipped: list[str], seconds: float
    ) -> Ran:
        """What is in `store`, each module for its share of the time."""
        each = max(seconds / max(sum(one not in PASSING for one in modules), 1), 1)
        arguments = [
            *self._common(store, report),
            *("--skip-crawl", "--module", ",".join(modules), "--max-attack-time", f"{each:.1f}"),
            *(word for one in skipped for word in ("--skip", one)),
        ]
        return run("wapiti", arguments, self.home, each * len(modules) + 90)


# --- sqlmap ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sqlmap:
    home: Path
    base: str
    cookies: dict[str, str]

    def attack(self, target: Target, seconds: float, with_headers: bool = False) -> tuple[Ran, Path]:
        """Its parameters; `with_headers`: the cookies, User-Agent and Referer instead, which every request has."""
        report = self.home / "sqlmap.json"
        report.unlink(missing_ok=True)
        arguments = [
            *("--url", self.base.rstrip("/") + target.address),
            *("--cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())),
            *("--batch", "--flush-session", "--disable-coloring", "--threads", "1", "--technique", "BEUST"),
            *("--level", LEVEL, "--risk", RISK, "--dbms", "PostgreSQL", "--time-sec", "3", "--skip-waf"),
            *(
                "--ignore-redirects",
                "--ignore-code",
                "*",
                "--drop-set-cookie",
                "--timeout",
                "20",
                "--retries",
                "1",
            ),
            *(
                "--time-limit",
                f"{seconds:.0f}",
                "--output-dir",
                str(self.home / "sqlmap"),
                "--user-agent",
                AGENT,
            ),
            *("--report-json", str(report)),
        ]
        if target.method == "POST":
            light = f"{self.base}login/again/"
            arguments += ["--data", urlencode(target.body), "--csrf-token", TOKEN]
            arguments += ["--csrf-url", light, "--csrf-method", "GET"]
        if target.by_script:
            arguments += ["--header", "HX-Request: true"]
        if not with_headers:
            arguments += ["-p", ",".join(target.attackable)]
        return run("sqlmap", arguments, self.home, seconds + 40), report
