"""The version is the same wherever it is said."""

import tomllib

import pytest

from ecrf import __version__
from tests.rules.test_repository import ROOT


@pytest.mark.requirement("R-153")
def test_version_of_the_code_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]
