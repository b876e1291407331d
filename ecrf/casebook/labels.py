"""What places are called where they are read: forms, visits, rows, entries that others name, elements of a page."""

from ecrf.casebook.models import Entry, Visit
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition


def visit_label(visit: Visit | None) -> str:
    """`Week 4`; "" for a form that belongs to no visit."""
    return label_of(visit.code) if visit else ""


def label_of(visit_code: str) -> str:
    """What people call the visit with this code: `Week 4`; the code itself where the schedule does not know it."""
    plan = protocol().plan(visit_code)
    return plan.label if plan else visit_code


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
        return f"{parent}: {definition.name_of(entry.number)}"
    return f"{definition.repeat.capitalize() or definition.title} {entry.number} of {parent.lower()}"


def entry_in_a_line(row: Crf) -> str:
    """An entry as another form names it: `Adverse event 3: Headache`, `Week 4, Visit: 2026-11-22`."""
    where = ", ".join(part for part in (visit_label(row.entry.visit), form_title(row.entry)) if part)
    about = CRFS[row.entry.crf].in_a_line(row)
    struck = " (struck out)" if row.entry.is_struck else ""
    return (f"{where}: {about}" if about else where) + struck


def element_id(crf: str, address: str, item: str = "") -> str:
    """The id of a form's, or of one item's, element on the page."""
    form = f"{crf}-{address.replace('.', '_')}"
    return f"{form}-{item}" if item else form
