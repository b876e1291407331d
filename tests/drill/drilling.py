"""The whole drill on a machine of its own, from the first entry to the last look."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ecrf.upkeep.backup import beside
from ecrf.upkeep.backup.place import BackupFault, from_environment
from ecrf.upkeep.backup.restoring import import_key
from ecrf.upkeep.drill.drill import Drill
from tests.drill.machine import DATABASE, OWNER, Machine, Pace, line_of
from tests.postgres import cursor_on

LAST_SAVE = "SELECT max(at), count(*) FROM audit_auditevent WHERE reason = 'Transcription error' AND at > %s"
PATIENCE_S = 120
A_MOMENT = timedelta(seconds=0.3)


def drill(work: Path, pace: Pace, say: Callable[[str], object] = print) -> dict[str, Any]:
    """What a sheet says. `faults` is empty where everything came back as it was."""
    machine = Machine(work, pace)
    try:
        return _drill(machine, say)
    finally:
        machine.clear()


def _drill(machine: Machine, say: Callable[[str], object]) -> dict[str, Any]:
    say("Make a database, enter an invented patient, take a data cut ...")
    machine.make_keys()
    machine.start_database()
    writer = machine.start("tests.drill.writing", "study")
    line_of(writer)
    say("Take a backup, encrypted, and send it to the second place ...")
    service = machine.start("ecrf.upkeep.backup", "run", env=machine.of_backups(machine.home))
    machine.wait_for_backup(service)
    known = _ask(writer, "state")
    moment = datetime.fromisoformat(known["at"]) + A_MOMENT
    time.sleep(3 * A_MOMENT.total_seconds())
    say(f"Save a value five times a second, for {machine.pace.saves_s} s ...")
    acknowledged = _save_on(writer, machine)
    say(f"The machine dies after {len(acknowledged)} acknowledged saves; its disks are gone ...")
    machine.die()
    died, began = datetime.now(UTC), time.monotonic()

    env = machine.on_the_way_back(machine.work / "new machine")
    place = from_environment(env)
    import_key(place, env)
    drill = Drill(place, machine.work, DATABASE, OWNER, machine.settings, say)
    newest = drill.recover("newest", None, from_second=True)
    try:
        looks = drill.look(newest, {"chains": known["state"]["chains"]})
        rto = time.monotonic() - began
        with cursor_on(newest.url(DATABASE, OWNER)) as cursor:
            cursor.execute(LAST_SAVE, [moment])
            last, back = cursor.fetchone()
    finally:
        newest.stop()
    then = drill.recover("moment", moment, from_second=True)
    try:
        at_moment = drill.look(then, known["state"], "content")
        with cursor_on(then.url(DATABASE, OWNER)) as cursor:
            cursor.execute(LAST_SAVE, [moment])
            if cursor.fetchone()[1]:
                drill.faults.append("Saves from after the moment are there.")
    finally:
        then.stop()
    drill.faults += _faults_beside(machine)
    lost = acknowledged[-1] - (last or moment)
    return {
        "source": "The second place, after the whole machine was lost (synthetic study)",
        "to": f"all there was; and once more to {moment:%Y-%m-%d %H:%M:%S.%f} UTC",
        "at": died.isoformat(),
        "rpo_seconds": round(max(lost.total_seconds(), 0), 2),
        "rto_seconds": round(rto, 2),
        "steps": drill.steps,
        "looks": {**looks, "content": at_moment["content"]},
        "faults": drill.faults,
        "more": {
            "Saves": f"{len(acknowledged)} acknowledged, {back} came back with the newest backup",
            "Pace": f"a segment of the log is closed after {machine.pace.archive_timeout_s} s at the latest, a round of"
            f" backups follows every {machine.pace.round_s} s",
        },
    }


def _ask(writer: Any, what: str) -> dict[str, Any]:
    writer.stdin.write(f"{what}\n")
    writer.stdin.flush()
    return line_of(writer)


def _save_on(writer: Any, machine: Machine) -> list[datetime]:
    """When each save was acknowledged. Once the first is in what was sent, the log there goes on after the moment.

    Segments that wait to be sent are not counted: a busy machine sends some of before the moment after it.
    """
    said = [_ask(writer, "save")]
    needed = machine.segment_written()
    until = time.monotonic() + machine.pace.saves_s
    while time.monotonic() < until or machine.segment_sent() < needed:
        said.append(line_of(writer))
        assert time.monotonic() < until + PATIENCE_S, "The log does not reach the second place."
    return [datetime.fromisoformat(one["at"]) for one in said]


def _faults_beside(machine: Machine) -> list[str]:
    """The data cut's package and the secrets come back too, each with its own key and not with the other."""
    faults = []
    data = from_environment(env := machine.on_the_way_back(machine.work / "new machine"))
    import_key(data, env)
    packages = list(machine.second.glob("exports/*.zip.gpg"))
    if not packages or any(not beside.decrypt(data, file).startswith(b"PK") for file in packages):
        faults.append("The package of the data cut did not come back.")
    (kept,) = machine.second.glob("secrets/*.gpg")
    with suppress(BackupFault):
        beside.decrypt(data, kept)
        faults.append("The key of the data opens the secrets.")
    secrets = from_environment(env := machine.on_the_way_back(machine.work / "safe", key="secrets"))
    import_key(secrets, env)
    if b"a synthetic secret" not in beside.decrypt(secrets, kept):
        faults.append("The secrets did not come back.")
    return faults
