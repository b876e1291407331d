"""A small study whose trail is anchored, and what somebody with all rights in the database could do to it."""

from pathlib import Path

import pytest

from ecrf.anchors.configuration import AnchorSettings
from ecrf.anchors.making.anchor import make_anchor
from ecrf.anchors.models import Anchor
from ecrf.anchors.signed.keys import PrivateKey, new_key
from ecrf.casebook.models import Patient
from tests.builders import a_patient, a_visit, enter


@pytest.fixture
def key() -> PrivateKey:
    return new_key()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Of the anchors."""
    return tmp_path / "anchors"


@pytest.fixture
def anchored(settings, key, folder) -> None:
    """Anchors are on, into a folder alone."""
    settings.ANCHORS = AnchorSettings(keys=(key,), folder=folder)


@pytest.fixture
def patients(site, coordinator) -> list[Patient]:
    """Three, each with some events."""
    found = [a_patient(site, coordinator) for _ in range(3)]
    for patient in found:
        enter(a_visit(patient, "W01", coordinator), "reading", coordinator, value_1="31.5")
    return found


def taken_out(folder: Path, *anchors: Anchor) -> list[str]:
    """The anchors' files, as they were sent out, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for anchor in anchors:
        (folder / anchor.file_name).write_text(anchor.content, encoding="utf-8")
    return [str(folder / anchor.file_name) for anchor in anchors]


@pytest.fixture
def anchor(anchored, patients, tmp_path) -> Path:
    """The file of one anchor that was made of them, kept elsewhere."""
    return Path(*taken_out(tmp_path / "elsewhere", make_anchor("test")))
