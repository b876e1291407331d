"""Small: the machine that leads is lost while people save. `make ha` is the whole of it."""

import json
import subprocess
import sys

import pytest

from ecrf.demo import ROOT
from tests.ha.cluster import fault_of_engines
from tests.ha.network import fault_of_network
from tests.ha.people import longest_gap

MISSING = fault_of_engines() or fault_of_network()


@pytest.mark.skipif(bool(MISSING), reason=f"SKIPPED: {MISSING}. Say make ha.")
@pytest.mark.requirement("R-130")
def test_machine_that_leads_is_lost_and_no_acknowledged_save_with_it(tmp_path):
    result = tmp_path / "result.json"
    command = [sys.executable, "-m", "tests.ha", "quick", str(result)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(result.read_text())
    assert found["faults"] == []
    assert found["saves"] >= 200
    (blow,) = found["blows"]
    assert blow["primary_before"] != blow["primary_after"]
    assert found["pages_of_standby"] > 0


def test_gap_is_the_longest_time_within_which_nothing_came():
    assert longest_gap([1.0, 2.0, 7.0, 8.0, 20.0], since=1.5, until=9.0) == 5.0
    assert longest_gap([], since=1.0, until=4.0) == 3.0
    assert longest_gap([0.5, 5.0], since=1.0, until=4.0) == 3.0
