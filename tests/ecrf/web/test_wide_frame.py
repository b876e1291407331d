"""A call that takes turns at the end of a chunk of the interpreter's stack costs what any other does."""

import resource
from collections.abc import Callable

from ecrf.web.wide_frame import in_a_wide_frame

CALLS, DEPTHS = 2_000, 300


def nothing() -> None:
    pass


def faults(depth: int) -> int:
    """Pages of memory that the kernel had to give while something so many calls deep called something else often."""
    if depth:
        return faults(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        nothing()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def most(count: Callable[[int], int]) -> int:
    return max(count(depth) for depth in range(DEPTHS))


def test_no_depth_of_calls_costs_memory_at_each_call():
    assert most(in_a_wide_frame(faults)) < CALLS / 10


def test_what_is_given_and_what_comes_back_stay():
    def both(*values: int, more: int) -> tuple[int, ...]:
        return (*values, more)

    assert in_a_wide_frame(both)(1, 2, more=3) == (1, 2, 3)
