"""Room on the interpreter's stack for whatever computes for long."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SLOTS = 32_768
"""Of eight bytes. The chunk that holds such a frame is twice as large: the other half is for what is called in it."""


def in_a_wide_frame(function: Callable[P, T]) -> Callable[P, T]:
    """Calls the function on one large chunk of the stack.

    CPython without the fix of gh-142183 (all of 3.11 and 3.12) asks the kernel for a chunk of 16 kB each time a call
    crosses the end of the last one: ten thousand times while a large page is rendered, if the depth of its calls lies
    there.
    """

    def call(*args: P.args, **more: P.kwargs) -> T:
        return function(*args, **more)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)  # type: ignore[attr-defined]  # a function, wrapped
    return call
