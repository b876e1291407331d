"""What reviewers have done, and have to do, with the forms of one kind in one place; each in a sign and in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy

from ecrf.locks.models import LockKind

Mark = tuple[str, str]
"""A sign and its words."""

HOLDS: dict[str, tuple[str, Promise]] = {
    LockKind.LOCK: ("■", pgettext_lazy("under a lock", "locked")),
    LockKind.FREEZE: ("□", pgettext_lazy("under a freeze", "frozen")),
}


@dataclass(slots=True)
class SpotStatus:
    """Of the forms of one kind at one visit, or in one log, their rows with them. `hold`: of `LockKind`, or ""."""

    planned: int = 0
    verified: int = 0
    queries: int = 0
    is_signed: bool = True
    is_broken: bool = False
    hold: str = ""

    @property
    def left(self) -> int:
        return self.planned - self.verified

    @property
    def as_tuple(self) -> tuple[int, int, int, bool, bool, str]:
        return self.planned, self.verified, self.queries, self.is_signed, self.is_broken, self.hold

    def hold_by(self, kind: str) -> None:
        """A lock says more than a freeze."""
        if self.hold != LockKind.LOCK:
            self.hold = kind


NOBODY_LOOKED = SpotStatus(is_signed=False)
"""Of a place where nothing is stored."""


def verification_mark(status: SpotStatus, *, is_said_complete: bool = False) -> Mark:
    """Of a complete form: how much of it is verified, of what the plan asks for. `is_said_complete`: beside it stands
    already that it is complete."""
    if status.left > 0:
        given = {"left": status.left, "done": status.verified}
        if status.verified:
            return f"●{status.left}", gettext("%(left)d to verify, %(done)d verified") % given
        return f"●{status.left}", gettext("%(left)d to verify") % given
    if status.planned:
        return "✓", pgettext("a form", "verified")
    if is_said_complete:
        return "–", gettext("nothing to verify by plan")
    return "–", gettext("complete, nothing to verify by plan")


def review_marks(status: SpotStatus, *, is_complete: bool) -> list[Mark]:
    """What is asked about it, whether it is signed, and what keeps it as it is."""
    marks: list[Mark] = []
    if status.queries:
        words = ngettext("%(number)d open query", "%(number)d open queries", status.queries)
        marks.append((f"?{status.queries}", words % {"number": status.queries}))
    if status.is_broken:
        marks.append(("✗", gettext("signature broken")))
    elif status.is_signed and is_complete:
        marks.append(("✎", pgettext("a form", "signed")))
    if status.hold:
        sign, held = HOLDS[status.hold]
        marks.append((sign, str(held)))
    return marks


def together(statuses: Iterable[SpotStatus]) -> SpotStatus:
    """Several spots as one: signed where all are, broken where one is, under the hold of the least held."""
    whole, holds = SpotStatus(), set[str]()
    for status in statuses:
        whole.planned += status.planned
        whole.verified += status.verified
        whole.queries += status.queries
        whole.is_signed = whole.is_signed and status.is_signed
        whole.is_broken = whole.is_broken or status.is_broken
        holds.add(status.hold)
    whole.hold = "" if "" in holds else LockKind.FREEZE if LockKind.FREEZE in holds else LockKind.LOCK
    return whole
