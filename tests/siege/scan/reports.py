"""What the scanners report and what the server's access log says, as findings with a severity, and as a line each."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.table import Line
from tests.siege.scan.excuses import EXCUSES, Excuse

SEVERITIES = ("info", "low", "medium", "high", "critical")
GRAVE = frozenset({"medium", "high", "critical"})
"""None of these may be."""
UNDERRATED = frozenset({"redirect", "crlf", "backup"})
"""Modules of wapiti that call low what would lead people astray, or give files away: medium at least, here."""
NOT_INJECTABLE = "do not appear to be injectable"
VULNERABLE = re.compile(r"'([^']*)' is vulnerable")
SUSPECTED = re.compile(r"parameter '([^']*)' (?:appears to be|is) '([^']*)' injectable")
DONE, CUT = "done", "cut"
ENOUGH = 0.5
"""Share of the addresses: of who tried fewer and found nothing, nothing is said."""


@dataclass(frozen=True)
class Finding:
    """`where`: method and path; `said`: in the scanner's words."""

    tool: str
    severity: str
    what: str
    where: str
    parameter: str = ""
    said: str = ""

    @property
    def is_grave(self) -> bool:
        return self.severity in GRAVE

    def __str__(self) -> str:
        of = f" ({self.parameter})" if self.parameter else ""
        return f"{self.tool}, {self.severity}: {self.what} at {self.where}{of}: {' '.join(self.said.split())[:300]}"


def of_wapiti(report: dict[str, Any]) -> list[Finding]:
    """Of its JSON. A report without its parts is none, and raises KeyError."""
    found = []
    for part in ("vulnerabilities", "anomalies", "additionals"):
        for what, cases in report[part].items():
            for case in cases:
                level = int(case["level"])
                if case.get("module") in UNDERRATED:
                    level = max(level, SEVERITIES.index("medium"))
                severity = SEVERITIES[min(level, len(SEVERITIES) - 1)]
                where = f"{case['method']} {case['path']}"
                found.append(Finding("wapiti", severity, what, where, case["parameter"] or "", case["info"]))
    return found


def of_sqlmap(report: dict[str, Any] | None, said: str, where: str) -> tuple[list[Finding], str]:
    """Of its JSON and of what it printed; and how it ended: DONE, CUT by its limit of time, or why it did not begin.

    One that was cut tells nothing of what it had found by then but on the screen.
    """
    found = dict[str, Finding]()
    report = report or {}
    for part in report.get("data", []):
        for one in part["value"] if part.get("type_name") == "TECHNIQUES" else ():
            ways = ", ".join(way.get("title", "") for way in one.get("data", []))
            found[one["parameter"]] = Finding(
                "sqlmap", "critical", "SQL injection", where, one["parameter"], ways
            )
    for name in VULNERABLE.findall(said):
        found.setdefault(name, Finding("sqlmap", "critical", "SQL injection", where, name, "it says so"))
    errors = [str(one) for one in report.get("error", [])]
    if any(NOT_INJECTABLE in one for one in errors) or found:
        return list(found.values()), DONE
    if errors:
        return [], errors[-1][:200]
    suspected = [
        Finding("sqlmap", "medium", "SQL injection, not seen to its end", where, name, way)
        for name, way in SUSPECTED.findall(said)
    ]
    return suspected, CUT


@dataclass
class Served:
    """What the access log holds of a while: a status and the line of the request, in each of its lines."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Served":
        found = cls()
        for line in lines:
            status, _, asked = line.partition(" ")
            if status.isdigit():
                found.requests += 1
                found.statuses[int(status)] += 1
                if int(status) >= 500:
                    found.broken.append(f"{status} {asked.strip()[:300]}")
        return found


@dataclass
class Tried:
    """What one tool did as one role. `faults`: why it proves less than it should."""

    tool: str
    role: str
    addresses: int
    of: int
    whole: int
    served: Served
    findings: list[Finding]
    faults: list[str] = field(default_factory=list)


def excuse_of(finding: Finding, excuses: Iterable[Excuse] = EXCUSES) -> Excuse | None:
    return next((one for one in excuses if one.fits(finding)), None)


def line_of(tried: Tried, excuses: Iterable[Excuse] = EXCUSES) -> Line:
    """In the table: not as it should be where something grave is left, where a request was answered 500, or where
    nothing was tried. Where little was tried there is no verdict."""
    excuses = list(excuses)
    left = [one for one in tried.findings if excuse_of(one, excuses) is None]
    excused = len(tried.findings) - len(left)
    counts = Counter(one.severity for one in left)
    said = [
        f"{tried.addresses} of {tried.of} addresses ({tried.whole} to the end), {tried.served.requests:,} requests",
        ", ".join(f"{counts[one]} {one}" for one in reversed(SEVERITIES)),
        f"{len(tried.served.broken)} × 500",
    ]
    if excused:
        said.append(f"{excused} excused")
    faults = list(tried.faults)
    if not tried.addresses:
        faults.append("nothing was tried")
    ok: bool | None = not faults and not tried.served.broken and not any(one.is_grave for one in left)
    if ok and tried.addresses < ENOUGH * tried.of:
        ok = None
        said.append("too few to judge: give it more MINUTES")
    limit = "0 medium or worse, 0 × 500"
    return Line(f"{tried.tool} as {tried.role}", "; ".join([*said, *faults]), limit, ok)
