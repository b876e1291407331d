"""The manuals: every link leads somewhere, words are found, and the PDF holds what the pages hold."""

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from django.urls import reverse

from ecrf import __version__
from ecrf.audit.actor import SYSTEM, acting
from ecrf.demo import ROOT
from ecrf.help.manual.books import books, folder_of
from ecrf.help.manual.chapters import chapter
from ecrf.help.manual.paper import manual_pdf
from ecrf.help.manual.search import search
from tests.printed import bookmarks, missing_glyphs, pdf_pages, pdf_words

CHAPTERS = sorted({address for book in books().values() for address in book.chapters})
TODAY = date(2026, 11, 28)
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
MOST_PICTURES = 12


def _file(address: str) -> Path:
    book, name = address.split("/")
    return folder_of(book, "en") / f"{name}.md"


@pytest.mark.parametrize("address", CHAPTERS)
def test_chapter_has_one_title_and_headings_in_order_each_with_its_anchor(address):
    html = chapter(address).html()
    levels = [int(level) for level in re.findall(r"<h([1-6]) id=", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(then <= level + 1 for level, then in pairwise(levels))
    anchors = re.findall(r"<h[1-6] id=\"([^\"]+)\"", html)
    assert len(anchors) == len(set(anchors)) == html.count("<h")
    assert " style=" not in html


@pytest.mark.parametrize("address", CHAPTERS)
def test_every_link_of_a_chapter_leads_to_a_file_and_to_a_section(address):
    file = _file(address)
    for href in re.findall(r"\]\(([^)]+)\)", file.read_text(encoding="utf-8")):
        target, _, anchor = href.partition("#")
        assert ":" not in target, f"A hospital's network may block it: {href}"
        found = (file.parent / target).resolve() if target else file
        assert found.is_file(), href
        assert not target or ROOT in found.parents
        if anchor:
            other = f"{found.parent.name}/{found.stem}"
            assert anchor in {section.anchor for section in chapter(other).sections}, href
    for href in re.findall(r'<a href="([^"]+)"', chapter(address).html()):
        assert href.startswith(("#", "/help/")), href


def test_link_out_of_the_manual_keeps_its_words_and_is_no_link():
    html = chapter("site/delegation").html()
    assert "decision 0029" in html
    assert "docs/decisions" not in html


def test_every_picture_is_there_and_small_and_says_in_words_what_it_shows():
    folder = ROOT / "ecrf/help/static/help"
    named = [
        (words, (_file(address).parent / source).resolve())
        for address in CHAPTERS
        for words, source in PICTURE.findall(_file(address).read_text(encoding="utf-8"))
    ]
    assert {path for _words, path in named if folder in path.parents} == set(folder.glob("*.*"))
    assert [path.name for _words, path in named if path.stat().st_size > 60_000] == []
    assert [path.name for words, path in named if len(words) < 20] == []
    assert len(named) <= MOST_PICTURES


@pytest.mark.requirement("R-154")
@pytest.mark.django_db
def test_the_manual_of_ones_own_role_comes_first_and_all_can_be_read(client, monitor):
    client.force_login(monitor)
    page = client.get(reverse("help")).content.decode()
    places = {book.key: page.index(f'id="book-{book.key}"') for book in books().values()}
    assert min(places, key=places.__getitem__) == "monitor"
    for address in CHAPTERS:
        assert client.get(chapter(address).url).status_code == 200


@pytest.mark.django_db
def test_chapter_leads_to_the_others_of_its_book_and_to_its_sections(client, coordinator):
    client.force_login(coordinator)
    page = client.get(reverse("help-chapter", args=["site", "corrections"])).content.decode()
    assert 'href="#one-row-too-many"' in page
    assert 'id="one-row-too-many"' in page
    assert reverse("help-chapter", args=["site", "endings"]) in page
    assert page.count('aria-current="page"') == 1


@pytest.mark.parametrize("words", ["strike out", "STRIKE  OUT", "ｓｔｒｉｋｅ out", "out strike"])
def test_words_are_found_however_they_are_typed(words):
    urls = [found.url for found in search(words)]
    assert reverse("help-chapter", args=["site", "corrections"]) + "#one-row-too-many" in urls
    assert reverse("help-page", args=["strike"]) in urls


def test_all_words_have_to_stand_in_one_place():
    assert search("strike worksheet") == []
    assert search("  ") == []


def test_title_comes_before_text_and_the_word_is_shown_as_it_is_written():
    found = search("WORKSHEETS")
    assert "Worksheets" in found[0].title
    assert {one.pieces[1].lower() for one in found if one.pieces[1]} == {"worksheets"}
    assert all("".join(one.pieces) for one in found)


@pytest.mark.django_db
def test_what_is_searched_is_shown_as_text(client, coordinator):
    client.force_login(coordinator)
    page = client.get(reverse("help"), {"q": "<script>x"}).content.decode()
    assert "Nothing found for “&lt;script&gt;x”" in page


@pytest.mark.requirement("R-154")
def test_pdf_holds_every_chapter_with_day_version_and_page_numbers():
    made = manual_pdf("site", TODAY)
    words, pages = pdf_words(made), pdf_pages(made)
    assert f"Version {__version__} · 2026-11-28" in words
    assert f"page 2 of {len(pages)}" in " ".join(pages[1].split())
    titles = [chapter(address).title for address in books()["site"].chapters]
    assert [title for level, title in bookmarks(made) if level == 0 or (level == 1 and title in titles)]
    for title in titles:
        assert title in words
    assert missing_glyphs(made) == 0


@pytest.mark.parametrize("book", books())
def test_every_manual_can_be_set_and_the_same_day_gives_the_same_bytes(book):
    made = manual_pdf(book, TODAY)
    assert made.startswith(b"%PDF")
    manual_pdf.cache_clear()
    assert manual_pdf(book, TODAY) == made


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "is_said"), [("en", False), ("ja", True), ("zh-hans", True)])
def test_who_reads_another_language_is_told_that_the_manual_is_english(
    client, coordinator, language, is_said
):
    """And screen readers read it as such."""
    with acting(SYSTEM, source="test"):
        coordinator.language = language
        coordinator.save(update_fields=["language"])
    client.force_login(coordinator)
    page = client.get(chapter("site/entering").url).content.decode()
    assert f'<html lang="{language}"' in page
    assert ('<p class="note">' in page) == is_said
    assert '<div lang="en"><h1' in page
