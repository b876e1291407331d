"""Every page has its help: short, of what is there, and leading to what the reader may open."""

import re

import polib
import pytest
from django.urls import get_resolver

from ecrf.forms.protocol import protocol
from ecrf.help.manual.books import OPEN, books
from ecrf.help.manual.chapters import chapter
from ecrf.help.templatetags.page_help import marked
from ecrf.help.topics.pages import TOPICS, of_the_trial, topic_of, topics
from ecrf.help.topics.topic import LONGEST_LINE, MOST_LINES
from ecrf.upkeep.languages.catalogues import ENGINE, LOCALES, TRIAL, RoomCatalogue
from ecrf.upkeep.languages.catalogues import read as read_catalogue
from tests.rules.test_access import patterns
from tests.rules.test_repository import ROOT, files

NO_PAGE = {
    **dict.fromkeys(("help", "help-first-day", "help-page", "help-chapter"), "it is Help itself"),
    **dict.fromkeys(("download-file", "file-picture", "import-template"), "a file"),
    **dict.fromkeys(("help-pdf", "outcomes-pdf", "site-outcomes-pdf", "audit-anchor"), "a file"),
    **dict.fromkeys(("training-people-csv", "pages-read-csv", "download-export", "calendar-feed"), "a file"),
    **dict.fromkeys(("item-history", "monitor:item-history", "session"), "a piece of a page"),
    "log-in-again": "a piece of a page: the login in place",
    **dict.fromkeys(
        ("log-form", "welcome", "monitor:my-turn", "monitor:next-to-verify"), "leads on to a page"
    ),
    **dict.fromkeys(("sso-callback",), "leads on to a page"),
    **dict.fromkeys(("mailbox", "mailbox-message", "mailbox-html"), "of the demo, where mail is shown"),
}
"""Addresses that are read and have no help of their own, each with the reason."""

LINES = [
    (topic.key, str(line))
    for topic in TOPICS
    for line in (*topic.lines, topic.undo, *of_the_trial(topic))
    if line
]


def named() -> set[str]:
    return set(patterns(get_resolver()))


def read() -> set[str]:
    """The names of the addresses that answer a GET, by the table of rights."""
    from tests.rules.test_access import TABLE

    return {name for name, (methods, *_) in TABLE.items() if "GET" in methods.split()}


def test_every_page_has_a_topic():
    missing = sorted(name for name in read() - NO_PAGE.keys() if topic_of(name) is None)
    assert not missing, f"Add each to a topic in ecrf/help/topics, or to NO_PAGE with the reason: {missing}"


def test_what_is_no_page_is_there_and_has_no_topic():
    assert set(NO_PAGE) <= named()
    assert [name for name in NO_PAGE if topic_of(name)] == []


def test_every_topic_is_reached_from_a_page_and_names_none_that_is_not_there():
    reached = {topic.key for name in named() if (topic := topic_of(name))}
    assert reached == set(topics())
    assert len(topics()) == len(TOPICS), "Two topics have one key."
    pages = [page for topic in TOPICS for page in topic.pages if "*" not in page]
    assert sorted(set(pages) - named()) == []
    assert len(pages) == len(set(pages)), "A page is named by two topics."


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_topic_is_short(topic):
    assert 1 <= len(topic.lines) <= MOST_LINES
    assert len(of_the_trial(topic)) <= MOST_LINES
    lines = (*topic.lines, topic.undo, *of_the_trial(topic))
    assert [line for line in lines if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_topic_leads_to_a_section_of_the_manual_that_its_readers_may_open(topic):
    address, _, anchor = topic.chapter.partition("#")
    assert anchor in {"", *(section.anchor for section in chapter(address).sections)}
    assert not topic.is_open or address.startswith(f"{OPEN}/")


def test_trial_adds_to_topics_that_there_are():
    assert protocol().help.lines.keys() <= topics().keys()


MARK = re.compile(r"\{%.*?%\}")
TRANSLATED = re.compile(r"\{% translate \"([^\"]+)\".*?%\}")
BETWEEN_TAGS, QUOTED = re.compile(r">([^<>]+)<"), re.compile(r"[\"']([^\"'\n]+)[\"']")


def shown() -> set[str]:
    """What stands on pages by itself, such as on a button: between the tags of templates and as texts in the code, in
    small letters."""
    paths = files("templates", "ecrf", "trial", ends=(".html", ".py"))
    texts = {
        path: path.read_text(encoding="utf-8") for path in paths if "help" not in path.relative_to(ROOT).parts
    }
    found = {
        text
        for path, whole in texts.items()
        for text in (BETWEEN_TAGS if path.suffix == ".html" else QUOTED).findall(
            MARK.sub("<>", TRANSLATED.sub(r"<>\1<>", whole))
        )
    }
    # Of marked texts the catalogues have each, but for those of Help itself.
    rooms = [path for path in (ROOT / "ecrf/locale/ja").glob("*.po") if not path.stem.startswith("help")]
    found |= {
        entry.msgid
        for path in (*rooms, *(ROOT / "trial/locale/ja").glob("*.po"))
        for entry in polib.pofile(path)
    }
    return {" ".join(text.split()).lower() for text in found}


def test_buttons_that_help_names_are_there():
    """What stands in bold is what a button, a link or a heading begins with."""
    pages = shown()
    bold = {(key, name.lower()) for key, line in LINES for name in re.findall(r"\*\*(.+?)\*\*", line)}
    assert bold
    missing = sorted(
        f"{key}: {name}" for key, name in bold if not any(text.startswith(name) for text in pages)
    )
    assert not missing, f"Name it as the page does: {missing}"


def test_every_chapter_is_written_and_stands_in_a_book():
    written = {
        f"{path.parent.name}/{path.stem}" for path in (ROOT / "ecrf/help/manual/en").glob("*/*.md")
    } | {f"trial/{path.stem}" for path in (ROOT / "trial/manual/en").glob("*.md")}
    listed = {address for book in books().values() for address in book.chapters}
    assert listed == written or protocol().help.folder is None
    assert all(chapter(address).title for address in listed)


SHOWN_MARKS = re.compile(r"</?(?:strong|code)>|\*\*|`")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "room",
    [RoomCatalogue(ENGINE, "help"), RoomCatalogue(ENGINE, "help-topics"), RoomCatalogue(TRIAL, "help")],
    ids=str,
)
def test_what_is_bold_or_a_key_is_so_in_every_language(locale, room):
    """Beside a bracket or a dot, and without a blank, Markdown takes two stars for two stars."""
    entries = read_catalogue(room.path(locale)).translated_entries()
    marks = [
        (one, SHOWN_MARKS.findall(marked(one.msgid)), SHOWN_MARKS.findall(marked(one.msgstr)))
        for one in entries
    ]
    assert [one.msgid for one, master, shown in marks if sorted(master) != sorted(shown)] == []
