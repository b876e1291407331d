"""Which forms and items stand in the file: the edition's, without those that identify a person, with those of before.

Nobody can say of an item of before whether it identified: where identifiers are left out, it is left out too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ecrf.exports.cut import Cut
from ecrf.exports.odm.edition.content import Edition, EditionForm, EditionItem, EditionVisit
from ecrf.exports.odm.names import COMMENT, MISSING
from ecrf.exports.odm.survey import Survey

NO_ITEMS = frozenset({"entry_id", "missing_reasons"})
REASON = ".missing"
"""Behind an item's name in the trail: why it has no value."""


@dataclass(frozen=True)
class FormLayout:
    """One kind of form as it is written. `former`: names of items that it has values of and no longer asks; `codes`:
    {item: codes that it has values of and no longer offers}; `longest`: {item: its longest text}; `visits`: of the
    schedule."""

    definition: EditionForm
    items: Mapping[str, EditionItem]
    former: tuple[str, ...]
    codes: Mapping[str, list[str]]
    longest: Mapping[str, int]
    visits: tuple[EditionVisit, ...]

    @property
    def key(self) -> str:
        return self.definition.key

    @property
    def parent(self) -> str:
        """The form whose rows its entries are, or itself."""
        return self.definition.row_of or self.key

    @cached_property
    def entered(self) -> Mapping[str, EditionItem]:
        """The items that people enter, which may carry a reason instead of a value."""
        return {name: item for name, item in self.items.items() if not item.rule}

    @property
    def repeats(self) -> bool:
        return self.definition.repeats

    @cached_property
    def order(self) -> dict[str, int]:
        """{item, also with what stands behind it: its place in the form}."""
        names = [f"{name}{behind}" for name in self.items for behind in ("", MISSING, COMMENT)]
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def conditions(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """{item: (another item, its answers) of which each must hold for it to be asked}. Not of items that depend on
        one which is left out."""
        found = {}
        for name in self.items:
            steps: list[tuple[str, tuple[str, ...]]] = []
            item: EditionItem | None = self.items[name]
            while item and item.asked_if:
                steps.append(item.asked_if)
                item = self.items.get(item.asked_if[0])
            if steps and item:
                found[name] = steps
        return found

    @cached_property
    def never_asked_at(self) -> dict[str, list[str]]:
        """{item: codes of the visits that cannot have the form with which it is asked}"""
        return {
            name: [
                visit.code
                for visit in self.visits
                if item.asked_with not in visit.forms and item.asked_with not in visit.optional
            ]
            for name, item in self.items.items()
            if item.asked_with
        }

    def is_mandatory(self, name: str) -> bool:
        """Whether a complete form holds a value or a reason, unless a condition that the file tells excuses it. What
        some visits require is not: another may have it or not."""
        item = self.items[name]
        return item.required and not item.asked_with and (not item.asked_if or name in self.conditions)

    def _is_wanted(self, name: str, visit: EditionVisit | None) -> bool:
        item = self.items[name]
        if item.asked_with:
            return item.required and (visit is None or item.asked_with in visit.forms)
        return self.is_mandatory(name)

    def blanks(self, cells: Mapping[str, str | None], visit: EditionVisit | None) -> list[str]:
        """The items that are asked for at the visit, and carry neither a value nor a reason."""
        return [
            name
            for name, item in self.entered.items()
            if (self._is_wanted(name, visit) or f"{item.instead_of}{MISSING}" in cells)
            and cells.get(name) is None
            and f"{name}{MISSING}" not in cells
            and all((cells.get(other) or "") in values for other, values in self.conditions.get(name, ()))
        ]


def layouts(cut: Cut, found: Survey, edition: Edition) -> dict[str, FormLayout]:
    """{key: form} of the cut, each followed by its rows."""
    forms = edition.forms
    wanted = cut.forms and {forms[key].row_of or key for key in cut.forms if key in forms}
    return {
        key: _layout(form, cut, found, edition.visits)
        for key, form in forms.items()
        if cut.forms is None or (form.row_of or key) in (wanted or ())
    }


def _layout(definition: EditionForm, cut: Cut, found: Survey, visits: tuple[EditionVisit, ...]) -> FormLayout:
    key = definition.key
    longest = {name: length for (form, name), length in found.longest.items() if form == key}
    names = dict.fromkeys(name.removesuffix(REASON) for name in longest)
    former = tuple(
        name
        for name in names
        if name not in definition.items and name not in NO_ITEMS and not cut.without_identifiers
    )
    items = {
        name: item
        for name, item in definition.items.items()
        if not (cut.without_identifiers and item.identifying) and f"{key}.{name}" not in cut.left_out
    }
    codes = {
        name: [code for code in found.codes.get((key, name), ()) if code not in dict(item.codes)]
        for name, item in items.items()
        if item.codes
    }
    items |= {name: _former(name) for name in former}
    return FormLayout(definition, items, former, codes, longest, visits)


def _former(name: str) -> EditionItem:
    """Stands for an item that the form no longer asks."""
    return EditionItem(name, f"{name} (no longer asked)", kind="line", data_type="text", length=1)
