"""The source copies that stand beside the items of a page of the review."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ecrf.access.joined import headed
from ecrf.casebook.stored_rows import lines_of, read_json
from ecrf.files.models import FileContent, FileVersion, StoredFile
from ecrf.forms.registry import CRFS
from ecrf.formview.form_view import FormView

NEWEST = """
    SELECT DISTINCT ON (f.id) to_jsonb(f)::text, to_jsonb(v)::text, to_jsonb(c)::text
    FROM files_storedfile f JOIN files_fileversion v ON v.file_id = f.id
        JOIN files_filecontent c ON c.sha256 = v.content_id
    WHERE f.entry_id = ANY(%s) AND f.struck_at IS NULL ORDER BY f.id, v.number DESC
"""


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
    by_entry = defaultdict(list)
    for file, version, content in lines_of(NEWEST, [list(rows)]):
        stored, read = read_json(StoredFile, file), read_json(FileContent, content)
        by_entry[stored.entry_id].append(read_json(FileVersion, version, file=stored, content=read))
    found = []
    for entry, row in rows.items():
        for version in sorted(by_entry[entry], key=lambda one: (not one.file.item, one.file_id)):
            item = version.file.item
            label = CRFS[row.definition.key].items[item].verbose_name if item else ""
            found.append(
                CopyBeside(version, f"{entry}.{item}", headed(row.title, label) if label else row.title)
            )
    return found
