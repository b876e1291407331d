"""The worker's connection to the database is ended in the middle of a job: the job is done once more, and done once."""

import json
import os
import subprocess
import sys

import pytest

from ecrf.demo import ROOT
from tests.postgres import STUB, TEST_SETTINGS, fresh_database


@pytest.fixture(scope="module")
def became(tmp_path_factory) -> dict[str, dict]:
    """{what the connection was lost in: what became of the job}"""
    with fresh_database() as url:
        env = {
            **os.environ,
            **TEST_SETTINGS,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": STUB,
            "EXPORTS_FOLDER": str(tmp_path_factory.mktemp("exports")),
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.ecrf.imports.lost_midway"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


@pytest.mark.requirement("R-024")
@pytest.mark.parametrize("what", ["looking", "acting", "beside"])
def test_import_whose_connection_is_lost_is_done_once_more_and_once(became, what):
    found = became[what]
    assert (found["looked"], found["state"]) == ("checked", "done"), found
    assert found["values"] == [70]
    assert found["rows"] == 1
    assert found["events"] == 1


def test_import_that_loses_it_twice_has_left_nothing_and_is_taken_up_or_given_up_in_words(became):
    found = became["twice"]
    assert found["values"] == []
    assert found["state"] in ("acting", "failed")
    assert "fault of the software" not in found["outcome"]


def test_export_whose_connection_is_lost_is_made_once_more(became):
    assert became["export"] == {"state": "done", "outcome": "", "has_file": True}


def test_export_that_loses_it_twice_is_not_called_done(became):
    assert became["export twice"]["state"] != "done"
    assert "fault of the software" not in became["export twice"]["outcome"]
