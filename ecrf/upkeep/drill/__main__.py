"""The drill on an installation's own backup: `python -m ecrf.upkeep.drill FOLDER`, where the signed sheet goes."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

from ecrf.upkeep.backup.place import BackupFault, from_environment
from ecrf.upkeep.backup.restoring import import_key
from ecrf.upkeep.backup.service import moment
from ecrf.upkeep.drill.drill import drill_of_installation, environment_of_looks
from ecrf.upkeep.drill.signed_record import write_record


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ecrf.upkeep.drill", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--to", type=moment, help="such as 2026-11-28T10:30:00+00:00; without it all there is"
    )
    chosen = parser.parse_args(words)
    try:
        place = from_environment(os.environ)
        import_key(place, os.environ)
        found = drill_of_installation(place, environment_of_looks(), chosen.to)
    except BackupFault as fault:
        print(f"The drill FAILED: {fault}", file=sys.stderr)
        return 1
    django.setup()
    key = Path(os.environ.get("DRILL_SIGNING_KEY_FILE") or place.home / "signing_key.pem")
    written = write_record(found, chosen.folder, key, datetime.now(UTC))
    outcome = f"FAILED, with {len(found['faults'])} faults" if found["faults"] else "passed"
    print(f"The drill {outcome}; its sheet: {written}")
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
