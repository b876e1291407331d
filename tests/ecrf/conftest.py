"""The engine's tests run on the stub protocol, but for those that still need forms of this trial.

`make test` runs both. By hand: DJANGO_SETTINGS_MODULE=tests.stub_trial.settings python -m pytest tests/ecrf/...
"""

import sys
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).parent
ON_STUB = settings.PROTOCOL.startswith("tests.stub_trial.")

STILL_ON_THE_TRIAL = frozenset(
    {
        "monitoring/test_ending_and_calling_off.py",
        "monitoring/review_world.py",
        "monitoring/test_home.py",
        "monitoring/test_lists.py",
        "monitoring/test_monitoring_visits.py",
        "monitoring/test_numbers_agree.py",
        "monitoring/test_page_cost.py",
        "monitoring/test_pages.py",
        "monitoring/test_since_visit.py",
        "monitoring/test_way_on.py",
        "monitoring/test_who_reads.py",
        "monitoring/test_whole_visits.py",
        "monitoring/world.py",
    }
)
"""Tests of the engine that name forms of this trial. Nothing is added here."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of each run, the files that are written for its protocol; folders of which none is are not opened."""
    if collection_path.is_dir():
        tests = list(collection_path.rglob("test_*.py"))
        return True if tests and not any(_is_of_this_run(path) for path in tests) else None
    if not collection_path.name.startswith("test_") or _is_of_this_run(collection_path):
        return None
    if any(str(collection_path).endswith(one.partition("::")[0]) for one in config.args):
        other = "ecrf.settings" if ON_STUB else "tests.stub_trial.settings"
        sys.stderr.write(f"{collection_path.name} is run with DJANGO_SETTINGS_MODULE={other}.\n")
    return True


def _is_of_this_run(path: Path) -> bool:
    return (path.relative_to(HERE).as_posix() in STILL_ON_THE_TRIAL) != ON_STUB
