"""The lines of the result and the table they are printed as."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One measurement; without a limit it is only told."""

    what: str
    measured: str
    limit: str = ""
    ok: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.ok is None else "ok" if self.ok else "NOT OK"


def at_most(what: str, value: float, limit: float, measured: str, limit_text: str = "") -> Line:
    """A measurement that keeps its limit when the value is not above it."""
    return Line(what, measured, limit_text or f"≤ {limit:g}", value <= limit)


def at_least(what: str, value: float, limit: float, measured: str, limit_text: str = "") -> Line:
    return Line(what, measured, limit_text or f"≥ {limit:g}", value >= limit)


def told(what: str, measured: str) -> Line:
    return Line(what, measured)


def show(lines: list[Line]) -> str:
    """The table as text, columns aligned."""
    rows = [("what", "measured", "limit", ""), *((x.what, x.measured, x.limit, x.verdict) for x in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    texts = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([texts[0], "  ".join("─" * width for width in widths), *texts[1:]])


def progress(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)
