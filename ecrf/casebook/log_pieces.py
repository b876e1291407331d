"""A long log is shown in pieces, each with the rows of fifty numbers: on which piece a row stands follows from its
number alone, so that every link leads there without a look, and no row moves when another one is added."""

from dataclasses import dataclass, field

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ecrf.casebook.models import Entry, Patient, done, not_struck
from ecrf.forms.registry import CrfDefinition

ROWS = 50
NAMED = 5
"""How many pieces with something to do are named at once."""


def piece_with(number: int) -> int:
    """The piece on which the row with this number stands."""
    return (max(number, 1) - 1) // ROWS + 1


def piece_query(piece: int) -> str:
    """What the address of the log ends with: nothing for its first piece."""
    return f"?page={piece}" if piece > 1 else ""


def query_with(number: int) -> str:
    """What the address of the log ends with, where it shows the row with this number."""
    return piece_query(piece_with(number))


@dataclass(frozen=True)
class LogPiece:
    """`unfinished`: how many of its rows are begun and not complete; `waiting`: in how many something waits for the
    reader."""

    number: int
    rows: int = 0
    unfinished: int = 0
    waiting: int = 0

    @property
    def first(self) -> int:
        """The lowest number that a row of it can have."""
        return (self.number - 1) * ROWS + 1

    @property
    def last(self) -> int:
        return self.number * ROWS

    @property
    def query(self) -> str:
        """What the address of the log ends with, where it shows this piece."""
        return piece_query(self.number)


@dataclass(frozen=True)
class LogPieces:
    """The pieces of one log that have rows, and which of them is shown."""

    every: list[LogPiece] = field(default_factory=list)
    place: int = 0

    @property
    def shown(self) -> LogPiece:
        return self.every[self.place]

    @property
    def before(self) -> LogPiece | None:
        return self.every[self.place - 1] if self.place else None

    @property
    def after(self) -> LogPiece | None:
        return self.every[self.place + 1] if self.place + 1 < len(self.every) else None

    @property
    def oldest(self) -> LogPiece:
        return self.every[0]

    @property
    def newest(self) -> LogPiece:
        return self.every[-1]

    @property
    def rows(self) -> int:
        return sum(piece.rows for piece in self.every)

    @property
    def unfinished(self) -> int:
        return sum(piece.unfinished for piece in self.every)

    @property
    def waiting(self) -> int:
        return sum(piece.waiting for piece in self.every)

    @property
    def with_unfinished(self) -> list[LogPiece]:
        """The first few."""
        return [piece for piece in self.every if piece.unfinished][:NAMED]

    @property
    def more_unfinished(self) -> bool:
        return sum(bool(piece.unfinished) for piece in self.every) > NAMED

    @property
    def with_waiting(self) -> list[LogPiece]:
        """The first few."""
        return [piece for piece in self.every if piece.waiting][:NAMED]

    @property
    def more_waiting(self) -> bool:
        return sum(bool(piece.waiting) for piece in self.every) > NAMED


def with_last_number(patients: QuerySet[Patient], kind: str) -> QuerySet[Patient]:
    """Each with `last_of_log`, the highest number in its log of this kind, so that a log of one piece asks nothing
    more."""
    rows = Entry.objects.filter(patient=OuterRef("pk"), visit=None, parent=None, crf=kind)
    highest = rows.order_by("-number").values("number")[:1]
    return patients.annotate(last_of_log=Subquery(highest, output_field=IntegerField()))


def is_long(patient: Patient) -> bool:
    """Whether the log that `with_last_number` looked at has more than one piece."""
    return (getattr(patient, "last_of_log", None) or 0) > ROWS


def pieces_of(
    patient: Patient, definition: CrfDefinition, asked: int, waiting: Q | None = None
) -> LogPieces | None:
    """The pieces of a long log, and the one that is asked for; behind a gap in the numbers the next one with rows.
    None of a log with one piece. `waiting`: whether something waits for the reader in an entry (OuterRef "pk"). One
    statement."""
    if not is_long(patient):
        return None
    entries = Entry.objects.filter(patient=patient, visit=None, crf__in=[definition.key, *definition.rows])
    entries = entries.annotate(
        form=Coalesce("parent", "pk", output_field=IntegerField()),
        piece=(Coalesce("parent__number", "number", output_field=IntegerField()) - 1) / ROWS + 1,
        waits=waiting or Q(pk=None),
    )
    counted = (
        entries.order_by("piece")
        .values("piece")
        .annotate(
            all_rows=Count("form", distinct=True),
            unfinished=Count("form", distinct=True, filter=not_struck() & ~done()),
            waiting=Count("form", distinct=True, filter=Q(waits=True) & not_struck()),
        )
    )
    every = [LogPiece(*line) for line in counted.values_list("piece", "all_rows", "unfinished", "waiting")]
    if not every:
        return None
    place = next((at for at, piece in enumerate(every) if piece.number >= asked), len(every) - 1)
    return LogPieces(every, place)
