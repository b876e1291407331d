"""What of a study is taken out: which forms, sites, patients and columns, and whether what identifies goes along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Selection:
    """None stands for all. `left_out`: {table: names of columns}; keys stay whatever is said here."""

    forms: tuple[str, ...] | None = None
    sites: tuple[str, ...] | None = None
    patients: tuple[str, ...] | None = None
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identifiers: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "forms": _list(self.forms),
            "sites": _list(self.sites),
            "patients": _list(self.patients),
            "left_out": {table: sorted(names) for table, names in sorted(self.left_out.items())},
            "identifiers": self.identifiers,
        }


def read_selection(stored: Mapping[str, Any]) -> Selection:
    """What `as_json` gave."""
    return Selection(
        forms=_tuple(stored["forms"]),
        sites=_tuple(stored["sites"]),
        patients=_tuple(stored["patients"]),
        left_out={table: tuple(names) for table, names in stored["left_out"].items()},
        identifiers=stored["identifiers"],
    )


def _list(chosen: tuple[str, ...] | None) -> list[str] | None:
    return None if chosen is None else sorted(chosen)


def _tuple(stored: list[str] | None) -> tuple[str, ...] | None:
    return None if stored is None else tuple(stored)
