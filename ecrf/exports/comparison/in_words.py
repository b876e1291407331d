"""A difference of two cuts as a page shows it: by the names of visits, forms, items and answers, not by their codes."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from ecrf.access.joined import headed
from ecrf.casebook.labels import label_of
from ecrf.exports.comparison.changes import CHANGE_WORDS, CutChange
from ecrf.exports.comparison.items import PARTS
from ecrf.forms.answers import answers_of
from ecrf.forms.crf import MissingReason
from ecrf.forms.registry import CRFS, CrfDefinition


def in_words(change: CutChange) -> CutChange:
    """What the code no longer knows keeps the name that it has in the cuts."""
    shown = change._replace(
        change=str(CHANGE_WORDS.get(change.change, change.change)), visit=label_of(change.visit)
    )
    definition = CRFS.get(change.form)
    if definition is None:
        return shown._replace(item=gettext("Site")) if change.item == "site" else shown
    shown = shown._replace(form=_title(definition))
    item, part = _item_of(definition.items, change.item)
    if item is None:
        return shown
    old, new = (_value(item, part, cell) for cell in (change.old, change.new))
    return shown._replace(item=_label(item, part), old=old, new=new)


def _title(definition: CrfDefinition) -> str:
    """Of rows with that of the form that they belong to."""
    return headed(CRFS[definition.row_of].title, definition.title) if definition.row_of else definition.title


def _item_of(items: Mapping[str, Any], column: str) -> tuple[Any | None, str]:
    """Whose column it is, and which part of the reason for no value it holds; "" for the value itself."""
    for end, part in {"": "", **PARTS}.items():
        if column.endswith(end):
            name = column.removesuffix(end)
            if item := items.get(name) or items.get(name.removesuffix("_item")):
                return item, part
    return None, ""


def _label(item: Any, part: str) -> str:
    label = str(item.verbose_name)
    if part == "reason":
        return pgettext("data column", "%(label)s: why there is no value") % {"label": label}
    if part == "comment":
        return pgettext("data column", "%(label)s: comment on why") % {"label": label}
    return label


def _value(item: Any, part: str, cell: str | None) -> str | None:
    """An answer by its label; every other value as the files write it."""
    if cell is None or part == "comment":
        return cell
    if part == "reason":
        return str(dict(MissingReason.choices).get(cell, cell))
    return dict(answers_of(item)).get(cell, cell)
