"""The source copies that stand beside the items of a page of the review."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ecrf.files.models import FileVersion
from ecrf.forms.registry import CRFS
from ecrf.formview.form_view import FormView


@dataclass(frozen=True)
class CopyBeside:
    """The newest version of a copy. `key`: of the item that it proves, as the page's lines are named (`12.pulse`); of a
    whole form, `12.`; `about`: the same in words."""

    version: FileVersion
    key: str
    about: str

    @property
    def pages(self) -> range:
        return range(1, self.version.content.pages + 1)


def copies_beside(form_views: Iterable[FormView]) -> list[CopyBeside]:
    """In the order of the page, those of items before those of whole forms; one statement."""
    rows = {row.entry_id: row for form_view in form_views for row in form_view.with_rows if row.entry_id}
    newest = FileVersion.objects.filter(file__entry__in=list(rows), file__struck_at=None)
    newest = newest.select_related("file", "content").order_by("file", "-number").distinct("file")
    by_entry = defaultdict(list)
    for version in newest:
        by_entry[version.file.entry_id].append(version)
    found = []
    for entry, row in rows.items():
        for version in sorted(by_entry[entry], key=lambda one: (not one.file.item, one.file_id)):
            item = version.file.item
            label = CRFS[row.definition.key].items[item].verbose_name if item else ""
            found.append(
                CopyBeside(version, f"{entry}.{item}", f"{row.title}: {label}" if label else row.title)
            )
    return found
