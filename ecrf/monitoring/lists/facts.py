"""What lists say of a form's row, in words, for pages that are no table."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import pgettext_lazy

from ecrf.casebook.labels import names_by_patient, words_of
from ecrf.forms.crf import Crf, MissingReason
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import said

LONGEST = 120

MISSING = {
    MissingReason.NOT_DONE: pgettext_lazy("reason without a value", "not done"),
    MissingReason.NOT_APPLICABLE: pgettext_lazy("reason without a value", "not applicable"),
    MissingReason.UNKNOWN: pgettext_lazy("reason without a value", "unknown"),
    MissingReason.REFUSED: pgettext_lazy("reason without a value", "refused"),
}


def missing_words(reason: str) -> str:
    """Why an item carries no value, inside a line."""
    return str(MISSING[MissingReason(reason)]) if reason else ""


def facts_of(definition: CrfDefinition, rows: Sequence[Any]) -> dict[int, list[tuple[str, str]]]:
    """{entry id: (what, in words) of each thing that `listed` names and that is there}, or of the form's columns; a
    statement for each link of which an item is shown, and one for each that names other entries."""
    listed = definition.model.listed or definition.columns
    names = names_by_patient(definition, rows, listed)
    linked = {
        link: linked_rows(definition, link, list(rows))
        for link in {name.partition(".")[0] for name in listed if "." in name}
    }
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        row.names = names.get(row.entry.patient_id, {})
        said = (_fact(definition, name, row, linked) for name in listed)
        found[row.entry_id] = [(what, Truncator(words).chars(LONGEST)) for what, words in said if words]
    return found


def _fact(
    definition: CrfDefinition, name: str, row: Any, linked: dict[str, dict[tuple[int, str], Crf]]
) -> tuple[str, str]:
    link, _, item = name.partition(".")
    if item:
        shown, target = (
            CRFS[definition.links[link].to].items[item],
            linked[link].get((row.entry.patient_id, getattr(row, link))),
        )
        return str(shown.verbose_name), str(shown.words(getattr(target, item))) if target else ""
    if name in definition.items:
        shown = definition.items[name]
        missing = missing_words(row.missing_reasons.get(name, {}).get("reason", ""))
        return str(shown.verbose_name), missing or str(words_of(shown, getattr(row, name), row.names))
    return said(definition.model.listed_words[name]), str(getattr(row, name)())


def linked_rows(definition: CrfDefinition, link: str, rows: list[Any]) -> dict[tuple[int, str], Crf]:
    """{(patient, what the link holds): the entry that it names}; one statement."""
    to = CRFS[definition.links[link].to]
    named = {getattr(row, link) for row in rows} - {None}
    numbers = [int(number) for number in named if number.isdecimal()]
    patients = {row.entry.patient_id for row in rows}
    targets = to.model._default_manager.filter(
        entry__patient__in=patients, entry__crf=to.key, entry__number__in=numbers
    )
    found = targets.select_related("entry__visit", "entry__parent")
    return {(target.entry.patient_id, target.entry.link): target for target in found}
