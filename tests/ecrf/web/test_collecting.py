"""What a server's process is made of is set apart from what its requests make."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from ecrf.web.collecting import TIMES, set_apart


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before, callbacks = gc.get_threshold(), list(gc.callbacks)
    yield
    gc.set_threshold(*before)
    gc.callbacks[:] = callbacks
    gc.unfreeze()


class Made:
    """Something that only the collector can free."""

    def __init__(self) -> None:
        self.own = self


def test_what_is_loaded_is_not_walked_through_and_what_requests_make_is_freed() -> None:
    set_apart()
    apart = gc.get_freeze_count()
    assert apart > 10 * len(gc.get_objects())
    for _ in range(TIMES + 2):
        gone = weakref.ref(Made())
        assert gone() is not None
        gc.collect()
        assert gone() is None


def test_what_is_loaded_late_is_set_apart_and_then_no_more() -> None:
    set_apart()
    kept = []
    for n in range(TIMES + 2):
        kept.append([[] for _ in range(20_000)])
        before = gc.get_freeze_count()
        gc.collect()
        assert (gc.get_freeze_count() >= before + 20_000) is (n < TIMES)
