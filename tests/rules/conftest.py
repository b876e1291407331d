"""What holds for the addresses of the engine is asked once, on the stub protocol, as tests/ecrf are."""

import sys
from pathlib import Path

import pytest

from tests.ecrf.conftest import ON_STUB

ON_THE_STUB = {"test_access.py", "test_obstacles.py"}
OF_ITS_FORMS = {"test_form_access.py"}
"""On the trial's protocol: there it asks for what the forms add."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Of each run, what is written for its protocol."""
    if collection_path.name not in (OF_ITS_FORMS if ON_STUB else ON_THE_STUB):
        return None
    if any(one.partition("::")[0].endswith(collection_path.name) for one in config.args):
        other = "ecrf.settings" if ON_STUB else "tests.stub_trial.settings"
        sys.stderr.write(f"{collection_path.name} is run with DJANGO_SETTINGS_MODULE={other}.\n")
    return True
