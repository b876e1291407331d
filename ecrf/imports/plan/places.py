"""Where a row of a file belongs: visit, form and number, from what is written in it; or why it cannot stand."""

import re
from datetime import date
from functools import cache

from django.db.models import Max
from django.utils.translation import gettext

from ecrf.access.language import in_every_language
from ecrf.audit.models import AuditEvent
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import STANDING, Patient, Visit
from ecrf.casebook.places import Place
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.imports.reading.tables import key_of
from ecrf.imports.sources.row import SourceRow, row_numbers
from ecrf.imports.sources.wide import may_be_several


class RowRefused(Exception):
    """Why a row cannot be imported, in words."""


PlaceKey = tuple[str, str, int, int | None]
"""Form, visit, number and number of the form whose row it is, of one patient."""
Here = tuple[int, int]
"""Number of a row in the file, and its place among those that come from one row."""


def take_once(taken: dict[PlaceKey, Here], row: SourceRow, place: Place) -> None:
    """A second row for one place is refused: which of them is right, the file does not say."""
    code = place.visit.code if place.visit else ""
    key, here = (place.definition.key, code, place.number, place.parent), (row.number, row.place)
    if (first := taken.setdefault(key, here)) != here:
        raise RowRefused(
            gettext("Row %(first)s is for the same place. Each stands once in a file.") % {"first": first[0]}
        )


def visits_of(patient: Patient) -> dict[str, Visit]:
    """{code: the visit that stands}"""
    found = {visit.code: visit for visit in patient.visits.filter(STANDING)}
    for visit in found.values():
        visit.patient = patient
    return found


def code_in(text: str) -> str:
    """The code of the visit that is called so, by its code or its label; RowRefused if there is none."""
    key = key_of(text)
    names, several = _names()
    if key in names:
        return names[key]
    for name, code in several.items():
        if match := re.fullmatch(rf"{re.escape(name)}[ -]([1-9][0-9]?)", key):
            return f"{code}-{match[1]}"
    raise RowRefused(
        gettext("The schedule has no visit “%(text)s”. Write its code or its name, for example %(examples)s.")
        % {"text": text[:40], "examples": _examples()}
    )


@cache
def _names() -> tuple[dict[str, str], dict[str, str]]:
    """{name: code} of visits that take place once, and of those that repeat: by code, by name in any language."""
    once: dict[str, str] = {}
    several: dict[str, str] = {}
    for _language in in_every_language():
        for plan in protocol().visits:
            names = {key_of(plan.code): plan.code, key_of(plan.label): plan.code}
            (several if plan.repeats else once).update(names)
    return once, several


def _examples() -> str:
    plan = next(plan for plan in protocol().visits if plan.code == protocol().baseline)
    return f"{plan.code} or “{plan.label}”"


def visit_code(row: SourceRow, data: PatientData) -> str:
    """The code of the row's visit, "" for a form that belongs to none."""
    above = CRFS[CRFS[row.form].row_of or row.form]
    trial = protocol()
    if above.key in (*trial.patient_forms, *trial.logs):
        if row.visit.strip():
            raise RowRefused(
                gettext("“%(title)s” belongs to no visit. Leave the visit blank.") % {"title": above.title}
            )
        return ""
    code = code_in(row.visit) if row.visit.strip() else _by_day(row, data, above)
    plan = trial.plan(code)
    if plan is None or not plan.may_hold(above.key):
        raise RowRefused(
            gettext("%(visit)s has no form “%(title)s”.") % {"visit": label_of(code), "title": above.title}
        )
    return code


def _by_day(row: SourceRow, data: PatientData, above: CrfDefinition) -> str:
    """The visit at which the form has this day, or that took place on it."""
    if not row.day:
        raise RowRefused(gettext("The row names no visit."))
    day = date.fromisoformat(row.day)
    of_form = {
        one.entry.visit.code
        for one in data.rows(above.key)
        if row.day_item and getattr(one, row.day_item) == day
    }
    found = of_form or {code for code, on in data.visit_days.items() if on == day}
    if len(found) == 1:
        return found.pop()
    if not found:
        raise RowRefused(
            gettext("The patient has no visit on %(day)s, and no “%(title)s” of that day.")
            % {"day": day, "title": above.title}
        )
    raise RowRefused(
        gettext("The patient has several visits on %(day)s: %(visits)s.")
        % {"day": day, "visits": ", ".join(map(label_of, sorted(found)))}
    )


def place_of(row: SourceRow, patient: Patient, visit: Visit | None, data: PatientData) -> Place:
    """RowRefused if the number is none, or leaves a gap before it."""
    definition = CRFS[row.form]
    above = CRFS[definition.row_of] if definition.row_of else definition
    number = _number(row.form_number, above, visit, data, None)
    if above is definition:
        return Place(patient, definition, visit, number)
    return Place(patient, definition, visit, _number(row.row, definition, visit, data, number), number)


def _number(
    text: str, definition: CrfDefinition, visit: Visit | None, data: PatientData, parent: int | None
) -> int:
    text = text.strip()
    if definition.row_names:
        return _named(text, definition)
    if not text and not may_be_several(definition):
        return 1
    if not re.fullmatch(r"[0-9]{1,4}", text) or not int(text):
        raise RowRefused(
            (
                gettext("“%(text)s” is no number of “%(title)s”.")
                % {"text": text[:20], "title": definition.title}
            )
            if text
            else (gettext("Which %(form)s? The row has no number.") % {"form": definition.title.lower()})
        )
    number = int(text)
    if not may_be_several(definition) and number != 1:
        raise RowRefused(
            gettext("There is one “%(title)s” only: its number is 1.") % {"title": definition.title}
        )
    last = _last(definition, visit, data, parent)
    if number > last:
        raise RowRefused(
            gettext("Number %(number)s of “%(title)s” would leave a gap: the next one is %(last)s.")
            % {"number": number, "title": definition.title, "last": last}
        )
    return number


def _named(text: str, definition: CrfDefinition) -> int:
    if re.fullmatch(r"[0-9]{1,4}", text) and 1 <= int(text) <= len(definition.row_names):
        return int(text)
    keys = row_numbers(definition.key)
    if key_of(text) not in keys:
        raise RowRefused(
            gettext("“%(title)s” has no row “%(text)s”.") % {"title": definition.title, "text": text[:40]}
        )
    return keys[key_of(text)]


def _last(definition: CrfDefinition, visit: Visit | None, data: PatientData, parent: int | None) -> int:
    """The highest number that a row may have: one behind those that are there, and those that the page offers."""
    used = data.highest(definition.key, visit.pk if visit else None, parent)
    plan = protocol().plan(visit.code) if visit else None
    offered = definition.blank_rows if parent is not None else plan.expected_of(definition.key) if plan else 1
    return max(used + 1, offered)


def chain_length(patient: Patient) -> int:
    """Of the patient's part of the trail."""
    return AuditEvent.objects.filter(chain=patient.pk).aggregate(last=Max("position"))["last"] or 0
