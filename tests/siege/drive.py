"""Fifty people at once, each in a thread, on the product as it is served; what each request took, and what it cost."""

import http.client
import math
import os
import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import psutil
from django.db import connection

from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.record.values import Missing
from ecrf.casebook.review_status import ReviewStatus
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Query, Turn
from ecrf.verification.models import Verification
from ecrf.verification.plan import is_critical, items_to_verify
from tests.bench.browsing import PASSWORD, Answer, Browser, per_second
from tests.bench.saves import PLAIN, item_posts, plain_posts, poster
from tests.bench.serving import Server, pss_mb
from tests.siege.journeys import SAVE, THINK_S, Place, Step, add_form, journey
from tests.siege.seeding import LIKE, Study, database_bytes
from trial.synthetic import casebook
from trial.synthetic.patients import STORIES

LONGEST = 3.0
"""Times the mean that somebody waits at most."""
SAMPLE_S = 5.0
BURST_CLIENTS = 8
VERIFIED_A_VISIT = 12


@dataclass(frozen=True)
class Pace:
    """`ramp_s`: within which the people come one after another; then counted for `drive_s`."""

    ramp_s: float
    drive_s: float
    burst_s: float
    people: int
    think: float = 1.0
    """What the waits are multiplied with: 1 but for the quick size."""


FULL = Pace(ramp_s=60, drive_s=600, burst_s=10, people=50)
QUICK = Pace(ramp_s=1, drive_s=12, burst_s=1, people=6, think=0.1)


@dataclass
class Found:
    """`times`: {(kind, what): milliseconds of each}; `errors`: {what went wrong: how often}."""

    times: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    alone: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    saves_a_second: float = 0.0
    saves_at_most: float = 0.0
    reference_at_most: float = 0.0
    requests: int = 0
    memory_before: dict[str, float] = field(default_factory=dict)
    memory_most: dict[str, float] = field(default_factory=dict)
    bytes_written: int = 0
    events_written: int = 0
    load: float = 0.0
    others: float = 0.0
    """Share of the processors' time that processes took which are none of this run's."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, step: Step, ms: float) -> None:
        with self.lock:
            self.times.setdefault((step.kind, step.what), []).append(ms)

    def wrong(self, what: str) -> None:
        with self.lock:
            self.errors[what] = self.errors.get(what, 0) + 1


class Patiently(Browser):
    """Each request on a connection of its own: on a busy machine a moment is enough for the server to close one."""

    def another(self) -> "Patiently":
        return Patiently(self.port, self.cookies)

    def _ask(self, *asked: Any) -> Answer:
        self.connection.close()
        return super()._ask(*asked)


class Person(threading.Thread):
    """Comes, logs in, and works until the end; each request on a connection of its own, as nothing keeps one for as
    long as a person thinks."""

    def __init__(
        self, port: int, name: str, role: str, place: Place, found: Found, counts: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.username, self.role, self.place, self.found, self.counts = name, role, place, found, counts
        self.browser, self.dice, self.stop = Patiently(port), random.Random(name), threading.Event()  # noqa: S311
        self.waits, self.think = 0.0, 1.0

    def run(self) -> None:
        self.stop.wait(self.waits)
        last: dict[str, object] = {}
        login = {"username": self.username, "password": PASSWORD}
        self._do(Step("login: the page", "/login/", "turn"), last)
        self._do(Step("log in", "/login/", "turn", "act", login, (302,)), last)
        for step in journey(self.role, self.place, self.dice, last):
            if self.stop.is_set():
                return
            self._do(step, last)
            mean = THINK_S[step.then][0] * self.think
            self.stop.wait(min(self.dice.expovariate(1 / mean), LONGEST * mean))

    def _do(self, step: Step, last: dict[str, object]) -> None:
        browser = self.browser
        browser.by_script = {"HX-Request": "true"} if step.as_script else {}
        method = "GET" if step.data is None else "POST"
        start = time.perf_counter()
        try:
            status, body = _ask(browser, method, step)
        except (OSError, http.client.HTTPException) as error:
            self.found.wrong(f"{step.what}: {type(error).__name__}")
            return
        last["body"] = body
        if self.counts.is_set():
            self.found.add(step, (time.perf_counter() - start) * 1000)
        if status not in step.fine:
            self.found.wrong(f"{step.what}: {status}")


def _ask(browser: Browser, method: str, step: Step) -> tuple[int, bytes]:
    """Whatever it answers; a browser of the bench takes one status only."""
    try:
        answer = browser._ask(method, step.path, step.data, step.fine[0])
        return answer.status, answer.body
    except RuntimeError as refused:
        said = str(refused)
        return int(said.partition(" answered ")[2][:3]), said.encode()


# --- where they work ----------------------------------------------------------------------------------------------


def places(study: Study) -> dict[str, Place]:
    """{user name: what the person works on}: of a site's people each has patients of their own."""
    found = {}
    for code in study.sites:
        patients = list(Patient.objects.filter(site__code=code).order_by("number"))
        enter = sorted(
            name
            for name, role in study.people.items()
            if role == Role.COORDINATOR and name.removeprefix("coordinator")[:2] == code
        )
        for n, name in enumerate(enter):
            found[name] = _of_site(code, patients[n :: len(enter)])
        found[f"investigator{code}"] = _of_site(code, patients)
        found[f"investigator{code}"].unsigned = [f"/patients/{p.number}/W10/sign/" for p in patients]
    for name, role in study.people.items():
        if role == Role.MONITOR:
            sites = Membership.objects.filter(user__username=name).values_list("site", flat=True)
            found[name] = _reviewed(list(Patient.objects.filter(site__in=list(sites)).order_by("number")))
        elif name not in found:
            everybody = list(Patient.objects.order_by("number"))
            found[name] = Place("", [p.number for p in everybody], {p.number: p.pk for p in everybody})
    return found


def _of_site(code: str, patients: list[Patient]) -> Place:
    numbers = [patient.number for patient in patients]
    opened = {n: Visit.objects.filter(patient__number=n, code__startswith="UNS").count() for n in numbers}
    queries = Query.objects.filter(patient__in=patients, turn=Turn.SITE).select_related("patient")
    return Place(
        number=code,
        patients=numbers,
        ids={patient.number: patient.pk for patient in patients},
        visit_items=_typed(),
        next_visit={number: count + 1 for number, count in opened.items()},
        open_queries=[(query.patient.number, query.number) for query in queries],
    )


def _typed() -> list[tuple[str, str, dict[str, str]]]:
    """A visit between the schedule's, as it is typed: the invented one of the first story."""
    page = next(page for page in casebook.pages(STORIES[0]) if page.code == LIKE)
    wanted = ("visit", "vital-signs", "mrc-strength", "grip-strength")
    found = []
    for form in page.forms:
        if form.crf in wanted:
            for item, value in form.values.items():
                is_missing = isinstance(value, Missing)
                found.append((form.crf, item, {"missing": value.reason} if is_missing else {"value": value}))
    return found


def _reviewed(patients: list[Patient]) -> Place:
    place = Place("", [p.number for p in patients], {p.number: p.pk for p in patients})
    for patient in patients:
        visits = Visit.objects.filter(patient=patient, code__in=("W13", "W16")).order_by("pk")
        place.visits[patient.number] = [(visit.code, visit.pk) for visit in visits]
        for visit in visits:
            place.to_verify[visit.pk] = _left(visit)
    queries = Query.objects.filter(patient__in=patients, turn=Turn.MONITOR)
    place.to_close = [query.pk for query in queries]
    return place


def _left(visit: Visit) -> list[tuple[int, str]]:
    """Critical items of the visit that nobody has verified."""
    done = set(Verification.objects.filter(entry__visit=visit).values_list("entry_id", "item"))
    entries = Entry.objects.filter(review_status__in=ReviewStatus.objects.filter(visit=visit, critical__gt=0))
    found = []
    for entry in entries.order_by("pk"):
        row = CRFS[entry.crf].model._default_manager.select_related("entry").get(entry=entry)
        found += [(entry.pk, name) for name in items_to_verify(row) if is_critical(entry.crf, name)]
    return [one for one in found if one not in done][:VERIFIED_A_VISIT]


# --- the drive ----------------------------------------------------------------------------------------------------


def drive(study: Study, running: Server, pace: Pace, say: Callable[[str], object]) -> Found:
    found, counts = Found(), threading.Event()
    found.alone = _reference_alone(running, study)
    work, names = places(study), list(study.people)[: pace.people]
    people = [Person(running.port, name, study.people[name], work[name], found, counts) for name in names]
    for n, person in enumerate(people):
        person.waits, person.think = pace.ramp_s * n / len(people), pace.think
    plain = Reference(running.port, study, found, counts, pace.think)
    found.memory_before = _memory(running)
    say(f"{len(people)} people come within {pace.ramp_s:.0f} s ...")
    for person in (*people, plain):
        person.start()
    time.sleep(pace.ramp_s)
    events, size = AuditEvent.objects.count(), database_bytes()
    watch = Watch(running, found)
    watch.start()
    counts.set()
    start = time.perf_counter()
    say(f"and are counted for {pace.drive_s:.0f} s ...")
    time.sleep(pace.drive_s)
    found.seconds = time.perf_counter() - start
    counts.clear()
    watch.stop.set()
    watch.join()
    for person in (*people, plain):
        person.stop.set()
    for person in (*people, plain):
        person.join(60)
    found.events_written = AuditEvent.objects.count() - events
    found.bytes_written = database_bytes() - size
    saves = sum(len(times) for (kind, _what), times in found.times.items() if kind == SAVE)
    found.saves_a_second = saves / found.seconds
    found.requests = sum(len(times) for (kind, _), times in found.times.items() if kind != "reference")
    say("Saves without a pause ...")
    found.saves_at_most, found.reference_at_most = _burst(study, running, pace)
    return found


class Reference(Person):
    """The least that a Django page with one form does, asked for by one more person: the same load hits it."""

    def __init__(
        self, port: int, study: Study, found: Found, counts: threading.Event, think: float = 1.0
    ) -> None:
        super().__init__(port, "coordinator01", "", Place(), found, counts)
        self.row, self.think = study.reference_rows[0], think

    def run(self) -> None:
        self.browser.log_in(self.username)
        path, last = f"/reference/{self.row}/", dict[str, object]()
        for pulse in cycle(("70", "71")):
            if self.stop.is_set():
                return
            self._do(Step("reference: its page", path, "turn", "reference"), last)
            self.stop.wait(self.think)
            self._do(
                Step("reference: its save", path, "turn", "reference", {**PLAIN, "number_1": pulse}), last
            )
            self.stop.wait(self.think)


def _reference_alone(running: Server, study: Study) -> dict[str, float]:
    """Medians with nobody else there."""
    browser, row = Patiently(running.port).log_in("coordinator01"), study.reference_rows[0]
    save = poster(browser, plain_posts(row))
    asked = {"page": lambda: browser.get(f"/reference/{row}/"), "save": save}
    return {name: statistics.median(ask().ms for _ in range(40)) for name, ask in asked.items()}


def _burst(study: Study, running: Server, pace: Pace) -> tuple[float, float]:
    """Saves a second of eight people who never think, each on a patient of their own; the same of the reference."""
    code = study.sites[0]
    numbers = Patient.objects.filter(site__code=code).order_by("number").values_list("number", flat=True)
    browser, ours = Patiently(running.port).log_in(f"coordinator{code}"), []
    for number in numbers[:BURST_CLIENTS]:
        one = browser.another()
        count = Visit.objects.filter(patient__number=number, code__startswith="UNS").count()
        page = f"/patients/{number}/UNS-{count + 1}/"
        one.post(f"{page}open/", {}, 302)
        one.post(page, add_form(page, "vital-signs", uuid.uuid4()).data or {}, 302)
        _path, data = item_posts(number, "vital-signs/1/pulse", "70", "71")
        ours.append(poster(one, (f"{page}vital-signs/1/pulse/", data)))
    plain = [poster(browser.another(), plain_posts(row)) for row in study.reference_rows[:BURST_CLIENTS]]
    return per_second(ours, pace.burst_s), per_second(plain, pace.burst_s)


# --- what it costs ------------------------------------------------------------------------------------------------


class Watch(threading.Thread):
    """Memory, load, and the processors' time of this run and of all others."""

    def __init__(self, running: Server, found: Found) -> None:
        super().__init__(daemon=True)
        self.running, self.found, self.stop = running, found, threading.Event()

    def run(self) -> None:
        loads, busy, own = [], _busy(), self._own()
        while True:
            done = self.stop.wait(SAMPLE_S)
            for name, mb in _memory(self.running).items():
                self.found.memory_most[name] = max(mb, self.found.memory_most.get(name, 0.0))
            loads.append(os.getloadavg()[0])
            if done:
                break
        busy_now, all_now = (after - before for before, after in zip(busy, _busy(), strict=True))
        self.found.load = statistics.mean(loads)
        self.found.others = max(0.0, busy_now - (self._own() - own)) / all_now

    def _own(self) -> float:
        """Seconds of this process, the server's and the database's, with all that these have begun."""
        pids = {os.getpid(), *_tree(self.running.pid), *_tree(_postmaster())}
        total = 0.0
        for pid in pids:
            with suppress(psutil.Error):
                times = psutil.Process(pid).cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total


def _busy() -> tuple[float, float]:
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    return sum(times[:8]) - idle, sum(times[:8])


def _tree(pid: int) -> list[int]:
    with suppress(psutil.Error):
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    return []


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found: int = psutil.Process(cursor.fetchone()[0]).ppid()
        return found


def _memory(running: Server) -> dict[str, float]:
    """MB by PSS: shared pages are counted once, in shares."""
    return {
        "web": sum(map(_pss, _tree(running.pid))),
        "database": sum(map(_pss, _tree(_postmaster()))),
    }


def _pss(pid: int) -> float:
    """0 for one that has just ended."""
    with suppress(OSError, LookupError):
        return pss_mb(pid)
    return 0.0


def percentile(times: list[float], share: float) -> float:
    """The least time within which so great a share of all was answered."""
    return sorted(times)[max(0, math.ceil(len(times) * share) - 1)] if times else 0.0
