"""Which pages inspectors have read: a list, and the same as a file."""

from collections.abc import Iterator
from datetime import UTC

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ecrf.access.language import answered_in_master
from ecrf.access.reach import require_anywhere
from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.delegation.inspectors import pages_noted
from ecrf.trail.download import csv_file

ON_A_PAGE = 100
MOST = 50_000
COLUMNS = ("read_at_utc", "user", "name", "path", "status", "data")


@require_GET
def pages_read(request: UserRequest) -> HttpResponse:
    """The newest first; `before` goes on behind a row."""
    require_anywhere(request.user, Right.SEE_ACCESS)
    before = whole_number(request.GET.get("before", ""))
    rows = pages_noted()
    found = list((rows.filter(pk__lt=before) if before else rows)[: ON_A_PAGE + 1])
    context = {
        "rows": found[:ON_A_PAGE],
        "before": found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None,
        "zone": UTC,
    }
    return render(request, "delegation/pages_read.html", context)


@require_GET
@answered_in_master
def pages_read_csv(request: UserRequest) -> FileResponse:
    """As many of the newest rows as one file holds."""
    require_anywhere(request.user, Right.SEE_ACCESS)
    name = csv_file.file_name("pages-read-by-inspectors", timezone.now())
    return csv_file.answer(name, COLUMNS, _rows(), note=lambda: None)


def _rows() -> Iterator[list[str]]:
    for row in pages_noted()[:MOST].iterator():
        who = [row.read_by.username, row.read_by.full_name]
        yield [csv_file.utc(row.read_at), *who, row.path, str(row.status), csv_file.data_words()]
