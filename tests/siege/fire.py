"""The product under fire: a database and its web processes of their own, people who save, and what befalls them.

Nothing may be answered as saved that is not in the trail exactly once; whoever is refused is told so (503), and when
the blow is over, all goes on by itself. Docker's part, to start again what has ended, is played here.
"""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import psycopg2

from ecrf.demo import ROOT, gunicorn
from ecrf.upkeep.drill.server import Server as Postgres
from tests import clock, postgres
from tests.bench.table import Line, progress
from tests.drill.machine import DATABASE, binaries
from tests.ha.people import PASSWORD, REASON, Noted, Reader, Visitor, Writer
from tests.postgres import TEST_SETTINGS, cursor_on
from tests.siege.slow import SLOW, SlowSender

WEB, OWNER = "ecrf_web", "postgres"
AGAIN_AFTER_S = 1.0
PATIENCE_S = 90
SMALL_DISK_MB = 400
FINE = re.compile(r"^(save|page): (503|502|RemoteDisconnected|Connection\w+|BrokenPipeError|IncompleteRead|TimeoutError"
                  r"|timeout|BadStatusLine|CannotSendRequest|ResponseNotReady)$")  # fmt: skip
"""What a person may be answered while something is away: that it is, or nothing at all. No 500, and no 200."""


@dataclass(frozen=True)
class Size:
    """`saves`: with random kills. `senders`: who send slowly, for `slow_s`. `away_s`: how long a blow lasts."""

    saves: int
    writers: int
    senders: int
    slow_s: float
    away_s: float
    seed: int = 15


FULL = Size(saves=10_000, writers=8, senders=50, slow_s=30, away_s=8)
QUICK = Size(saves=150, writers=3, senders=50, slow_s=3, away_s=1.5)


class Field:
    """PostgreSQL on a folder, gunicorn as the compose file has it, people with a patient each."""

    def __init__(self, work: Path, static: Path, size: Size, workers: int = 3) -> None:
        self.work, self.static, self.size, self.workers = work, static, size, workers
        self.web: subprocess.Popen[bytes] | None = None
        self.ahead, self.log = 0.0, static / "web.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    # --- what runs ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._take_files()
        more = {"max_connections": "40", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        more |= {"min_wal_size": "32MB", "max_wal_size": "64MB", "superuser_reserved_connections": "3"}
        self.database = Postgres(self.work / "postgres", binaries(), more)
        self.database.start()
        with cursor_on(self.url(OWNER, "postgres")) as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {WEB} LOGIN")
            cursor.execute(f"ALTER ROLE {WEB} SET track_activities = off")
            cursor.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{postgres._template()}"')
            cursor.execute(f'REVOKE TEMPORARY ON DATABASE "{DATABASE}" FROM PUBLIC')
        self._manage("migrate", "--verbosity", "0", "--skip-checks")  # grants to the role what it may
        self._manage("collectstatic", "--no-input", "--verbosity", "0")
        command = [sys.executable, "-m", "tests.ha.study", str(self.size.writers + 1), PASSWORD]
        done = subprocess.run(
            command, cwd=ROOT, env=self.settings(OWNER), check=True, capture_output=True, text=True
        )
        self.numbers: list[str] = re.findall(r'"([^"]+)"', done.stdout)
        self.start_web()

    def _take_files(self) -> None:
        """Those that the tests keep: a server with the migrated template."""
        kept = next(postgres.KEPT.glob(f"{postgres._template()}-*-{os.getuid()}.tar"))
        command = ["tar", "--extract", "--file", kept, "--directory", self.work, "--same-permissions"]
        subprocess.run(command, check=True, capture_output=True)

    def url(self, role: str, database: str = DATABASE) -> str:
        return self.database.url(database, role)

    def settings(self, role: str) -> dict[str, str]:
        moved = {}
        if self.ahead:
            path = os.pathsep.join(
                filter(None, (str(Path(clock.__file__).parent), os.environ.get("PYTHONPATH")))
            )
            moved = {clock.AHEAD: str(self.ahead), "PYTHONPATH": path}
        return {
            **os.environ,
            **TEST_SETTINGS,
            "DJANGO_SETTINGS_MODULE": "tests.siege.settings",
            "SIEGE_STATIC_ROOT": str(self.static),
            "DATABASE_URL": self.url(role),
            "LOG_LEVEL": "ERROR",
            **moved,
        }

    def _manage(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=self.settings(OWNER), capture_output=True, text=True)

    def start_web(self) -> None:
        command = gunicorn(str(self.port), str(self.workers))
        with self.log.open("ab") as log:
            self.web = subprocess.Popen(
                command, cwd=ROOT, env=self.settings(WEB), start_new_session=True, stdout=log, stderr=log
            )
        self.wait("The web", lambda: self.status_of("/healthz") == 200)

    def status_of(self, path: str) -> int:
        """What a stranger is answered."""
        with closing(Visitor("127.0.0.1", self.port)) as visitor:
            return visitor.ask("GET", path)[0]

    def kill_web(self) -> None:
        assert self.web
        with suppress(ProcessLookupError):
            os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def stop_web(self) -> None:
        """In order: what is under way is answered first."""
        assert self.web
        self.web.terminate()
        self.web.wait(60)

    def stop(self) -> None:
        if self.web:
            self.kill_web()
        if hasattr(self, "database"):
            self.database.stop()

    def workers_of_web(self) -> list[int]:
        assert self.web
        return [child.pid for child in psutil.Process(self.web.pid).children()]

    def kill_database(self) -> None:
        """Until it is gone: a new one takes it for running as long as its number is taken."""
        postmaster = int((self.database.folder / "postmaster.pid").read_text().split()[0])
        self.database.kill()
        self.wait("The end of the database", lambda: not psutil.pid_exists(postmaster))

    def restart_database(self) -> None:
        """Until it starts: with a full disk it may not."""
        self.database.start(PATIENCE_S)

    def wait(self, what: str, is_so: Callable[[], bool], patience: float = PATIENCE_S) -> float:
        """The seconds that it took."""
        start = time.monotonic()
        while time.monotonic() < start + patience:
            with suppress(OSError, psycopg2.Error):
                if is_so():
                    return time.monotonic() - start
            time.sleep(0.1)
        raise AssertionError(f"{what} did not come within {patience:.0f} s.")

    # --- people ------------------------------------------------------------------------------------------------

    @contextmanager
    def people(self, seen: dict[str, str]) -> Iterator[Noted]:
        """They save as fast as they are answered, and one reads. `seen`: the value that each finds, by patient."""
        noted, stop, threads = Noted(), threading.Event(), list[Writer | Reader]()
        for n, number in enumerate(self.numbers):
            visitor = Visitor("127.0.0.1", self.port)
            visitor.log_in("coordinator01")
            if n:
                writer = Writer(visitor, number, noted, stop, 0.0)
                writer.seen = seen.get(number, writer.seen)
                threads.append(writer)
            else:
                threads.append(Reader(visitor, number, noted, stop))
        for thread in threads:
            thread.start()
        try:
            self.wait("The first saves", lambda: len(noted.saves) >= len(threads) - 1)
            yield noted
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
                thread.visitor.close()

    def stored(self) -> dict[str, str]:
        """What each patient's pulse is."""
        with cursor_on(self.url(OWNER)) as cursor:
            cursor.execute(
                "SELECT p.number, s.pulse::text FROM trial_vitalsigns s JOIN casebook_entry e ON e.id = s.entry_id"
                " JOIN casebook_patient p ON p.id = e.patient_id"
            )
            return dict(cursor.fetchall())

    def faults_of(self, noted: Noted, since: int) -> list[str]:
        """Each acknowledged save is in the trail once; nobody was answered with what is no answer."""
        faults = [f"{count} × {what}" for what, count in noted.refusals.items() if not FINE.match(what)]
        if faults:
            broke = [
                line
                for line in self.log.read_text(errors="replace").splitlines()
                if "Internal Server" in line
            ]
            faults.append("the last words of the web: " + "".join(broke[-1:])[-600:])
        with cursor_on(self.url(OWNER)) as cursor:
            cursor.execute(
                "SELECT reason, count(*) FROM audit_auditevent WHERE id > %s AND starts_with(reason, %s)"
                " GROUP BY reason",
                [since, REASON],
            )
            found = dict(cursor.fetchall())
        if lost := noted.saves.keys() - found.keys():
            faults.append(f"{len(lost)} acknowledged saves are not there")
        if twice := [reason for reason, times in found.items() if times > 1]:
            faults.append(f"{len(twice)} saves are there twice")
        return faults

    def verify(self) -> Line:
        """After all that: the chains hold, and whatever is derived is as it would be derived anew."""
        done = self._manage("verify_audit")
        said = (done.stdout + done.stderr).splitlines() or ["It said nothing."]
        return Line("the trail after all that", " / ".join(said[-5:]), "it holds", done.returncode == 0)

    def last_event(self) -> int:
        with cursor_on(self.url(OWNER)) as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM audit_auditevent")
            found: int = cursor.fetchone()[0]
            return found


def verdict(what: str, told: str, faults: list[str]) -> Line:
    return Line(what, "; ".join([told, *faults]), "none lost", not faults)


# --- the blows ----------------------------------------------------------------------------------------------------


def slow_senders(field: Field) -> Line:
    """They send byte by byte; others save and read meanwhile, and wait no longer than a moment."""
    visitor, waits, size = Visitor("127.0.0.1", field.port), list[float](), field.size
    visitor.log_in("coordinator01")
    before = _reads(visitor, field.numbers[0], 5)
    senders = [SlowSender(field.port, kind) for kind in SLOW for _ in range(size.senders // len(SLOW))]
    until = time.monotonic() + size.slow_s
    while time.monotonic() < until:
        for sender in senders:
            sender.go_on()
        waits += _reads(visitor, field.numbers[0], 1)
        time.sleep(0.05)
    for sender in senders:
        sender.close()
    visitor.close()
    middle, worst, usual = sorted(waits)[len(waits) // 2], max(waits), sorted(before)[len(before) // 2]
    faults = [f"somebody waited {worst:.1f} s"] if worst > max(2.0, 10 * usual) else []
    said = f"{len(waits)} pages beside them: median {middle * 1000:.0f} ms ({usual * 1000:.0f} ms without)"
    said += f", longest {worst * 1000:.0f} ms"
    return verdict(f"{len(senders)} slow senders", said, faults)


def _reads(visitor: Visitor, number: str, times: int) -> list[float]:
    found = []
    for _ in range(times):
        start = time.monotonic()
        status, said = visitor.ask("GET", f"/patients/{number}/")
        found.append(time.monotonic() - start if status == 200 else 60.0)
        assert status in (0, 200), (status, said[:200])
    return found


def random_kills(field: Field) -> Line:
    """Workers, all web processes, and the database, one after another as the dice say, while people save."""
    dice, size, blows = random.Random(field.size.seed), field.size, dict[str, int]()  # noqa: S311
    since, start = field.last_event(), time.monotonic()
    with field.people(field.stored()) as noted:
        while len(noted.saves) < size.saves or len(blows) < len(KILLED):
            time.sleep(dice.uniform(0.5, 1.5) if size.saves < 1000 else dice.uniform(2, 6))
            blow = KILLED[len(blows)] if len(blows) < len(KILLED) else dice.choice(KILLED)
            blows[blow] = blows.get(blow, 0) + 1
            _strike(field, blow, dice)
            before = len(noted.saves)
            field.wait("Saves after the blow", lambda before=before: len(noted.saves) > before + 2)  # type: ignore[misc]
    told = ", ".join(f"{count} × {what}" for what, count in sorted(blows.items()))
    said = f"{len(noted.saves):,} saves acknowledged in {time.monotonic() - start:.0f} s; killed: {told}"
    return verdict("random kills", said, field.faults_of(noted, since))


KILLED = ("worker", "database", "a process of the database", "web", "sessions")


def _strike(field: Field, blow: str, dice: random.Random) -> None:
    if blow == "worker":
        if workers := field.workers_of_web():
            with suppress(ProcessLookupError):
                os.kill(dice.choice(workers), signal.SIGKILL)  # gunicorn starts another
    elif blow == "web":
        field.kill_web()
        time.sleep(AGAIN_AFTER_S)
        field.start_web()
    elif blow == "database":
        field.kill_database()
        time.sleep(AGAIN_AFTER_S)
        field.restart_database()
    else:
        with cursor_on(field.url(OWNER)) as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", [WEB])
            pids = [pid for (pid,) in cursor.fetchall()]
        if (
            is_crash := blow == "a process of the database"
        ):  # which then ends all others, and begins anew by itself
            pids = pids[:1]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if is_crash else signal.SIGTERM)


def restarts(field: Field) -> Line:
    """In order, as for a new version or a new setting: the web, then the database, in the middle of saves."""
    since = field.last_event()
    with field.people(field.stored()) as noted:
        field.stop_web()
        field.start_web()
        _more_saves(field, noted)
        field.database._run("pg_ctl", "stop", "-w", "-m", "fast")
        field.restart_database()
        _more_saves(field, noted)
    return verdict(
        "restart during saves", f"{len(noted.saves)} saves acknowledged", field.faults_of(noted, since)
    )


def _more_saves(field: Field, noted: Noted, patience: float = PATIENCE_S) -> float:
    before = len(noted.saves)
    return field.wait("Saves", lambda: len(noted.saves) > before + field.size.writers, patience)


TAKER = "taker"
PRODUCTS = f"FROM pg_stat_activity WHERE usename = %s AND application_name <> '{TAKER}'"


def no_connections(field: Field) -> Line:
    """Others have taken every connection that the database has; the product's own are ended."""
    since, taken = field.last_event(), list[psycopg2.extensions.connection]()
    with field.people(field.stored()) as noted:
        with cursor_on(field.url(OWNER)) as cursor:
            field.wait(
                "A moment without any connection of the product, in which /healthz answers 503,",
                lambda: _take_all(cursor, field.url(WEB), taken) and field.status_of("/healthz") == 503,
            )
        time.sleep(field.size.away_s)
        faults = list[str]()
        for connection in taken:
            connection.close()
        back = _more_saves(field, noted)
    faults += field.faults_of(noted, since)
    refused = sum(noted.refusals.values())
    if not refused:
        faults.append("nobody was refused: it was not struck")
    told = f"{len(taken)} taken, {refused} refused, saves again after {back:.1f} s"
    return verdict("connections exhausted", told, faults)


def _take_all(
    cursor: psycopg2.extensions.cursor, url: str, taken: list[psycopg2.extensions.connection]
) -> bool:
    """End the product's connections and take their places; it tries to have them back at the same time."""
    cursor.execute(f"SELECT pg_terminate_backend(pid) {PRODUCTS}", [WEB])
    with suppress(psycopg2.OperationalError):
        while True:
            taken.append(psycopg2.connect(url, application_name=TAKER))
    cursor.execute(f"SELECT count(*) {PRODUCTS}", [WEB])
    return cursor.fetchone() == (0,)


def disk_full(field: Field) -> Line:
    """Of a disk of its own, on which the database lies: filled to the last byte, and made free again."""
    if not (field.work / "small-disk").exists():
        return Line("disk full", "SKIPPED: only root may make a small disk here")
    since, ballast = field.last_event(), field.work / "ballast"
    with field.people(field.stored()) as noted:
        _fill(ballast)
        until, start = time.monotonic() + PATIENCE_S, time.monotonic()
        while not any(what.startswith("save") for what in noted.refusals) and time.monotonic() < until:
            _fill(ballast, more=True)
            time.sleep(0.1)
        struck_after = time.monotonic() - start
        time.sleep(field.size.away_s)
        status = field.status_of("/login/")
        had_ended = not _is_up(field)
        ballast.unlink()
        if not _is_up(field):
            field.restart_database()
        back = _more_saves(field, noted)
    faults = field.faults_of(noted, since)
    if not any(what.startswith("save") for what in noted.refusals):
        faults.append("no save was refused: the disk was not full")
    if status not in (200, 503):
        faults.append(f"the login page answered {status}")
    ended = "PostgreSQL had ended itself" if had_ended else "PostgreSQL went on"
    told = f"refused after {struck_after:.0f} s ({ended}), saves again {back:.1f} s after there was room"
    return verdict("disk full", told, faults)


def _fill(ballast: Path, more: bool = False) -> None:
    with suppress(OSError), ballast.open("ab") as file:
        for block in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * block)
                    file.flush()


def _is_up(field: Field) -> bool:
    with suppress(psycopg2.Error), cursor_on(field.url(OWNER)) as cursor:
        cursor.execute("SELECT 1")
        return True
    return False


def clock_back(field: Field) -> Line:
    """By two hours, of the web and of the database; and then forward to what it was."""
    since, back_s = field.last_event(), 2 * 3600.0
    with field.people(field.stored()) as noted:
        _more_saves(field, noted)
    first = len(noted.saves)
    faults = field.faults_of(noted, since)
    for ahead in (-back_s, 0.0):
        field.stop_web()
        _move_clock(field, ahead)
        field.start_web()
        middle = field.last_event()
        with field.people(field.stored()) as later:
            _more_saves(field, later)
        faults += field.faults_of(later, middle)
        first += len(later.saves)
    return verdict("clock set back by two hours, then right", f"{first} saves acknowledged", faults)


def _move_clock(field: Field, ahead: float) -> None:
    """Of Python by what the tests have for it; of SQL by the functions that it is asked by."""
    with cursor_on(field.url(OWNER)) as cursor:
        cursor.execute("SET allow_system_table_mods = on")
        for name, kind in clock.CLOCKS.items():
            if ahead:
                cursor.execute(clock.MOVED.format(name=name, kind=kind, ahead=ahead))
            else:
                cursor.execute(f"DROP FUNCTION pg_catalog.{name}()")
                cursor.execute(f"ALTER FUNCTION pg_catalog.{name}_of_the_machine() RENAME TO {name}")
    field.ahead = ahead


BLOWS: dict[str, Callable[[Field], Line]] = {
    "slow senders": slow_senders,
    "restarts": restarts,
    "connections": no_connections,
    "clock": clock_back,
    "disk": disk_full,
    "kills": random_kills,
}
"""The last one does not say which of its many saves it was, should one be lost: the others come first."""


@contextmanager
def battlefield(work: Path, size: Size) -> Iterator[Field]:
    """`work`: an empty folder that a user without rights may enter. As root, it becomes a small disk."""
    work.chmod(0o755)
    mounted, static = _mount(work), Path(tempfile.mkdtemp(prefix="ecrf-siege-static-"))
    field = Field(work, static, size)
    try:
        field.start()
        yield field
    finally:
        field.stop()
        shutil.rmtree(static, ignore_errors=True)
        if mounted:
            subprocess.run(["umount", "--lazy", str(work)], check=False)


def _mount(work: Path) -> bool:
    if os.getuid():
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m,mode=755", "siege", str(work)]
    if subprocess.run(command, capture_output=True).returncode:
        return False
    (work / "small-disk").touch()
    return True


def run(size: Size, say: Callable[[str], object]) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="ecrf-siege-") as name, battlefield(Path(name), size) as field:
        lines = []
        for what, blow in BLOWS.items():
            say(f"{what}, load {os.getloadavg()[0]:.1f}")
            lines.append(blow(field))
            say(f"  {lines[-1].measured}  {lines[-1].verdict}")
        return [*lines, field.verify()]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    found = run(QUICK if "quick" in sys.argv[1:] else FULL, progress)
    print(json.dumps([asdict(line) for line in found]))
