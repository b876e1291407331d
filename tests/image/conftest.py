"""The image as the Dockerfile has it, built once for all tests of this folder."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.replay import Replay

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """An empty folder with a short path, thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="ecrf-image-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def image(work: Path) -> Replay:
    replay = Replay(ROOT, work)
    replay.build()
    return replay
