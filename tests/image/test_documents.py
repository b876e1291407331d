"""README.md's section on production, followed word by word on an empty PostgreSQL."""

import re

import pytest

from tests.image.conftest import ROOT, Installation

pytestmark = pytest.mark.xdist_group("image")


def scripts_of_readme() -> list[str]:
    """The blocks of commands of the section on production."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## In production$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def test_commands_of_the_readme_set_up_an_installation(installation: Installation):
    manage, accounts, _later = scripts_of_readme()
    said = installation.shell.run(manage + accounts)
    assert "coordinator01 can log in." in said
