"""What a server's process is made of is not walked through again and again by Python's collector.

The product, its forms, templates and addresses are some 220,000 objects that stay. A whole collection walked through
all of them, 0.1 to 0.4 s in which no thread of the process does anything: who asked just then waited, for a save too.
"""

import gc
from typing import Any

YOUNG, MIDDLE, OLD = 5_000, 20, 10
"""After so many new objects, and so many collections of the younger ones. A long page makes 30,000 that all live until
it is sent: Python's own 700 look at them forty times."""
TIMES = 3
"""Whole collections after which what is left is set apart as well: templates and addresses are made as they are first
asked for. No more often: what a request at hand has made is among it, and stays if only the collector could free it."""


def set_apart() -> None:
    """Called in a process that is about to serve, when all is loaded."""
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.collect()
    gc.freeze()
    left = TIMES

    def again(phase: str, info: dict[str, Any]) -> None:
        nonlocal left
        if phase == "stop" and info["generation"] == 2 and left:
            left -= 1
            gc.freeze()
            if not left:
                gc.callbacks.remove(again)

    gc.callbacks.append(again)
