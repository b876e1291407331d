"""`make drill`: a synthetic study is entered, saves go on, the machine dies, and all comes back from the second place.

Says each step in plain words, and leaves a signed sheet in .data/drill/.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ecrf.demo import DATA
from tests.drill.drilling import drill
from tests.drill.machine import Pace

AS_IN_PRODUCTION = Pace(archive_timeout_s=60, round_s=60, saves_s=180)
QUICK = Pace(archive_timeout_s=2, round_s=2, saves_s=8)


def main(words: list[str]) -> int:
    import django

    from tests.postgres import TEST_SETTINGS

    pace = QUICK if words == ["quick"] else AS_IN_PRODUCTION
    with tempfile.TemporaryDirectory(prefix="ecrf-drill-") as work:
        Path(work).chmod(0o755)
        found = drill(Path(work), pace)
    import os

    os.environ |= {**TEST_SETTINGS, "DATABASE_URL": "postgresql://nobody@localhost/none"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecrf.settings"
    django.setup()
    from ecrf.upkeep.drill.signed_record import write_record

    written = write_record(found, DATA / "drill", DATA / "drill" / "signing_key.pem", datetime.now(UTC))
    print(f"Lost (RPO): {found['rpo_seconds']} s of saves. Back (RTO): {found['rto_seconds']} s.")
    print(
        f"The drill {'FAILED' if found['faults'] else 'passed'}; its sheet: {written.relative_to(DATA.parent)}"
    )
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
