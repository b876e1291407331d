"""What was done about an item's source copies, for the item's history."""

from collections.abc import Iterator

from django.utils.translation import gettext

from ecrf.access.joined import headed
from ecrf.casebook.models import Entry
from ecrf.casebook.record.hooks import HOOKS, HistoryMoment
from ecrf.files.models import FileVersion


@HOOKS.history
def copies_at(entry: Entry, item: str) -> Iterator[HistoryMoment]:
    """Every version of the copies of this very item, and that one is struck out; one statement."""
    versions = FileVersion.objects.filter(file__entry=entry, file__item=item)
    for version in versions.select_related("file__struck_by", "added_by").order_by("pk"):
        file, number = version.file, version.number
        what = gettext("source copy added")
        if number > 1:
            what = gettext("version %(number)s of the source copy added") % {"number": number}
        said = headed(file.title, version.reason) if version.reason else file.title
        yield HistoryMoment(version.added_at, version.added_by.username, "", what, said)
        if file.struck_at and number == 1:
            assert file.struck_by
            yield HistoryMoment(
                file.struck_at,
                file.struck_by.username,
                "",
                gettext("source copy struck out"),
                file.struck_reason,
            )
