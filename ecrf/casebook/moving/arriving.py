"""Records what is moved at its new places, item by item, and leads the links between forms there."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from ecrf.access.joined import headed
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.moving.destination import MovingForm, MovingPart, NotMoved
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from ecrf.casebook.striking.moved_away import MOVED
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS, CrfDefinition

NewLinks = Mapping[tuple[str, str], str]
"""{(CRF key, how forms named it before): how they name it now}, of the forms that move."""


class _Refused(Exception):
    """Takes back what one form has recorded."""


def new_links(forms: Iterable[MovingForm]) -> NewLinks:
    return {(one.entry.crf, one.entry.link): one.link for one in forms}


def left_behind(part: MovingPart, links: NewLinks, *, is_other_patient: bool) -> list[str]:
    """The link items that stay blank: they name a row of the patient from whom the form is moved."""
    if not is_other_patient:
        return []
    named = {name: link for name, link in part.place.definition.links.items() if name in part.values}
    return [name for name, link in named.items() if (link.to, part.values[name]) not in links]


def arrive(
    forms: list[MovingForm], reasons: list[str], by: Actor, data: PatientData, *, is_other_patient: bool
) -> None:
    """Record every form, then the links between those that moved, which exist only then. NotMoved says what of which
    form was refused; what was recorded is the caller's to take back."""
    links, troubles = new_links(forms), []
    for one, reason in zip(forms, reasons, strict=True):
        values = [(p.place, _first(p, links, is_other_patient=is_other_patient)) for p in one.parts]
        troubles += _record_all(one.to_words, values, reason, by, data)
    if not troubles:
        for one, reason in zip(forms, reasons, strict=True):
            later = [(part.place, _linked(part, links)) for part in one.parts]
            troubles += _record_all(one.to_words, later, reason, by, data)
    if troubles:
        raise NotMoved(*troubles)


def lead_links(forms: list[MovingForm], by: Actor, reason: str, data: PatientData) -> list[Crf]:
    """Let the patient's other forms that name a moved one name it at its new place; returns their rows."""
    links, led, troubles = new_links(forms), [], []
    for definition in [one for one in CRFS.values() if one.links]:
        for row in list(data.rows(definition.key)):
            place, values = Place.of(row.entry), _led(definition, row, links)
            if values:
                led.append(row)
                troubles += _record_all(str(definition.title), [(place, values)], reason, by, data)
    if troubles:
        raise NotMoved(*troubles)
    return led


def refuse_altered(forms: list[MovingForm], patient: Patient, *, is_other_patient: bool) -> None:
    """What stands at the new places must be what stood at the old ones, read anew from the database; one statement."""
    data, links = PatientData(patient), new_links(forms)
    data.load(*{part.place.definition.key for one in forms for part in one.parts})
    for one in forms:
        for part in one.parts:
            expected = _first(part, links, is_other_patient=is_other_patient) | _linked(part, links)
            row = data.row_at(part.place)
            arrived = MovingPart(row, part.place).values if row else {}
            if odd := [name for name in {**expected, **arrived} if arrived.get(name) != expected.get(name)]:
                label = part.place.definition.items[odd[0]].verbose_name
                words = gettext("%(form)s, %(item)s: the value would not arrive as it stands.")
                raise NotMoved(words % {"form": one.to_words, "item": label})


def _first(part: MovingPart, links: NewLinks, *, is_other_patient: bool) -> dict[str, Any]:
    """What is recorded at once: all but the links to what moves too, and to what stays with another patient."""
    later = {*_linked(part, links), *left_behind(part, links, is_other_patient=is_other_patient)}
    return {name: value for name, value in part.values.items() if name not in later}


def _linked(part: MovingPart, links: NewLinks) -> dict[str, str]:
    return _led(part.place.definition, part.row, links)


def _led(definition: CrfDefinition, row: Crf, links: NewLinks) -> dict[str, str]:
    """{link item: how it names what it names at the new place}, of those that name what moves."""
    named = {name: (link.to, getattr(row, name)) for name, link in definition.links.items()}
    return {name: links[key] for name, key in named.items() if key in links}


def _record_all(
    words: str, values: list[tuple[Place, dict[str, Any]]], reason: str, by: Actor, data: PatientData
) -> list[str]:
    """Record these entries of one form; what was refused, in words, and then nothing of it stands."""
    troubles: list[str] = []
    if not any(given for _place, given in values):
        return troubles
    try:
        with acting(by, patient_id=data.patient.pk, reason=reason, source=MOVED):
            for place, given in values:
                if given:
                    result = record(place=place, values=given, by=by, reason=reason, source=MOVED, data=data)
                    troubles += [f"{words}{why}" for why in _refusals(result)]
                if troubles:
                    raise _Refused
    except _Refused:
        pass
    return troubles


def _refusals(result: Recorded) -> list[str]:
    """One for each reason: what is frozen or locked refuses every item in the same words."""
    by_reason: dict[str, list[str]] = {}
    for name, why in result.refused.items():
        by_reason.setdefault(why, []).append(str(result.place.definition.items[name].verbose_name))
    by_reason |= {gettext("it was changed meanwhile."): list(result.conflicts)} if result.conflicts else {}
    return [
        headed("", why) if len(names) > 1 else gettext(", ") + headed(names[0], why)
        for why, names in by_reason.items()
    ]
