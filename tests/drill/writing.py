"""Saves, one after another, until it is killed: `python -m tests.drill.writing`. Each is printed once acknowledged.

Begun with `study`, it first enters the small study and takes a data cut. Asked for its `state`, it prints counts and
hashes.
"""

import json
import sys
import time
import uuid
from datetime import UTC, datetime

import django
from django.core.management import call_command

PAUSE_S = 0.2


def say(**said: object) -> None:
    print(json.dumps(said), flush=True)


def enter_study() -> None:
    from tests.releases.small_study import fill

    fill()
    take_cut()


def take_cut() -> None:
    """Everything as CSV, made as the worker makes it, into the folder of exports."""
    from ecrf.access.models import User
    from ecrf.exports.choice import CutChoice
    from ecrf.exports.services import ask_for_cut

    choice = CutChoice(formats=["csv"]).as_json
    manager = User.objects.get(username="datamanager")
    words = {"name": "Drill", "reason": "An invented cut", "identifiers_reason": ""}
    ask_for_cut(**words, choice=choice, by=manager, request_key=uuid.uuid4())
    call_command("work", "--once", "--only", "exports")


def save_on() -> None:
    """A value of one form, over and over, by the way that every page goes."""
    from ecrf.access.models import User
    from ecrf.casebook.models import Patient
    from tests.builders import enter

    visit = Patient.objects.get().visits.get(code="W01")
    coordinator = User.objects.get(username="coordinator01")
    for number in range(100_000):
        pulse = str(60 + number % 40)
        enter(visit, "vital-signs", coordinator, reason="Transcription error", pulse=pulse)
        say(saved=number, at=datetime.now(UTC).isoformat())
        time.sleep(PAUSE_S)


def state() -> dict[str, object]:
    from ecrf.upkeep.upgrading import as_json, look

    return as_json(look())


def main() -> None:
    django.setup()
    if sys.argv[1:] == ["study"]:
        enter_study()
        say(entered=True)
    for line in sys.stdin:
        if line.strip() == "state":
            say(state=state(), at=datetime.now(UTC).isoformat())
        elif line.strip() == "save":
            save_on()


if __name__ == "__main__":
    main()
