"""People save and read while machines die; in the end every acknowledged save has to stand in the trail of all."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecrf.demo import ROOT
from tests.drill.machine import binaries
from tests.ha.cluster import MACHINES, PROXY, USERS, WEB, Cluster, closing_connection
from tests.ha.network import Network, enter
from tests.ha.people import PASSWORD, REASON, Noted, Reader, Visitor, Writer, longest_gap
from tests.postgres import fresh_database

RESTARTED_AFTER_S = 2.0
"""By Docker's `restart: unless-stopped`, whose part this drive plays."""
CALM_S = 4.0


@dataclass(frozen=True)
class Size:
    """`saves`: how many are to be acknowledged in all, at the latest so many `minutes` after the last blow; `blows`:
    which come, one after another; `gap`: for how many seconds nothing may be saved."""

    saves: int
    writers: int
    blows: tuple[str, ...]
    pause: float = 0.0
    minutes: float = 40.0
    gap: float = 30.0


FULL = Size(10_000, 8, ("server", "web", "proxy", "machine", "by hand", "split"))
QUICK = Size(200, 4, ("machine",), pause=0.05, gap=90.0)
"""Beside other tests, for whose sake the machine may be slow."""


@dataclass(frozen=True)
class Blow:
    """Seconds in which no save was acknowledged, and no page read, from the blow on."""

    what: str
    without_saves: float
    without_pages: float
    primary_before: str
    primary_after: str


class Drive:
    def __init__(self, cluster: Cluster, size: Size, say: Callable[[str], object]) -> None:
        self.cluster, self.size, self.say = cluster, size, say
        self.noted, self.stop = Noted(), threading.Event()
        self.blows: list[Blow] = []
        self.faults: list[str] = []

    def run(self) -> dict[str, Any]:
        began = time.monotonic()
        numbers = self._set_up()
        self.say(f"Ready after {time.monotonic() - began:.0f} s. {self.size.writers} people save ...")
        people = self._people(numbers)
        for one in people:
            one.start()
        self._until(lambda: len(self.noted.saves) > 10, "the first saves")
        for what in self.size.blows:
            self._blow(what)
        until = time.monotonic() + self.size.minutes * 60
        while len(self.noted.saves) < self.size.saves and time.monotonic() < until:
            time.sleep(0.2)
        self.stop.set()
        for one in people:
            one.join(60)
        if len(self.noted.saves) < self.size.saves:
            self.faults.append(f"{len(self.noted.saves)} of {self.size.saves} saves were made in time.")
        self.say("All are there? ...")
        self._look()
        seconds = max(self.noted.saves.values()) - min(self.noted.saves.values())
        return {
            "saves": len(self.noted.saves),
            "seconds": round(seconds),
            "blows": [asdict(one) for one in self.blows],
            "pages": len(self.noted.reads),
            "pages_of_standby": self.noted.reads_of_standby,
            "load": round(os.getloadavg()[2], 1),
            "answers_in_between": dict(sorted(self.noted.refusals.items())),
            "faults": self.faults,
        }

    # --- before ------------------------------------------------------------------------------------------------

    def _set_up(self) -> list[str]:
        cluster = self.cluster
        self.say("Three machines, etcd, PostgreSQL under Patroni ...")
        first, *others = MACHINES
        for name in MACHINES:
            cluster.start_database(name, only_etcd=True)
        cluster.start_database(first)
        cluster.wait("A server that takes writes", cluster.primary)
        self.say("Migrations, invented patients ...")
        # Nothing of it need outlive the first machine: it waits for no other one, which would take minutes.
        owner = {**cluster.web_settings("owner"), "PGOPTIONS": "-c synchronous_commit=local"}
        run = {"cwd": ROOT, "env": owner, "check": True}
        self._migrate(first, run)
        collect = ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run([sys.executable, *collect], **run)
        command = [sys.executable, "-m", "tests.ha.study", str(self.size.writers + 1), PASSWORD]
        done = subprocess.run(command, **run, stdout=subprocess.PIPE, text=True)
        for name in others:
            cluster.start_database(name)
        cluster.wait_until_whole()
        for name in WEB:
            cluster.start_web(name)
        cluster.start_proxy()
        visitor = Visitor(PROXY, 8080)
        cluster.wait("The product", lambda: visitor.ask("GET", "/healthz")[0] == 200)
        return json.loads(done.stdout)

    def _migrate(self, first: str, run: dict[str, Any]) -> None:
        """The tables of a copy of what the tests have migrated, as the owner of the tables; then as in production."""
        dump = self.cluster.work / "migrated.dump"
        with fresh_database() as url:
            copy = [str(binaries() / "pg_dump"), "--format", "custom", "--file", str(dump), url]
            subprocess.run(copy, check=True)
        into = f"postgresql://ecrf_owner:synthetic-owner@{MACHINES[first]}/ecrf"
        restore = ["--no-owner", "--exit-on-error", "--dbname", into, str(dump)]
        subprocess.run([str(binaries() / "pg_restore"), *restore], **run)
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"], **run)

    def _people(self, numbers: list[str]) -> list[threading.Thread]:
        """The last patient is for whoever reaches one machine directly, past the proxy (`split`)."""
        people: list[threading.Thread] = []
        for number in numbers[:-1]:
            visitor = Visitor(PROXY, 8080)
            visitor.log_in("coordinator01")
            people.append(Writer(visitor, number, self.noted, self.stop, self.size.pause))
        reading = Visitor(PROXY, 8080)
        reading.log_in("coordinator01")
        people.append(Reader(reading, numbers[0], self.noted, self.stop))
        self.spare = numbers[-1]
        return people

    # --- blows -------------------------------------------------------------------------------------------------

    def _blow(self, what: str) -> None:
        time.sleep(CALM_S)
        primary = self.cluster.primary()
        assert primary, "No server takes writes."
        if what == "split" and primary not in WEB:
            self._hand_over(primary, WEB[0])
            primary = self.cluster.wait("The one named", lambda: self.cluster.primary() or "")
        at = time.monotonic()
        undo = getattr(self, f"_{what.replace(' ', '_')}")(primary)
        self._saves_again(at)
        undo()
        self.cluster.wait_until_whole()
        time.sleep(CALM_S)
        now = time.monotonic()
        blow = Blow(
            what,
            round(longest_gap(list(self.noted.saves.values()), at, now), 1),
            round(longest_gap(self.noted.reads, at, now), 1),
            primary,
            self.cluster.primary() or "",
        )
        self.blows.append(blow)
        self.say(
            f"  {what}: {blow.without_saves} s without a save, {blow.without_pages} s without a page"
            f" ({blow.primary_before} → {blow.primary_after}; {len(self.noted.saves)} saves)"
        )
        if blow.without_saves > self.size.gap:
            self.faults.append(f"{what}: nothing was saved for {blow.without_saves} s.")

    def _saves_again(self, at: float) -> None:
        """The blow has been felt, or cannot be any more, and saves go on."""
        self._until(lambda: time.monotonic() - at > CALM_S, "a moment")
        last: list[int] = [len(self.noted.saves)]

        def go_on() -> bool:
            time.sleep(1)
            last.append(len(self.noted.saves))
            return len(last) > 3 and last[-1] > last[-2] > last[-3]

        self._until(go_on, "saves after the blow", patience=120)

    def _server(self, primary: str) -> Callable[[], None]:
        self.cluster.kill_postgres(primary)
        return lambda: None

    def _web(self, primary: str) -> Callable[[], None]:
        self.cluster.kill_web(WEB[0])
        time.sleep(RESTARTED_AFTER_S)
        self.cluster.start_web(WEB[0])
        return lambda: None

    def _proxy(self, primary: str) -> Callable[[], None]:
        self.cluster.kill_proxy()
        time.sleep(RESTARTED_AFTER_S)
        self.cluster.start_proxy()
        return lambda: None

    def _machine(self, primary: str) -> Callable[[], None]:
        self.cluster.kill_machine(primary)
        return lambda: self.cluster.start_machine(primary)

    def _by_hand(self, primary: str) -> Callable[[], None]:
        self._hand_over(primary, next(name for name in WEB if name != primary))
        return lambda: None

    def _split(self, primary: str) -> Callable[[], None]:
        """The primary's machine and the two others lose each other, and nobody else does: people still reach its web
        processes, and it still takes itself for the one that takes writes. Somebody saves there, past the proxy."""
        stubborn = Visitor(MACHINES[primary], 8000)
        stubborn.log_in("coordinator01")
        others = [name for name in MACHINES if name != primary]
        self.cluster.network.cut(primary, others)
        alone = Writer(stubborn, self.spare, self.noted, self.stop, 0.0)
        alone.start()
        return lambda: self.cluster.network.mend(primary, others)

    def _hand_over(self, primary: str, to: str) -> None:
        """As `patronictl switchover` does."""
        said = json.dumps({"leader": f"machine-{primary[1]}", "candidate": f"machine-{to[1]}"}).encode()
        words = b64encode(b"patroni:synthetic-patroni").decode()
        address = f"http://{MACHINES[primary]}:8008/switchover"
        request = urllib.request.Request(address, said, {"Authorization": f"Basic {words}"})
        urllib.request.urlopen(request, timeout=60).read()

    # --- after -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Each acknowledged save is once in the trail, on every server; and no chain is broken."""
        acknowledged = set(self.noted.saves)
        self.cluster.wait("Standbys that have it all", self._all_alike)
        for node in self.cluster.nodes.values():
            with closing_connection(node.address) as connection, connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reason, count(*) FROM audit_auditevent WHERE starts_with(reason, %s) GROUP BY reason",
                    [REASON],
                )
                found = dict(cursor.fetchall())
            if lost := acknowledged - found.keys():
                self.faults.append(f"{node.name} lacks {len(lost)} acknowledged saves: {sorted(lost)[:5]}")
            if twice := [reason for reason, times in found.items() if times > 1]:
                self.faults.append(f"{node.name} holds {len(twice)} saves twice: {twice[:5]}")
        command = [sys.executable, "manage.py", "verify_audit"]
        done = subprocess.run(
            command, cwd=ROOT, env=self.cluster.web_settings("owner"), capture_output=True, text=True
        )
        if done.returncode:
            self.faults.append("verify_audit: " + " / ".join((done.stdout + done.stderr).splitlines()[-5:]))

    def _all_alike(self) -> bool:
        asked = "SELECT count(*), max(id) FROM audit_auditevent"
        told = set()
        for node in self.cluster.nodes.values():
            with closing_connection(node.address) as connection, connection.cursor() as cursor:
                cursor.execute(asked)
                told.add(cursor.fetchone())
        return len(told) == 1

    def _until(self, is_so: Callable[[], bool], what: str, patience: float = 60) -> None:
        self.cluster.wait(what, is_so, patience)


def drive(work: Path, size: Size, say: Callable[[str], object] = print) -> dict[str, Any]:
    """`faults` is empty where no acknowledged save was lost, and saves went on in time. It moves this thread to another
    network: for a process of its own (`python -m tests.ha`)."""
    machines = {**MACHINES, "proxy": PROXY, "users": USERS}
    with Network(machines) as network:
        enter(network.namespace("users"))
        cluster = Cluster(work, network)
        try:
            return Drive(cluster, size, say).run()
        finally:
            cluster.stop()
