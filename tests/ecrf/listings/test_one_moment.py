"""The file of a listing is of one moment, whatever is written while it is built."""

import csv
import io

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.casebook.striking.entries import strike_out
from ecrf.listings.reading.rows import ListingRows
from ecrf.trail.models import TrailExport
from tests.bench.counting import client_of
from tests.ecrf.casebook.record.test_concurrency import (  # noqa: F401  (two are fixtures)
    _django_db_helper,
    at_once,
    committed,
)
from tests.ecrf.listings.conftest import event

pytestmark = pytest.mark.django_db


def test_file_holds_each_row_once_though_one_is_struck_out_between_two_chunks(
    committed,  # noqa: F811
    monkeypatch,
):
    by = committed.people[0]
    for number, term in enumerate(("Headache", "Rash", "Cough"), start=1):
        event(committed.patient, by, number, term, "2026-02-02")
    monkeypatch.setattr("ecrf.listings.pages.csv_rows.CHUNK", 1)
    page, struck = ListingRows.page, []

    def page_and_then_strike(self, start, most):
        found = page(self, start, most)
        if not struck:
            struck.append(Entry.objects.get(crf="adverse-event", number=1))
            at_once(lambda: _strike(struck[0], by, committed.site))
        return found

    monkeypatch.setattr(ListingRows, "page", page_and_then_strike)
    given = {"main": "adverse-event", "col": "adverse-event.term"}
    answer = client_of(by).post("/listings/csv/", given)
    lines = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))[1:]
    assert [line[3] for line in lines] == ["Headache", "Rash", "Cough"]
    assert TrailExport.objects.get().events == 3
    assert Entry.objects.exclude(struck_at=None).count() == 1, "it was struck out meanwhile"


def _strike(entry, by, site) -> None:
    strike_out(entry=entry, by=by, actor=by.acting_at(site, Right.ENTER), reason="Entered twice")
