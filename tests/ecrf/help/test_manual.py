"""The manuals: every link leads somewhere, words are found, and the PDF holds what the pages hold."""

import re
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation import gettext, override
from pypdf import PdfReader

from ecrf import __version__
from ecrf.access.language import MASTER
from ecrf.access.models import LANGUAGE_NAMES
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.demo import ROOT
from ecrf.help import views
from ecrf.help.manual import chapters, paper
from ecrf.help.manual import search as search_module
from ecrf.help.manual.books import OPEN, Book, books, folder_of
from ecrf.help.manual.chapters import chapter
from ecrf.help.manual.paper import manual_pdf
from ecrf.help.manual.search import search
from ecrf.help.manual.translated import version_of
from ecrf.prints.pdf.said import said
from tests.printed import bookmarks, missing_glyphs, pdf_pages, pdf_words

LANGUAGES = sorted(LANGUAGE_NAMES)
CHAPTERS = sorted({address for book in books().values() for address in book.chapters})
TODAY = date(2026, 11, 28)
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
MOST_PICTURES = 12


def _file(address: str, language: str = "en") -> Path:
    """The one that is read: the English one where there is none in this language."""
    book, name = address.split("/")
    return folder_of(book, chapter(address, language).language) / f"{name}.md"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", CHAPTERS)
def test_chapter_has_one_title_and_headings_in_order_each_with_its_anchor(address, language):
    html = chapter(address, language).html()
    levels = [int(level) for level in re.findall(r"<h([1-6]) id=", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(then <= level + 1 for level, then in pairwise(levels))
    anchors = re.findall(r"<h[1-6] id=\"([^\"]+)\"", html)
    assert len(anchors) == len(set(anchors)) == html.count("<h")
    assert " style=" not in html
    assert anchors == re.findall(r"<h[1-6] id=\"([^\"]+)\"", chapter(address, "en").html())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", CHAPTERS)
def test_every_link_of_a_chapter_leads_to_a_file_and_to_a_section(address, language):
    file = _file(address, language)
    for href in re.findall(r"\]\(([^)]+)\)", file.read_text(encoding="utf-8")):
        target, _, anchor = href.partition("#")
        assert ":" not in target, f"A hospital's network may block it: {href}"
        found = (file.parent / target).resolve() if target else file
        assert found.is_file(), href
        assert not target or ROOT in found.parents
        if anchor:
            other = f"{found.parent.name}/{found.stem}"
            assert anchor in {section.anchor for section in chapter(other, language).sections}, href
    for href in re.findall(r'<a href="([^"]+)"', chapter(address, language).html()):
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


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {MASTER}))
def test_every_picture_is_of_a_page_in_the_readers_language_and_small(language):
    """By `make pictures`, which takes each in each language; the chapters name the English one."""
    shown = [
        token.meta["file"]
        for address in CHAPTERS
        for block in chapter(address).tokens
        for token in block.children or ()
        if token.type == "image"
    ]
    own = [path.parent / language / path.name for path in shown]
    assert [path for path in own if not path.is_file() or path.stat().st_size > 60_000] == []
    for address in CHAPTERS:
        found = chapter(address, language)
        sources = re.findall(r'<img src="([^"]+)"', found.html())
        assert all(f"/{language}/" in source for source in sources) or found.language != language


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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.requirement("R-154")
def test_pdf_holds_every_chapter_with_day_version_and_page_numbers(language):
    made = manual_pdf("site", TODAY, language)
    words, pages = pdf_words(made), pdf_pages(made)
    with override(language):
        chapter_titles = [chapter(address).title for address in books()["site"].chapters]
        assert f"{__version__} · 2026-11-28" in words
        assert " ".join(said()["page-of"].format(page=2, count=len(pages)).split()) in pages[1]
    titles = [title.replace("\N{ZERO WIDTH SPACE}", "") for _level, title in bookmarks(made)]
    for title in chapter_titles:
        assert "".join(title.split()) in "".join(words.split())
        assert title in titles
    assert missing_glyphs(made) == 0
    assert PdfReader(BytesIO(made)).root_object["/Lang"].startswith(language.partition("-")[0])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("book", books())
def test_every_manual_can_be_set_and_the_same_day_gives_the_same_bytes(book, language):
    made = manual_pdf(book, TODAY, language)
    assert made.startswith(b"%PDF")
    manual_pdf.cache_clear()
    assert manual_pdf(book, TODAY, language) == made


# --- In the reader's language ---------------------------------------------------------------------------------------

MASTER_TEXT = (
    "# A title\n\nSome **words**, and [a link](../site/b.md#what-follows).\n\n## What follows\n\nMore.\n"
)
TRANSLATED_TEXT = "# 題名\n\n「**言葉**」と\n[リンク](../site/b.md#what-follows)です。\n\n## 続き\n\n以上。\n"


@pytest.fixture
def manual(tmp_path, monkeypatch):
    """A manual of two chapters, "a" and "b", of which each language has what is written into it: ("ja", "a", text)."""

    def write(language: str, name: str, text: str) -> None:
        path = tmp_path / language / "site" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    book = Book("site", "For the site", frozenset({Role.COORDINATOR}), ("site/a", "site/b"))
    everybody = Book(OPEN, "For everybody", frozenset(Role), ())
    for module in (chapters, paper, search_module, views):
        monkeypatch.setattr(module, "books", lambda: {"site": book, OPEN: everybody})
    monkeypatch.setattr(chapters, "folder_of", lambda book, language: tmp_path / language / book)
    write("en", "a", MASTER_TEXT)
    write("en", "b", MASTER_TEXT)
    chapters._read.cache_clear()
    manual_pdf.cache_clear()
    yield write
    chapters._read.cache_clear()
    manual_pdf.cache_clear()


def _of(master: str, text: str) -> str:
    return f"<!-- of: {version_of(master)} -->\n{text}"


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_chapter_is_read_in_the_readers_language_with_the_anchors_of_the_english(manual, language):
    manual(language, "a", _of(MASTER_TEXT, TRANSLATED_TEXT))
    with override(language):
        found = chapter("site/a")
    assert (found.language, found.title) == (language, "題名")
    assert [(section.anchor, section.title) for section in found.sections] == [
        ("", "題名"),
        ("what-follows", "続き"),
    ]
    html = found.html()
    assert f'href="{reverse("help-chapter", args=["site", "b"])}#what-follows"' in html
    assert "of:" not in html
    assert "」と<a" in html, "A line that ends in the file is shown as a blank between two characters."
    assert chapter("site/a", "en").title == "A title"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="none"),
        pytest.param(TRANSLATED_TEXT, id="of no text"),
        pytest.param(_of(MASTER_TEXT + "One more sentence.\n", TRANSLATED_TEXT), id="of another text"),
    ],
)
def test_what_is_not_translated_as_it_now_stands_is_read_in_english(manual, text):
    if text:
        manual("ja", "a", text)
    found = chapter("site/a", "ja")
    assert (found.language, found.title) == ("en", "A title")


def test_search_finds_the_words_of_the_readers_language(manual):
    manual("ja", "a", _of(MASTER_TEXT, TRANSLATED_TEXT))
    with override("ja"):
        assert [(one.title, one.language) for one in search("言葉")] == [("題名", "ja")]
        assert ("A title", "en") in [(one.title, one.language) for one in search("words")]
    assert search("言葉") == []


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_pdf_says_of_a_chapter_that_it_is_not_translated(manual, language):
    with override(language):
        said_of_it = gettext("This chapter is not translated yet: it is in English.")
    manual(language, "a", _of(MASTER_TEXT, TRANSLATED_TEXT))
    words = pdf_words(manual_pdf("site", TODAY, language))
    assert "題名" in words
    assert "A title" in words
    assert words.count(said_of_it) == 1
    assert said_of_it not in pdf_words(manual_pdf("site", TODAY, "en"))


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "is_said"), [("en", False), ("ja", True), ("zh-hans", True)])
def test_who_reads_another_language_is_told_of_what_is_english(
    client, coordinator, manual, language, is_said
):
    """And screen readers read it as such."""
    with acting(SYSTEM, source="test"):
        coordinator.language = language
        coordinator.save(update_fields=["language"])
    client.force_login(coordinator)
    manual(language, "a", _of(MASTER_TEXT, TRANSLATED_TEXT)) if is_said else None
    own, other, home = (
        client.get(address).content.decode()
        for address in (*(reverse("help-chapter", args=["site", name]) for name in "ab"), reverse("help"))
    )
    assert f'<html lang="{language}"' in own
    assert '<p class="note">' not in own
    assert f'<div lang="{language}"><h1' in own
    assert ('<p class="note">' in other) == is_said
    assert '<div lang="en"><h1' in other
    assert ('<p class="note">' in home) == is_said
    assert '<li lang="en"' in home
