"""The monitor's grid of visits × forms: of each cell what is verified, asked, signed, broken and locked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ecrf.casebook.labels import counted
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.schedule.matrix import Cell, Matrix, MatrixRow
from ecrf.locks.lookup import holds_all, locks_over
from ecrf.queries.models import Query
from ecrf.signatures.models import Signature, SignatureScope

Spot = tuple[int, str]
"""A visit's id and a kind of form."""

BEGUN = {"empty": ("○", "to do"), "begun": ("◔", "begun"), "ready": ("◑", "nothing missing, to complete")}


@dataclass
class SpotStatus:
    """What reviewers have done and have to do with the forms of one kind at one visit, their rows with them."""

    planned: int = 0
    verified: int = 0
    queries: int = 0
    is_signed: bool = True
    is_broken: bool = False
    is_locked: bool = False
    entries: set[int] = field(default_factory=set)

    @property
    def left(self) -> int:
        return self.planned - self.verified


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
    if cell.state != "complete" or status is None:
        sign, words = BEGUN.get(cell.state, ("✓", "complete"))
        state, said = f"cell-{cell.state}", [(sign, words)]
    elif status.left > 0:
        state, said = "cell-left", [(f"●{status.left}", f"{status.left} to verify")]
    else:
        words = "verified" if status.planned else "complete, nothing to verify by plan"
        state, said = "cell-complete", [("✓" if status.planned else "–", words)]
    if status and status.queries:
        state = "cell-asked"
        said.append((f"?{status.queries}", counted(status.queries, "open query", "open queries")))
    if status and status.is_broken:
        said.append(("✗", "signature broken"))
    elif status and status.is_signed and cell.state == "complete":
        said.append(("✎", "signed"))
    if status and status.is_locked:
        said.append(("■", "locked or frozen"))
    return GridCell(
        cell.key, state, " ".join(sign for sign, _words in said), ", ".join(words for _sign, words in said)
    )


def _spots(
    patient: Patient, queries: Iterable[Query], signatures: Iterable[Signature]
) -> dict[Spot, SpotStatus]:
    spots: dict[Spot, SpotStatus] = defaultdict(SpotStatus)
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
        if query.entry.visit_id:
            spots[query.entry.visit_id, (query.entry.parent or query.entry).crf].queries += 1
    broken = [signature for signature in signatures if not signature.stands]
    locks = locks_over(patient)
    for (visit, _key), spot in spots.items():
        spot.is_broken = not spot.is_signed and any(_covers(each, visit, spot) for each in broken)
        spot.is_locked = any(
            holds_all(lock) or lock.visit_id == visit or lock.entry_id in spot.entries - {None}
            for lock in locks
        )
    return dict(spots)


def _covers(signature: Signature, visit: int, spot: SpotStatus) -> bool:
    """Whether it was given to the form, to its visit, or to everything."""
    if signature.scope == SignatureScope.CASEBOOK:
        return True
    if signature.scope == SignatureScope.VISIT:
        return signature.visit_id == visit
    return signature.entry_id in spot.entries
