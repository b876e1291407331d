"""Finds words in the manuals and in the help of the pages."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext

from ecrf.access.alike import alike
from ecrf.help.manual.books import books
from ecrf.help.manual.chapters import chapter
from ecrf.help.topics.pages import of_the_trial, topics

MOST_FOUND = 30
AROUND = 90
"""Characters that are shown before and behind the first word found."""
MARKS = re.compile(r"\*\*|`")


@dataclass(frozen=True)
class Found:
    """A place, and the text around the first word in three pieces: before it, itself, behind it.

    `language`: of the text; "" for the reader's.
    """

    title: str
    url: str
    pieces: tuple[str, str, str]
    in_title: bool
    language: str = ""


def search(text: str) -> list[Found]:
    """The places that hold all the words, those with all of them in the title first. Nothing for no word."""
    words = folded(unicodedata.normalize("NFKC", text)).split()
    if not words:
        return []
    found = [
        Found(title, url, _pieces(body, words[0]), all(word in folded(title) for word in words), language)
        for title, url, body, language in _places()
        if all(word in folded(f"{title} {body}") for word in words)
    ]
    return sorted(found, key=lambda one: not one.in_title)[:MOST_FOUND]


def folded(text: str) -> str:
    """As `alike`: what is typed finds what is written. Sign by sign, so that a place in it is the same place in the
    text."""
    return "".join(_folded(sign) for sign in text)


def _folded(sign: str) -> str:
    found = alike(sign)
    return found if len(found) == 1 else sign


def _places() -> Iterator[tuple[str, str, str, str]]:
    """(title, address, text, its language) of every section of every chapter, once, and of every topic."""
    addresses = dict.fromkeys(address for book in books().values() for address in book.chapters)
    for address in addresses:
        one = chapter(address)
        for section in one.sections:
            both = gettext("%(chapter)s: %(section)s") % {"chapter": one.title, "section": section.title}
            title = one.title if section.title == one.title else both
            yield (
                title,
                one.url + (f"#{section.anchor}" if section.anchor else ""),
                section.text,
                one.language,
            )
    for topic in topics().values():
        text = " ".join(map(str, (*topic.lines, *of_the_trial(topic), topic.undo)))
        title = gettext("On the page: %(title)s") % {"title": topic.title}
        yield title, reverse("help-page", args=[topic.key]), MARKS.sub("", text), ""


def _pieces(text: str, word: str) -> tuple[str, str, str]:
    at = folded(text).find(word)
    if at < 0:  # all words stand in the title
        return _shortened(text, 2 * AROUND), "", ""
    first, end = max(0, at - AROUND), at + len(word)
    return ("…" if first else "") + text[first:at], text[at:end], _shortened(text[end:], AROUND)


def _shortened(text: str, most: int) -> str:
    """At most so many characters, and a sign where there were more."""
    return text if len(text) <= most else f"{text[:most]}…"
