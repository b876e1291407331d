"""Where forms are moved to: whether they may stand there, whether their places are empty, which numbers they get."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from ecrf.access.joined import in_a_row
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of, numbered_title
from ecrf.casebook.models import Entry, Patient, Status, Visit
from ecrf.casebook.places import Place
from ecrf.casebook.record.values import is_blank, state_of
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition


class NotMoved(Exception):
    """Why nothing was moved, in words for the page: one each. `field`: what it is that was given wrong, None for
    nothing."""

    def __init__(self, *troubles: str, field: str | None = None) -> None:
        super().__init__(*troubles)
        self.field = field
        self.troubles = troubles

    def __str__(self) -> str:
        return " ".join(self.troubles)


@dataclass(frozen=True)
class Destination:
    """The patient, and the visit by its code, opened or not; "" for logs and forms that belong to no visit."""

    patient: Patient
    code: str = ""

    @property
    def words(self) -> str:
        """`01-002, Week 4`; of no visit, `01-002`."""
        return in_a_row(self.patient.number, self.visit_words)

    @property
    def visit_words(self) -> str:
        return label_of(self.code) if self.code else ""

    def may_hold(self, definition: CrfDefinition) -> bool:
        trial = protocol()
        if not self.code:
            return definition.key in (*trial.patient_forms, *trial.logs)
        plan = trial.plan(self.code)
        return plan is not None and plan.may_hold(definition.key)


@dataclass(frozen=True)
class MovingPart:
    """One entry with values, a form or a row of one: its row as it is stored, and where it will stand."""

    row: Crf
    place: Place

    @property
    def values(self) -> dict[str, Any]:
        """{item: the value or the `Missing` that stands}, of what people entered."""
        found = {name: state_of(self.row, name) for name in self.place.definition.entered}
        return {name: state for name, state in found.items() if state is not None}


@dataclass(frozen=True)
class MovingForm:
    """One form on its way: its row, and what of it and of its rows holds values."""

    row: Crf
    place: Place
    parts: list[MovingPart]

    @property
    def entry(self) -> Entry:
        return self.row.entry

    @property
    def link(self) -> str:
        """How other forms will name it."""
        visit, number = self.place.visit, self.place.number
        return f"{visit.code}.{number}" if visit else str(number)

    @property
    def from_words(self) -> str:
        """`01-001, Week 4, Dose 2`."""
        entry = self.entry
        return where_words(entry.patient, entry.visit, CRFS[entry.crf], entry.number)

    @property
    def to_words(self) -> str:
        place = self.place
        return where_words(place.patient, place.visit, place.definition, place.number)


def where_words(patient: Patient, visit: Visit | None, definition: CrfDefinition, number: int) -> str:
    label = label_of(visit.code) if visit else ""
    title = numbered_title(definition, number, visit)
    return in_a_row(patient.number, label, title)


def rows_to_move(entries: Iterable[Entry], source: PatientData) -> list[Crf]:
    """The rows of these forms, in the order of the page; NotMoved names those that do not stand, and what is empty."""
    by_entry = {row.entry_id: row for row in source.every_row()}
    rows, troubles = [], []
    for entry in entries:
        row = by_entry.get(entry.pk)
        if row is None or row.entry.parent_id:
            said = gettext("%(form)s is no form that can be moved.")
            troubles.append(said % {"form": f"{entry.crf} {entry.address}"})
        elif row.entry.is_struck:
            words = where_words(source.patient, row.entry.visit, CRFS[entry.crf], entry.number)
            said = gettext("%(form)s was struck out: %(reason)s.")
            troubles.append(said % {"form": words, "reason": row.entry.struck_reason.rstrip(". ")})
        elif is_filled(row, source):
            rows.append(row)
    if troubles:
        raise NotMoved(*troubles)
    if not rows:
        raise NotMoved(gettext("Nothing was entered there: there is nothing to move."))
    first = protocol().visit_form  # what may stand at a visit can hang on its date
    return sorted(rows, key=lambda row: (row.entry.crf != first, row.entry.crf, row.entry.number))


def forms_at(
    rows: list[Crf], to: Destination, visit: Visit | None, source: PatientData, there: PatientData
) -> list[MovingForm]:
    """Each with its place at the target; NotMoved names those that cannot stand there, or whose place is not empty."""
    found: list[MovingForm] = []
    troubles: list[str] = []
    for row in rows:
        definition = CRFS[row.entry.crf]
        if not to.may_hold(definition):
            said = gettext("%(place)s has no form %(form)s.")
            troubles.append(said % {"place": to.words, "form": definition.title})
            continue
        taken = [one.place.number for one in found if one.place.definition is definition]
        place = Place(to.patient, definition, visit, _number(row, visit, there, taken))
        found.append(MovingForm(row, place, list(_parts(row, place, source))))
        standing = there.row_at(place)
        if standing is not None and is_filled(standing, there):
            said = gettext("%(form)s is not empty: move or strike out what stands there first.")
            troubles.append(said % {"form": found[-1].to_words})
    if troubles:
        raise NotMoved(*troubles)
    return found


def is_filled(row: Crf, data: PatientData) -> bool:
    """Whether anybody has entered anything into the form or its rows, or has completed it."""
    return row.entry.status == Status.COMPLETE or any(not is_blank(one) for one in [row, *rows_of(row, data)])


def rows_of(row: Crf, data: PatientData) -> list[Crf]:
    """The rows of a form that stand, of all kinds."""
    return [child for key in CRFS[row.entry.crf].rows for child in data.children(key, row)]


def _parts(row: Crf, place: Place, source: PatientData) -> Iterator[MovingPart]:
    if not is_blank(row):
        yield MovingPart(row, place)
    for child in rows_of(row, source):
        if not is_blank(child):
            kind = CRFS[child.entry.crf]
            yield MovingPart(child, Place(place.patient, kind, place.visit, child.entry.number, place.number))


def _number(row: Crf, visit: Visit | None, there: PatientData, taken: list[int]) -> int:
    """Of several, the number behind those that are used there; struck out ones keep theirs."""
    definition = CRFS[row.entry.crf]
    if not definition.can_repeat:
        return row.entry.number
    here = visit.pk if visit else None
    beside = [one for one in there.with_struck(definition.key) if one.entry.visit_id == here]
    used = [one.entry.number for one in beside if one.entry.is_struck or is_filled(one, there)]
    return max([*used, *taken], default=0) + 1
