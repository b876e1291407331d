"""`make ha`: three machines, as network namespaces; they die and lose each other while people save.

`python -m tests.ha [quick] [RESULT.json]`
"""

import json
import signal
import sys
import tempfile
from pathlib import Path

from tests.ha.cluster import fault_of_engines
from tests.ha.drive import FULL, QUICK, drive
from tests.ha.network import fault_of_network

NOT_HERE = 5


def main(words: list[str]) -> int:
    if why := fault_of_engines() or fault_of_network():
        print(f"ha: SKIPPED, as {why}.")
        return NOT_HERE
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was begun is ended
    size = QUICK if "quick" in words else FULL
    with tempfile.TemporaryDirectory(prefix="ecrf-ha-") as name:
        work = Path(name)
        work.chmod(0o755)
        found = drive(work, size, lambda said: print(said, flush=True))
    for word in words:
        if word.endswith(".json"):
            Path(word).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"{found['saves']} saves acknowledged, within {found['seconds']} s.")
    print(
        f"{found['pages']} pages read, {found['pages_of_standby']} of them from a server that only follows."
    )
    for fault in found["faults"]:
        print(f"FAULT: {fault}")
    print("FAILED" if found["faults"] else "No acknowledged save was lost, and no chain is broken.")
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
