"""What the floors above add to verify_audit: its options, what else is looked at, and what is kept of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from ecrf.audit.registry import Registry

Options = Mapping[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True)
class VerificationRun:
    """A run that is over: how much it walked, and every fault as it was printed, but for the `known` ones."""

    options: Options
    begun_at: datetime
    events: int
    chains: int
    words: list[str]
    known: int


class VerificationPart:
    """One is made for each run. What it prints besides goes through `say`."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Its options."""

    def is_enough(self, options: Options, say: Say) -> bool:
        """Called first. True: nothing more is to be verified this time."""
        return False

    def faults(self, options: Options, say: Say) -> list[str]:
        """In words; CommandError for an option that is wrong, as nothing has been walked yet."""
        return []

    def keep(self, run: VerificationRun) -> None:
        """Told of the run; whatever goes wrong here fails no run."""


PARTS = Registry[type[VerificationPart]]("part of verify_audit")
