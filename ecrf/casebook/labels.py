"""What places and entries are called where they are read: forms, visits, rows, what links name, elements of a page."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext

from ecrf.access.joined import headed, in_a_row
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Visit
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition

Names = Mapping[tuple[str, str], str]
"""{(CRF key, link): the entry it names, in words}, of one patient."""


def visit_label(visit: Visit | None) -> str:
    """`Week 4`; "" for a form that belongs to no visit."""
    return label_of(visit.code) if visit else ""


def label_of(visit_code: str) -> str:
    """What people call the visit with this code: `Week 4`; the code itself where the schedule does not know it."""
    plan = protocol().plan(visit_code)
    return plan.label if plan else visit_code


def counted(number: int, what: str, several: str = "") -> str:
    """`1 form`, `2 forms`; `several` where more than an s is added: `2 queries`."""
    return f"{number} {what if number == 1 else several or f'{what}s'}"


def numbered_title(definition: CrfDefinition, number: int, visit: Visit | None) -> str:
    """`Vital signs 2`, `Vital signs`: with its number where there are, or may be, several."""
    plan = protocol().plan(visit.code) if visit else None
    expected = plan.expected_of(definition.key) if plan else 1
    several = definition.repeat and (number > 1 or expected > 1 or visit is None)
    return f"{definition.title} {number}" if several else definition.title


def form_title(entry: Entry) -> str:
    """`Injection 2`; for a row of a form, `Lot 1 of injection 2`; for one of a fixed set, `Laboratory: Sodium`; of a
    kind that is no longer part of the trial, its key."""
    definition = CRFS.get(entry.crf)
    if definition is None:
        return entry.crf
    if entry.parent is None:
        return numbered_title(definition, entry.number, entry.visit)
    parent = numbered_title(CRFS[definition.row_of], entry.parent.number, entry.visit)
    if definition.row_names:
        return headed(parent, definition.name_of(entry.number))
    row = definition.repeat.capitalize() or definition.title
    return gettext("%(row)s %(number)s of %(form)s") % {
        "row": row,
        "number": entry.number,
        "form": parent.lower(),
    }


def place_of_form(entry: Entry) -> str:
    """`Week 4, Injection 2`; of a form that belongs to no visit, its title."""
    return in_a_row(visit_label(entry.visit), form_title(entry))


def entry_in_a_line(row: Crf) -> str:
    """An entry as another form names it: `Adverse event 3: Headache`, `Week 4, Visit: 2026-11-22`."""
    where = place_of_form(row.entry)
    about = CRFS[row.entry.crf].in_a_line(row)
    words = headed(where, about) if about else where
    return gettext("%(entry)s (struck out)") % {"entry": words} if row.entry.is_struck else words


def element_id(crf: str, address: str, item: str = "") -> str:
    """The id of a form's, or of one item's, element on the page."""
    form = f"{crf}-{address.replace('.', '_')}"
    return f"{form}-{item}" if item else form


def short_name(row: Crf) -> str:
    """`2 · Headache`, `Week 4, Injection 2`; of the form of a visit, the visit."""
    entry, definition = row.entry, CRFS[row.entry.crf]
    if entry.visit:
        is_visit = entry.crf == protocol().visit_form
        words = visit_label(entry.visit) if is_visit else place_of_form(entry)
    else:
        about = definition.first_in_a_line(row)
        words = f"{entry.number} · {about}" if about else str(entry.number)
    return gettext("%(entry)s (struck out)") % {"entry": words} if entry.is_struck else words


def words_of(item: Any, value: Any, names: Names) -> str:
    """The value in words; of a link, what it names."""
    return (names.get((item.to, value)) if item.kind == "link" else "") or str(item.words(value))


def standing_last(rows: Iterable[Any]) -> list[Any]:
    """So that where one that is struck out and another bear the same name, it stands for the other."""
    return sorted(rows, key=lambda row: row.entry.struck_at is None)


def names_in(data: PatientData, definition: CrfDefinition) -> Names:
    """What the links of such forms name, as far as it is loaded; no statement."""
    targets = {link.to for link in definition.links.values()} & data.loaded
    return NamesOfRows([row for key in targets for row in data.with_struck(key)])


class NamesOfRows(Names):
    """What these rows are called; each is put into words when it is asked for, for a log may have thousands."""

    def __init__(self, rows: Iterable[Crf]) -> None:
        self._rows = {(row.entry.crf, row.entry.link): row for row in standing_last(rows)}

    def __getitem__(self, key: tuple[str, str]) -> str:
        return short_name(self._rows[key])

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def names_by_patient(
    definition: CrfDefinition, rows: Iterable[Any], items: Collection[str]
) -> dict[int, dict[tuple[str, str], str]]:
    """{patient id: what these links of the rows name}; a statement for each link that names something."""
    found: dict[int, dict[tuple[str, str], str]] = {}
    for name in set(items) & set(definition.links):
        to = definition.links[name].to
        patients = {row.entry.patient_id for row in rows if getattr(row, name)}
        targets = CRFS[to].model._default_manager.filter(entry__patient__in=patients, entry__crf=to)
        for target in standing_last(targets.select_related("entry__visit")) if patients else ():
            found.setdefault(target.entry.patient_id, {})[to, target.entry.link] = short_name(target)
    return found
