"""The service that makes backups: `python -m ecrf.upkeep.backup run`, `now`, `state`, `restore FOLDER --to MOMENT`."""

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

from ecrf.upkeep.backup.place import ROUND_TO_DO, BackupFault, from_environment, number
from ecrf.upkeep.backup.restoring import import_key, restore
from ecrf.upkeep.backup.service import Service, fault_of_state, moment


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ecrf.upkeep.backup", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("run", help="receive the log, and take a backup a day, until it is stopped")
    acts.add_parser("now", help="take a backup now; the service has to be stopped, or not begun")
    acts.add_parser("state", help="whether backups are made; fails where they are not")
    back = acts.add_parser("restore", help="into an empty folder, for a PostgreSQL of the same version")
    back.add_argument("folder", type=Path)
    back.add_argument("--to", type=moment, help="such as 2026-11-28T10:30:00+00:00; without it all there is")
    back.add_argument("--from-second-place", action="store_true", help="from the folder on the other machine")
    chosen = parser.parse_args(words)
    try:
        if chosen.act == "state":
            if fault := fault_of_state(os.environ):
                raise BackupFault(fault)
            return 0
        place = from_environment(os.environ)
        if chosen.act == "restore":
            import_key(place, os.environ)
            restore(place, chosen.folder, to=chosen.to, from_second=chosen.from_second_place)
        elif chosen.act == "now":
            Service(place).once(backup=True)
        else:
            seconds = number(os.environ, "BACKUP_ROUND_SECONDS", 60, ROUND_TO_DO)
            Service(place, timedelta(seconds=seconds)).run()
    except BackupFault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
