"""What is stored in English is shown, narrowed and sorted in the reader's words; the file of it is English."""

import csv
import io
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language, override
from lxml import html

from ecrf.access.alike import alike
from ecrf.audit.actor import SYSTEM, acting
from ecrf.checks.models import AskedByCheck
from ecrf.listings.columns.book import book
from ecrf.listings.definition import ColumnCondition, Definition, Narrowing
from ecrf.listings.reading.reader import listing_reader
from ecrf.listings.reading.rows import ListingRows
from ecrf.listings.reading.statement import ListingStatement
from ecrf.queries.models import Query
from tests.bench.counting import statements
from tests.builders import enter
from tests.ecrf.queries.builders import asked

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

LANGUAGES = ["en", "ja", "zh-hans"]
OWN = "Which one? blank, check, system"
"""As a person may write it."""
STORED = [
    (source.key, key)
    for source in book().sources.values()
    for key, column in source.columns.items()
    if column.says
]


@pytest.fixture
def talked(world, monitor):
    """Values changed by two people with three reasons; queries of a person about two of them."""
    for number, (visit, reason) in enumerate(
        ((world.week, "Typing error"), (world.baseline, "Misread"), (world.screening, "Typing error"))
    ):
        by = world.by
        enter(visit, "vital-signs", by, weight_kg=f"{70 + number}.0", reason=reason, seen={})
    for number, event in enumerate(world.events[:3]):
        asked(event, monitor, f"{OWN} {number}", item="term")


@pytest.fixture
def worded(monkeypatch):
    """What is stored is said in each language in another way, whatever the catalogues have."""

    def words(value):
        return f"{get_language()} {str(value)[::-1]}"

    for language in LANGUAGES:
        with override(language):
            for main, key in STORED:
                columns = book().sources[main].columns
                monkeypatch.setitem(columns, key, replace(columns[key], says=words, in_english=False))


def shown(definition, user):
    statement = ListingStatement(definition, listing_reader(user))
    return [row.cells[0][0].words for row in ListingRows(statement).page(0, 100)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("main", "key"), STORED)
def test_stored_words_are_narrowed_and_sorted_as_they_are_shown(
    talked, worded, data_manager, main, key, language
):
    with override(language):
        whole = Definition(main, (key,))
        everything = shown(whole, data_manager)
        assert everything
        assert all(words.startswith(language) for words in everything if words)
        typed = next(filter(None, everything))
        for op, holds in (
            ("has", lambda words: alike(typed[3:]) in alike(words)),
            ("is", lambda words: words == typed),
            ("not", lambda words: words != typed),
        ):
            asked_of = Narrowing(conditions=(ColumnCondition(key, op, typed[3:] if op == "has" else typed),))
            found = shown(replace(whole, narrowing=asked_of), data_manager)
            assert sorted(found) == sorted(filter(holds, everything)), op
        stored = Narrowing(conditions=(ColumnCondition(key, "has", typed[3:][::-1]),))
        assert shown(replace(whole, narrowing=stored), data_manager) == []
        ascending = shown(whole.narrowed(sort=key), data_manager)
        descending = shown(whole.narrowed(sort=f"-{key}"), data_manager)
        full = [words for words in ascending if words]
        assert full == list(reversed([words for words in descending if words]))
        assert sorted(ascending) == sorted(everything)


def reader(user, language):
    client = Client()
    client.force_login(user)
    client.cookies["language"] = language
    return client


def lines_of(answer):
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_file_holds_the_rows_of_the_page_and_is_english(talked, worded, data_manager, language):
    key = "@queries.text"
    with override(language):
        typed = shown(Definition("@queries", (key,)), data_manager)[1]
    given = {"main": "@queries", "col": ["@queries.number", key], "f": f"{key},is,{typed}"}
    client = reader(data_manager, language)
    page = client.get("/listings/show/", given)
    rows = [row.cells[0][0].words for row in page.context["page"].rows]
    lines = lines_of(client.post("/listings/csv/", given))
    assert len(rows) == 1
    assert [line[3] for line in lines[1:]] == rows
    assert lines[1][4].startswith("en ")
    assert lines[0][:3] == ["Site", "Patient", "Form number"]
    other = reader(data_manager, next(one for one in LANGUAGES if one != language))
    assert len(lines_of(other.post("/listings/csv/", given))) == 1


def test_persons_words_stay_and_a_checks_are_said(talked, world, data_manager, monkeypatch):
    monkeypatch.setattr(
        AskedByCheck,
        "text",
        property(lambda one: f"{get_language()} {one.variant}" if one.check_id else one.text_as_asked),
    )
    first = Query.objects.order_by("pk").first()
    with acting(SYSTEM, patient_id=first.patient_id):
        Query.objects.filter(pk=first.pk).update(check_id="X-001", variant="low", opened_by=None)
    page = reader(data_manager, "ja").get("/listings/show/", {"main": "@queries", "col": "@queries.text"})
    cells = html.fromstring(page.content.decode()).xpath("//tbody//td[contains(., 'ja low')]")
    assert [cell.get("class") for cell in cells] == ["l-cell l-day"], "no reason, and too short to be broken"
    columns = ("@queries.text", "@queries.asker")
    for language in LANGUAGES:
        with override(language):
            statement = ListingStatement(Definition("@queries", columns), listing_reader(data_manager))
            found = [[cell.words for (cell,) in row.cells] for row in ListingRows(statement).page(0, 10)]
            assert found[0] == [f"{language} low", Query.objects.get(pk=first.pk).asker]
            assert [words for words, _asker in found[1:]] == [f"{OWN} 1", f"{OWN} 2"]


def test_words_are_asked_for_once_where_rows_are_narrowed_by_them(talked, data_manager):
    plain = {"main": "@queries", "col": "@queries.text"}
    client = reader(data_manager, "ja")
    client.get("/listings/show/", plain)
    before = statements(lambda: client.get("/listings/show/", plain)).count
    narrowed = {**plain, "f": "@queries.text,has,one", "sort": "@queries.text"}
    assert statements(lambda: client.get("/listings/show/", narrowed)).count <= before + 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("limit", "name", "given"),
    [
        ("ecrf.listings.pages.csv_rows.MOST", "listing-csv", {"main": "@queries", "col": "@queries.text"}),
        ("ecrf.grid.csv_rows.MOST", "grid-csv", {}),
        ("ecrf.trail.download.csv_lines.MOST", "site-trail-csv", {}),
        ("ecrf.trail.review.csv_rows.MOST", "trail-review-all-csv", {}),
    ],
)
def test_page_that_says_why_there_is_no_file_is_in_the_readers_language(
    talked, world, data_manager, monkeypatch, limit, name, given, language
):
    monkeypatch.setattr(limit, 0)
    args = [world.site.code] if name == "site-trail-csv" else []
    answer = reader(data_manager, language).post(reverse(name, args=args), given)
    assert answer.status_code == 422
    page = html.fromstring(answer.content.decode())
    assert page.get("lang", "").lower() == language
    words = " ".join(each.text_content() for each in page.xpath("//*[contains(@class, 'note-error')]"))
    assert words
    is_english = any(said in words for said in ("one file holds at most", "Say which list to download"))
    assert is_english is (language == "en")
