"""A chapter: its file, read once in each language, with its sections and its links."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, override
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ecrf.access.language import MASTER
from ecrf.help.manual.books import books, folder_of
from ecrf.help.manual.translated import translation_of

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class ManualSection:
    """What stands under one heading, as plain text; `anchor` is "" before the first one."""

    anchor: str
    title: str
    text: str


@dataclass(frozen=True)
class Chapter:
    """`tokens` are Markdown's, with links that lead to pages of the product and anchors at the headings.

    `language`: of its text, which is English where there is no translation into the reader's.
    """

    address: str
    language: str
    title: str
    tokens: tuple[Token, ...]
    sections: tuple[ManualSection, ...]

    @property
    def url(self) -> str:
        return reverse("help-chapter", args=self.address.split("/"))

    def html(self) -> SafeString:
        with override(self.language):
            tokens = _with_wide_tables(self.tokens)
        # The text is the product's own, and Markdown's HTML is off.
        return SafeString(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}))


def chapter(address: str, language: str | None = None) -> Chapter:
    """The chapter with this address, "folder/name", in this language or the reader's; in English where it is not
    translated. KeyError where no book has one."""
    if not any(address in book.chapters for book in books().values()):
        raise KeyError(address)
    return _read(address, language or get_language() or MASTER)


@cache
def _read(address: str, language: str) -> Chapter:
    book, name = address.split("/")
    path, anchors = folder_of(book, MASTER) / f"{name}.md", None
    text = path.read_text(encoding="utf-8")
    if language != MASTER:
        translation = folder_of(book, language) / f"{name}.md"
        translated = translation_of(text, translation)
        if translated is None:
            return _read(address, MASTER)
        path, text, anchors = translation, translated, _anchors(_read(address, MASTER).tokens)
    tokens = MARKDOWN.parse(text)
    _name_headings(tokens, anchors)
    for token in tokens:
        if token.children:
            token.children = list(_with_own_links(_joined(token.children), path, language))
    sections = tuple(_sections(tokens))
    return Chapter(address, language, sections[0].title, tuple(tokens), sections)


def anchor_of(title: str) -> str:
    """As GitHub makes them, so that a link holds in the repository too."""
    text = unicodedata.normalize("NFKC", title).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def plain(token: Token) -> str:
    """The text of an inline token, without its marks."""
    return _text(token.children or ())


def _text(inline: Iterable[Token]) -> str:
    texts = {"text", "code_inline"}
    return "".join(
        one.content if one.type in texts else " " if one.type.endswith("break") else "" for one in inline
    )


def _anchors(tokens: Iterable[Token]) -> list[str]:
    return [str(token.attrGet("id")) for token in tokens if token.type == "heading_open"]


def _name_headings(tokens: list[Token], anchors: list[str] | None) -> None:
    """By their words in the master; in a translation as there, in the same order: one link holds in all languages."""
    headings = [pair for pair in pairwise(tokens) if pair[0].type == "heading_open"]
    names = anchors or [anchor_of(plain(inline)) for _opening, inline in headings]
    for (opening, _inline), name in zip(headings, names, strict=True):
        opening.attrSet("id", name)


def _joined(inline: list[Token]) -> list[Token]:
    """Without the line breaks of the file that stand beside Japanese or Chinese: they would be shown as blanks."""
    return [
        token
        for place, token in enumerate(inline)
        if not (
            token.type == "softbreak"
            and (_is_wide(_text(inline[:place])[-1:]) or _is_wide(_text(inline[place + 1 :])[:1]))
        )
    ]


def _is_wide(sign: str) -> bool:
    return bool(sign) and unicodedata.east_asian_width(sign) in "WF"


def _sections(tokens: list[Token]) -> Iterator[ManualSection]:
    """The chapter's title with what stands before the first heading below it, then one section a heading."""
    anchor = title = ""
    texts: list[str] = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in ("h1", "h2"):
            if title:
                yield ManualSection(anchor, title, " ".join(texts))
            anchor = "" if token.tag == "h1" else str(token.attrGet("id"))
            title, texts = plain(tokens[place + 1]), []
        elif token.type == "inline" and plain(token) != title:
            texts.append(plain(token))
        elif token.type == "fence":
            texts.append(token.content)
    yield ManualSection(anchor, title, " ".join(texts))


def _with_own_links(inline: list[Token], path: Path, language: str) -> Iterator[Token]:
    """Links to other chapters and pictures by their address here. A link to another file of the repository is none in
    the product, which does not ship it: its words stay."""
    is_dropped = False
    for token in inline:
        if token.type == "link_open":
            href = _address(str(token.attrGet("href")), path, language)
            is_dropped = href is None
            token.attrSet("href", href or "")
        elif token.type == "image":
            picture = token.meta["file"] = _picture(
                (path.parent / str(token.attrGet("src"))).resolve(), language
            )
            token.attrSet("src", static(picture.as_posix().rpartition("/static/")[2]))
            token.attrSet("loading", "lazy")
        if not (is_dropped and token.type in ("link_open", "link_close")):
            yield token
        if token.type == "link_close":
            is_dropped = False


def _picture(named: Path, language: str) -> Path:
    """The one of the pages in this language, where there is one: the chapters of all languages name the English one."""
    own = named.parent / language / named.name
    return own if own.is_file() else named


def _address(href: str, path: Path, language: str) -> str | None:
    target, _, anchor = href.partition("#")
    if not target:
        return href
    file = (path.parent / target).resolve()
    for book in books().values():
        for address in book.chapters:
            folder, name = address.split("/")
            if file == (folder_of(folder, language) / f"{name}.md").resolve():
                return reverse("help-chapter", args=[folder, name]) + (f"#{anchor}" if anchor else "")
    return None


def _with_wide_tables(tokens: tuple[Token, ...]) -> list[Token]:
    """Each table in a box of its own, which scrolls where the page is narrow and is reached by the keyboard."""
    found: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "list")
            attributes = {
                "class": "scroll",
                "tabindex": "0",
                "role": "region",
                "aria-label": gettext("Table"),
            }
            found += [Token("box_open", "div", 1, attrs={**attributes}, block=True), token]
        elif token.type == "table_close":
            found += [token, Token("box_close", "div", -1, block=True)]
        else:
            found.append(token)
    return found
