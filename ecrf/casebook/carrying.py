"""What one of several forms at a visit takes over from the one before: proposed, confirmed by the site, and kept in the
trail as copied."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.record.values import state_of
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS, CrfDefinition

COPIED = "copied"
"""The source of a value that was taken over, in the trail."""


@dataclass(frozen=True)
class Carried:
    """One item that may be taken over: where it would stand, and as which text."""

    place: Place
    item: str
    text: str
    words: str

    @property
    def label(self) -> str:
        return str(self.place.definition.items[self.item].verbose_name)


def carries(definition: CrfDefinition) -> bool:
    """Whether a form of the kind, or a row of it, has items that the next one may take over."""
    kinds = [definition, *(CRFS[key] for key in definition.rows)]
    return any(item.carried for kind in kinds for item in kind.entered.values())


def form_before(place: Place, data: PatientData) -> Crf | None:
    """The form of the kind that stands before this one at its visit."""
    rows = data.at(place.definition.key, place.visit.code) if place.visit else []
    return next((row for row in reversed(rows) if row.entry.number < place.number), None)


def proposed(place: Place, data: PatientData) -> list[Carried]:
    """What a form and its rows may take over from the one before it: what is still blank here and has a value there."""
    source = form_before(place, data)
    if source is None:
        return []
    found = _proposed(place, source, data)
    for kind in (CRFS[key] for key in place.definition.rows):
        for row in data.children(kind.key, source):
            below = Place(place.patient, kind, place.visit, row.entry.number, place.number)
            found += _proposed(below, row, data)
    return found


def _proposed(place: Place, source: Crf, data: PatientData) -> list[Carried]:
    stored, today = data.row_at(place), data.patient.site.today()
    found = []
    for name, item in place.definition.entered.items():
        value: Any = getattr(source, name) if item.carried else None
        if value is None or state_of(stored, name) is not None:
            continue
        value = item.carried_over(value)
        day = item.first_day(value)
        if item.future or day is None or day <= today:
            found.append(Carried(place, name, item.text(value), item.words(value)))
    return found


def carry_over(*, place: Place, confirmed: Collection[tuple[str, ...]], by: Actor) -> list[Recorded]:
    """Take over what the site has confirmed, as (form, address, item), of what is proposed now; all in one act. What
    became of it, form by form."""
    with acting(by, patient_id=place.patient.pk, source=COPIED):
        forms: dict[tuple[str, str], tuple[Place, dict[str, str]]] = {}
        for one in proposed(place, PatientData(place.patient)):
            form = one.place.definition.key, one.place.address
            if (*form, one.item) in confirmed:
                forms.setdefault(form, (one.place, {}))[1][one.item] = one.text
        return [
            record(place=at, values=values, by=by, source=COPIED, seen=dict.fromkeys(values, ""))
            for at, values in forms.values()
        ]
