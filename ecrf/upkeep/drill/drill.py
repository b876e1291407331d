"""Goes the way back to the end: restores into an empty folder, starts PostgreSQL on it, and looks at what is there."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecrf.upkeep.backup.place import BackupFault, BackupPlace
from ecrf.upkeep.backup.restoring import restore
from ecrf.upkeep.drill.server import Server


@dataclass
class Drill:
    """`work`: a folder with room for the database, whose owner PostgreSQL can run as. `say`: told each step, in words.

    `database` and `owner`: what the database is called, and whose it is.
    """

    place: BackupPlace
    work: Path
    database: str
    owner: str
    env: Mapping[str, str]
    say: Callable[[str], object] = print
    steps: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Timed and said."""
        self.say(f"{what} ...")
        began = time.monotonic()
        yield
        self.steps.append({"what": what, "seconds": round(time.monotonic() - began, 2)})

    def recover(self, name: str, to: datetime | None, from_second: bool) -> Server:
        """PostgreSQL, running on what was restored into an empty folder. The caller stops it."""
        folder = self.work / name
        where = "the second place" if from_second else "the place of backups"
        with self.step(f"Restore from {where} into an empty folder, {f'to {to}' if to else 'all there is'}"):
            restore(self.place, folder, to=to, from_second=from_second, said=lambda _: None)
        server = Server(folder, self.place.binaries)
        with self.step("Start PostgreSQL on it, which replays the log"):
            server.start()
        return server

    def look(self, server: Server, expected: Mapping[str, Any], *names: str) -> dict[str, Any]:
        """What the product finds there, in all its looks or those that are named; its faults are the drill's."""
        with tempfile.TemporaryDirectory(prefix="ecrf-look-") as beside:
            file = Path(beside) / "expected.json"
            file.write_text(json.dumps(expected), encoding="utf-8")
            env = {name: value for name, value in self.env.items() if name != "DATABASE_URL_FILE"}
            env["DATABASE_URL"] = server.url(self.database, self.owner)
            what = ", ".join(names) or "hashes, rights, audit trail, pages as each role, data cut"
            with self.step(f"Look at it: {what}"):
                done = subprocess.run(  # noqa: S603
                    [sys.executable, "-m", "ecrf.upkeep.drill.look", str(file), *names],
                    env=env,
                    capture_output=True,
                    text=True,
                )
        if done.returncode:
            raise BackupFault(f"Nobody could look at what was restored: {done.stderr.strip()[-2000:]}")
        looks: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        for name, one in looks.items():
            self.faults += [f"{name}: {fault}" for fault in one["faults"]]
            self.say(f"  {one.get('words', name)}{''.join(f' FAULT: {fault}' for fault in one['faults'])}")
        return looks


def drill_of_installation(place: BackupPlace, env: Mapping[str, str], to: datetime | None) -> dict[str, Any]:
    """What a hospital runs beside its installation, which it does not touch: its newest backup, on a copy.

    What the copy has to hold is compared where `DRILL_EXPECTED` or `DRILL_ANCHORS` names it; the rest tells by itself.
    """
    began = time.monotonic()
    from_second = place.second is not None
    with tempfile.TemporaryDirectory(prefix="drill-", dir=place.home) as work:
        drill = Drill(
            place, Path(work), env.get("DRILL_DATABASE", "ecrf"), env.get("DRILL_OWNER", "ecrf_owner"), env
        )
        server = drill.recover("postgres", to, from_second)
        try:
            looks = drill.look(server, _expected(env))
        finally:
            server.stop()
    return {
        "source": f"The installation's backup, from {'the second place' if from_second else 'its first place'}",
        "to": to.isoformat() if to else "",
        "at": datetime.now(UTC).isoformat(),
        "rto_seconds": round(time.monotonic() - began, 2),
        "steps": drill.steps,
        "looks": looks,
        "faults": drill.faults,
    }


def _expected(env: Mapping[str, str]) -> dict[str, Any]:
    """What is known from outside the backup: a file that an earlier look or an upgrade's note has left."""
    file = env.get("DRILL_EXPECTED")
    expected: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    if anchors := env.get("DRILL_ANCHORS"):
        expected["anchors"] = sorted(str(path) for path in Path(anchors).iterdir() if path.is_file())
    return expected


def environment_of_looks() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "ecrf.settings")}
