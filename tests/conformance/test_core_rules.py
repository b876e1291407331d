"""CDISC's own rules over the SDTM of the synthetic study: `make conformance`, where what they need is there."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.sdtm_reading import written
from trial.synthetic import accounts, casebook, loading
from trial.synthetic.patients import STORIES

RULES, PYTHON = os.environ.get("CORE_DATA", ""), os.environ.get("CORE_PYTHON", "")
SCRIPT = Path(__file__).with_name("core_rules.py")

SET_ASIDE = {
    "CORE-000915": "It knows neither location nor side: the last grades of two muscles look like two of one.",
    "CORE-000767": "It asks for findings about each coded event; the trial has none.",
}

pytestmark = pytest.mark.skipif(not (RULES and PYTHON), reason="make conformance runs it")


def test_the_rules_find_nothing_but_what_is_set_aside(module_db, tmp_path):
    accounts.create("synthetic password")
    loading.add_ranges_where_none()
    for story in STORIES:
        loading.load_patient(story, casebook.pages(story))
    folder = written(tmp_path / "package")
    done = subprocess.run(
        [PYTHON, str(SCRIPT), str(folder), RULES], capture_output=True, text=True, check=False, timeout=3600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["states"].get("success", 0) > 1000
    issues = {rule: told for rule, told in found["issues"].items() if rule not in SET_ASIDE}
    assert not issues, json.dumps(issues, indent=1)
