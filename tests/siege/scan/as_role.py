"""The attacks of one role on a server of its own: wapiti crawls and attacks, then sqlmap what the crawl has found."""

import dataclasses
import json
import random
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from tests.bench.browsing import Browser
from tests.bench.table import Line
from tests.siege.scan import reports, targets, tools
from tests.siege.scan.listener import Listener
from tests.siege.scan.reports import Finding, Served, Tried
from tests.siege.scan.targets import ANONYMOUS, Kind, Target

CRAWL, ATTACK, OF_FEW = 0.2, 0.6, 0.25
"""Shares of the time: of the crawl; of wapiti's attacks in what is left then, of which the modules that send few things
have this. Sqlmap has the rest."""
DECOY = Target("GET", "/decoy/", (("asked", "decoy"), ("typed", "a")))
LEAST = 5.0
"""Seconds with which it is worth beginning."""


@dataclass(frozen=True)
class Pace:
    """`seconds`: of all roles together, once the study is there. `crawl`, `most`: no crawl, and no address with sqlmap,
    has more than these."""

    seconds: float
    modules: tuple[str, ...]
    roles: tuple[str, ...]
    crawl: float
    most: float


@dataclass
class AccessLog:
    """The server's; what came since it was read last."""

    path: Path
    read: int = 0

    def since(self) -> Served:
        time.sleep(0.3)  # the last request is noted when its answer is gone
        with self.path.open("rb") as file:
            file.seek(self.read)
            lines = file.read().decode("utf-8", "replace").splitlines()
            self.read = file.tell()
        return Served.of(lines)


@dataclass
class Done:
    """Of all roles: the modules, and sqlmap, that have gone through each kind to its end."""

    modules: dict[Kind, set[str]] = field(default_factory=dict)
    sqlmap: set[Kind] = field(default_factory=set)


@dataclass
class AsRole:
    """`known`: what the access table says that it may ask for."""

    role: str
    port: int
    folder: Path
    log: AccessLog
    pace: Pace
    known: list[Target]
    listener: Listener
    done: Done
    found: dict[int, Target] = field(default_factory=dict)
    kinds: dict[int, Kind] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.base = f"http://127.0.0.1:{self.port}/"
        self.browser = self._logged_in()

    # --- the session -------------------------------------------------------------------------------------------------

    def _logged_in(self) -> Browser:
        browser = Browser(self.port)
        if self.role == ANONYMOUS:
            browser.get("/login/")
            return browser
        return browser.log_in(self.role)

    def _go_on(self) -> None:
        """With a new session where an attack has ended the last; what came after that end was tried as nobody."""
        if self.role == ANONYMOUS:
            return
        try:
            Browser(self.port, self.browser.cookies).get("/account/")
        except RuntimeError:
            self._fault("an attack ended the session")
            try:
                self.browser = self._logged_in()
            except RuntimeError as error:
                self._fault(f"there was no new session: {str(error)[:200]}")

    def _fault(self, words: str) -> None:
        if words not in self.faults:
            self.faults.append(words)

    def _tried(self, tool: str, some: int, of: int, whole: int, findings: list[Finding]) -> Tried:
        self._go_on()
        faults, self.faults = self.faults, []
        all_findings = [*findings, *self.listener.findings()]
        return Tried(tool, self.role, some, of, whole, self.log.since(), all_findings, faults)

    def finds_decoy(self, seconds: float) -> Line:
        """Whether both tools find, in this session, what was made for them to find."""
        found, _ = self._sqlmap(DECOY, seconds)
        wapiti = dataclasses.replace(self._wapiti, base=self.base.rstrip("/") + DECOY.address)
        store, report = self.folder / "decoy", self.folder / "decoy.json"
        wapiti.crawl(store, [], [], seconds)
        wapiti.attack(store, report, ("sql", "xss"), [], seconds)
        if report.exists():
            found += reports.of_wapiti(json.loads(report.read_text(encoding="utf-8")))
        self.log.since()
        said = sorted({f"{one.what} by {one.tool}" for one in found if one.is_grave})
        wanted = {
            ("sqlmap", "SQL injection"),
            ("wapiti", "SQL Injection"),
            ("wapiti", "Reflected Cross Site Scripting"),
        }
        ok = wanted <= {(one.tool, one.what) for one in found if one.is_grave}
        return Line("scanners see holes that are made for them", ", ".join(said) or "none", "all", ok)

    # --- wapiti ------------------------------------------------------------------------------------------------------

    def by_wapiti(self, end: float) -> Tried:
        store = self.folder / "crawl"
        file = self._crawl(store, min(self.pace.crawl, CRAWL * (end - time.monotonic())))
        if file is None:
            return self._tried("wapiti", 0, 0, 0, [])
        self._choose(file)
        self._go_on()
        until = time.monotonic() + ATTACK * (end - time.monotonic())
        findings, reached = list[Finding](), dict[str, set[int]]()
        rounds = [one for one in self._rounds() if one]
        for n, numbers in enumerate(rounds):
            left = until - time.monotonic()
            seconds = left if n + 1 == len(rounds) else left * len(numbers) / len(self.kinds)
            if seconds > LEAST:
                findings += self._round(f"round{n}", file, numbers, seconds, reached)
        some = set[int]().union(*(reached.get(name, ()) for name in self._thorough))
        whole = {one for one in self.kinds if all(one in reached.get(name, ()) for name in self._thorough)}
        for name, numbers in reached.items():
            for number in numbers:
                self.done.modules.setdefault(self.kinds[number], set()).add(name)
        return self._tried("wapiti", len(some), len(self.kinds), len(whole), findings)

    @property
    def _wapiti(self) -> tools.Wapiti:
        return tools.Wapiti(self.folder, self.base, self.listener.address, dict(self.browser.cookies))

    def _crawl(self, store: Path, seconds: float) -> Path | None:
        """The file with what it found."""
        base = self.base.rstrip("/")
        starts = [base + one.address for one in self.known if one.method == "GET"]
        left_out = [f"{base}{one}*" for one in (settings.STATIC_URL, *map(reverse, targets.LEFT_OUT))]
        ran = self._wapiti.crawl(store, starts, left_out, seconds)
        files = sorted(store.glob("*.db")) if store.exists() else []
        if ran.late or not files:
            self._fault(f"no crawl: {ran.last_words}")
        return files[0] if files else None

    def _choose(self, file: Path) -> None:
        """One of each kind of what was found, and of what only scripts send."""
        targets.take_all(file, self.base)
        crawled = {kind[:2] for kind in targets.one_of_each(targets.read(file)).values()}
        more = [
            one
            for one in self.known
            if one.by_script and (kind := targets.kind_of(one)) and kind[:2] not in crawled
        ]
        scripts = targets.add(file, self.base, more)
        self.found = {**targets.read(file), **scripts}
        self.kinds = targets.one_of_each(self.found)
        root = targets.root_of(file, self.base)
        if root in self.found and (kind := targets.kind_of(self.found[root])):
            self.kinds.setdefault(root, kind)  # some modules look at the first page alone

    @property
    def _thorough(self) -> set[str]:
        return set(self.pace.modules) & tools.OF_PARAMETERS

    def _rounds(self) -> tuple[set[int], set[int]]:
        """What no role has brought to its end before comes first, as time may run out."""
        new = {
            number
            for number, kind in self.kinds.items()
            if not self._thorough <= self.done.modules.get(kind, set())
        }
        return new, set(self.kinds) - new

    def _round(
        self, name: str, file: Path, numbers: Collection[int], seconds: float, reached: dict[str, set[int]]
    ) -> list[Finding]:
        """The modules that send few things, and then those that send many."""
        many = tuple(one for one in self.pace.modules if one in tools.MANY)
        few = tuple(one for one in self.pace.modules if one not in tools.MANY)
        copy, findings, end = self.folder / name, list[Finding](), time.monotonic() + seconds
        shutil.copytree(file.parent, copy)
        own = copy / file.name
        targets.keep(own, numbers, self.browser.cookies.get("csrftoken", ""))
        skipped = targets.secrets_of(self.found.values())
        for modules, share in ((few, OF_FEW), (many, 1.0)):
            if not modules:
                continue
            report = self.folder / f"{name}.json"
            report.unlink(missing_ok=True)
            ran = self._wapiti.attack(own.parent, report, modules, skipped, share * (end - time.monotonic()))
            try:
                findings += reports.of_wapiti(json.loads(report.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError) as error:
                self._fault(f"no report ({type(error).__name__}): {ran.last_words}")
            self._go_on()
        for module, done in targets.reached(own).items():
            reached.setdefault(module, set()).update(done & set(numbers))
        return list(dict.fromkeys(findings))  # the second report holds the findings of the first

    # --- sqlmap ------------------------------------------------------------------------------------------------------

    def by_sqlmap(self, end: float) -> Tried:
        numbers = [number for number in self.kinds if self.found[number].attackable]
        random.Random(self.role).shuffle(numbers)  # noqa: S311
        numbers.sort(key=lambda number: self.kinds[number] in self.done.sqlmap)
        findings, refused, some, whole = list[Finding](), dict[str, int](), 0, 0
        for number in numbers:
            target = self.found[number]
            left = end - time.monotonic()
            if left < LEAST:
                break
            limit = min(tools.SECONDS_OF_A_PARAMETER * len(target.attackable), self.pace.most, left)
            more, outcome = self._sqlmap(target, limit)
            findings += more
            if outcome in (reports.DONE, reports.CUT):
                some += 1
                self._go_on()
            else:
                refused[outcome] = refused.get(outcome, 0) + 1
            if outcome == reports.DONE:
                whole += 1
                self.done.sqlmap.add(self.kinds[number])
        for words, times in refused.items():
            self._fault(f"{times} × {words}")
        return self._tried("sqlmap", some, len(numbers), whole, findings)

    def headers_by_sqlmap(self, seconds: float) -> Tried:
        """What every request carries: cookies, User-Agent and Referer."""
        first = Target("GET", reverse("login" if self.role == ANONYMOUS else "today"))
        findings, outcome = self._sqlmap(first, seconds, with_headers=True)
        is_tried = outcome in (reports.DONE, reports.CUT)
        if not is_tried:
            self._fault(outcome)
        return self._tried("sqlmap on headers", int(is_tried), 1, int(outcome == reports.DONE), findings)

    def _sqlmap(
        self, target: Target, seconds: float, with_headers: bool = False
    ) -> tuple[list[Finding], str]:
        sqlmap = tools.Sqlmap(self.folder, self.base, dict(self.browser.cookies))
        ran, report = sqlmap.attack(target, seconds, with_headers)
        where = f"{target.method} {target.address}"
        try:
            said = json.loads(report.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return reports.of_sqlmap(None, ran.said, where)[0], f"no report: {ran.last_words}"
        return reports.of_sqlmap(said, ran.said, where)
