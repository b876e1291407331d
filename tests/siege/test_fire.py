"""Small: what befalls the product at night, a few seconds each. `make siege` is the whole of it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.siege.fire import BLOWS, QUICK, Field, battlefield

pytestmark = [pytest.mark.requirement("R-024"), pytest.mark.requirement("R-130")]


@pytest.fixture(scope="module")
def field() -> Iterator[Field]:
    """In a folder of its own: pytest's are closed to the user as whom PostgreSQL runs where the tests run as root."""
    with TemporaryDirectory(prefix="ecrf-siege-") as name:
        work = Path(name)
        work.chmod(0o755)
        with battlefield(work, QUICK) as ready:
            yield ready


@pytest.mark.parametrize("what", BLOWS)
def test_nothing_acknowledged_is_lost_and_whoever_is_refused_is_told_so(what, field):
    line = BLOWS[what](field)
    if line.ok is None:
        pytest.skip(f"SKIPPED: {line.measured}")
    assert line.ok, line.measured


def test_chains_hold_after_all_that(field):
    line = field.verify()
    assert line.ok, line.measured
