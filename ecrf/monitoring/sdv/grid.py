"""The monitor's grid of visits × forms: of each cell what is verified, asked, signed, broken and locked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext, pgettext_lazy

from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.schedule.matrix import Cell, Matrix, MatrixRow
from ecrf.grid.spots import SpotStatus, review_marks, verification_mark
from ecrf.locks.lookup import holds_all, locks_over
from ecrf.queries.models import Query
from ecrf.signatures.models import Signature, SignatureScope

Spot = tuple[int, str]
"""A visit's id and a kind of form."""

BEGUN = {
    "empty": ("○", pgettext_lazy("state of a form", "to do")),
    "begun": ("◔", pgettext_lazy("state of a form", "begun")),
    "ready": ("◑", pgettext_lazy("state of a form", "nothing missing, to complete")),
}
COMPLETE = ("✓", pgettext_lazy("state of a form", "complete"))


@dataclass(slots=True)
class ReviewSpot(SpotStatus):
    """A spot, with the ids of its entries and of the forms whose rows they are."""

    entries: set[int | None] = field(default_factory=set)


@dataclass(frozen=True)
class GridCell:
    """One form at one visit: `state` gives the hue, `signs` what is seen, `words` what is read out; a blank one has
    none of them."""

    key: str
    state: str = ""
    signs: str = ""
    words: str = ""


@dataclass(frozen=True)
class GridRow:
    """One visit with its cells."""

    row: MatrixRow
    cells: list[GridCell]


def grid_of(
    patient: Patient, matrix: Matrix, queries: Iterable[Query], signatures: Iterable[Signature]
) -> list[GridRow]:
    """Two statements beside what the page has loaded."""
    spots = _spots(patient, queries, signatures)
    return [
        GridRow(row, [_cell(cell, spots.get((row.visit_id or 0, cell.key))) for cell in row.cells])
        for row in matrix.rows
    ]


def _cell(cell: Cell, status: SpotStatus | None) -> GridCell:
    if cell.form is None:
        return GridCell(cell.key)
    is_complete = cell.state == "complete"
    if not is_complete or status is None:
        sign, begun = BEGUN.get(cell.state, COMPLETE)
        state, marks = f"cell-{cell.state}", [(sign, str(begun))]
    else:
        state, marks = "cell-left" if status.left > 0 else "cell-complete", [verification_mark(status)]
    if status:
        state = "cell-asked" if status.queries else state
        marks += review_marks(status, is_complete=is_complete)
    signs, words = (
        " ".join(sign for sign, _words in marks),
        gettext(", ").join(words for _sign, words in marks),
    )
    return GridCell(cell.key, state, signs, words)


def _spots(
    patient: Patient, queries: Iterable[Query], signatures: Iterable[Signature]
) -> dict[Spot, ReviewSpot]:
    spots: dict[Spot, ReviewSpot] = defaultdict(ReviewSpot)
    columns = ("pk", "visit", "crf", "parent", "parent__crf")
    status = ("review_status__planned", "review_status__verified", "review_status__is_signed")
    entries = Entry.objects.filter(
        patient=patient, visit__isnull=False, struck_at=None, parent__struck_at=None
    )
    for pk, visit, crf, parent, parent_crf, planned, verified, is_signed in entries.values_list(
        *columns, *status
    ):
        spot = spots[visit, parent_crf or crf]
        spot.entries |= {pk, parent}
        spot.planned += planned or 0
        spot.verified += verified or 0
        spot.is_signed = spot.is_signed and (parent is not None or bool(is_signed))
    for query in queries:
        entry = query.form
        if entry.visit_id:
            spots[entry.visit_id, (entry.parent or entry).crf].queries += 1
    broken = [signature for signature in signatures if not signature.stands]
    locks = locks_over(patient)
    for (visit, _key), spot in spots.items():
        spot.is_broken = not spot.is_signed and any(_covers(each, visit, spot) for each in broken)
        for lock in locks:
            if holds_all(lock) or lock.visit_id == visit or lock.entry_id in spot.entries - {None}:
                spot.hold_by(lock.kind)
    return dict(spots)


def _covers(signature: Signature, visit: int, spot: ReviewSpot) -> bool:
    """Whether it was given to the form, to its visit, or to everything."""
    if signature.scope == SignatureScope.CASEBOOK:
        return True
    if signature.scope == SignatureScope.VISIT:
        return signature.visit_id == visit
    return signature.entry_id in spot.entries
