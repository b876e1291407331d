"""What places are called on the monitor's pages: forms, visits, kinds of form in the plural, elements."""

from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS, CrfDefinition


def visit_label(visit: Visit | None) -> str:
    """`Week 4`; "" for a form that belongs to no visit."""
    if visit is None:
        return ""
    plan = protocol().plan(visit.code)
    return plan.label if plan else visit.code


def numbered_title(definition: CrfDefinition, number: int, visit: Visit | None) -> str:
    """`Infusion 2`, `Grip strength`: with its number where there are, or may be, several."""
    plan = protocol().plan(visit.code) if visit else None
    expected = plan.expected_of(definition.key) if plan else 1
    several = definition.repeat and (number > 1 or expected > 1 or visit is None)
    return f"{definition.title} {number}" if several else definition.title


def form_title(entry: Entry) -> str:
    """`Infusion 2`; for a row of a form, `Lot 1 of infusion 2`."""
    definition = CRFS[entry.crf]
    if entry.parent is None:
        return numbered_title(definition, entry.number, entry.visit)
    parent = numbered_title(CRFS[entry.parent.crf], entry.parent.number, entry.visit)
    return f"{definition.repeat.capitalize() or definition.title} {entry.number} of {parent.lower()}"


def reading_id(crf: str, address: str, item: str = "") -> str:
    """The id of a form's, or of one item's, element on the page."""
    form = f"{crf}-{address.replace('.', '_')}"
    return f"{form}-{item}" if item else form
