"""Findings that are wrong by nature, each with the reason: these and no others are set aside."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.siege.scan.reports import Finding


@dataclass(frozen=True)
class Excuse:
    """`what` and `where` fit the whole of what a finding is called, and of its method and path."""

    tool: str
    what: str
    where: str
    why: str
    said: str = ".*"

    def fits(self, finding: "Finding") -> bool:
        return (
            self.tool == finding.tool
            and re.fullmatch(self.what, finding.what) is not None
            and re.fullmatch(self.where, finding.where) is not None
            and re.fullmatch(self.said, finding.said, re.DOTALL) is not None
        )


EXCUSES: tuple[Excuse, ...] = ()
