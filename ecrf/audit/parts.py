"""What the floors above add to verify_audit: its options, what else is looked at, and what is kept of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from ecrf.audit.chain import ChainEnd, Verdict
from ecrf.audit.registry import Registry

Options = Mapping[str, Any]


@dataclass(frozen=True)
class VerificationRun:
    """A run that is over. `since`: up to where each chain had been verified before, and was not walked again.
    `words`: every fault as it was printed."""

    options: Options
    begun_at: datetime
    since: dict[int, ChainEnd]
    verdict: Verdict
    words: list[str]


@dataclass(frozen=True)
class VerificationPart:
    """`since` gives where each chain's walk begins, {} for the whole. `look` gives faults in words, and prints what
    else is to be known; it may raise CommandError, as nothing has been walked yet. `keep` is told of the run; whatever
    goes wrong there fails no run."""

    add_arguments: Callable[[CommandParser], None]
    since: Callable[[Options], dict[int, ChainEnd]] = lambda options: {}
    look: Callable[[Options, Callable[[str], None]], list[str]] = lambda options, say: []
    keep: Callable[[VerificationRun], None] = lambda run: None


PARTS = Registry[VerificationPart]("part of verify_audit")
