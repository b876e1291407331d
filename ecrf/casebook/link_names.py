"""What a link is called where it is shown: the entry that it names, in a few words, such as `2 Headache`."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import form_title, visit_label
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition

Names = Mapping[tuple[str, str], str]
"""{(CRF key, link): the entry it names, in words}, of one patient."""


def short_name(row: Crf) -> str:
    """`2 Headache`, `Week 4, Injection 2`; of the form of a visit, the visit."""
    entry, definition = row.entry, CRFS[row.entry.crf]
    if entry.visit:
        is_visit = entry.crf == protocol().visit_form
        words = visit_label(entry.visit) if is_visit else f"{visit_label(entry.visit)}, {form_title(entry)}"
    else:
        words = f"{entry.number} {definition.first_in_a_line(row)}".strip()
    return f"{words} (struck out)" if entry.is_struck else words


def words_of(item: Any, value: Any, names: Names) -> str:
    """The value in words; of a link, what it names."""
    return (names.get((item.to, value)) if item.kind == "link" else "") or str(item.words(value))


def names_in(data: PatientData, definition: CrfDefinition) -> Names:
    """What the links of such forms name, as far as it is loaded; no statement."""
    targets = {link.to for link in definition.links.values()} & data.loaded
    return {(key, row.entry.link): short_name(row) for key in targets for row in data.with_struck(key)}


def names_by_patient(
    definition: CrfDefinition, rows: Iterable[Any], items: Collection[str]
) -> dict[int, dict[tuple[str, str], str]]:
    """{patient id: what these links of the rows name}; a statement for each link that names something."""
    found: dict[int, dict[tuple[str, str], str]] = {}
    for name in set(items) & set(definition.links):
        to, named = definition.links[name].to, [row for row in rows if getattr(row, name)]
        for target in _targets(to, {row.entry.patient_id for row in named}) if named else ():
            found.setdefault(target.entry.patient_id, {})[to, target.entry.link] = short_name(target)
    return found


def _targets(key: str, patients: set[int]) -> Iterable[Any]:
    rows = CRFS[key].model._default_manager.filter(entry__patient__in=patients, entry__crf=key)
    return rows.select_related("entry__visit")
