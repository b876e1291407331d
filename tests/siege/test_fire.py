"""Small: what befalls the product at night, a few seconds each. `make siege` is the whole of it."""

from collections.abc import Iterator

import pytest

from tests.siege.fire import BLOWS, QUICK, Field, battlefield

pytestmark = [pytest.mark.requirement("R-024"), pytest.mark.requirement("R-130")]


@pytest.fixture(scope="module")
def field(tmp_path_factory) -> Iterator[Field]:
    work = tmp_path_factory.mktemp("siege")
    for folder in (work, *work.parents[:2]):
        folder.chmod(0o755)  # PostgreSQL runs as another user where the tests run as root
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
