"""A manual as a PDF file: the same chapters, with a table of contents and page numbers."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, override
from markdown_it.tree import SyntaxTreeNode

from ecrf import __version__
from ecrf.help.manual.books import books
from ecrf.help.manual.chapters import Chapter, chapter
from ecrf.prints.pdf.typesetting import typeset

SOURCE = Path(__file__).with_name("manual.typ")
Content = dict[str, Any]


@lru_cache(maxsize=32)
def manual_pdf(book: str, on: date, language: str) -> bytes:
    """As it is on this day, which stands on its pages, in this language; set once a day."""
    with override(language):
        found = books()[book]
        data = {
            "whose": str(found.title),
            "as_of": gettext("Version %(version)s · %(day)s") % {"version": __version__, "day": on},
            "chapters": [_chapter(chapter(address), language) for address in found.chapters],
        }
        title = gettext("Manual: %(title)s") % {"title": found.title}
        return typeset(SOURCE, data, title=title, made_at=datetime.combine(on, time(), UTC))


def _chapter(one: Chapter, language: str) -> Content:
    """`said` stands below its title in the reader's language: that the chapter is in English, where it is."""
    is_translated = one.language == language
    return {
        "lang": one.language.partition("-")[0],
        "said": "" if is_translated else gettext("This chapter is not translated yet: it is in English."),
        "blocks": _blocks(SyntaxTreeNode(list(one.tokens))),
    }


def _blocks(node: SyntaxTreeNode) -> list[Content]:
    return [_block(child) for child in node.children]


def _block(node: SyntaxTreeNode) -> Content:
    """One block of the text, as manual.typ knows them."""
    if node.type == "heading":
        return {"kind": "heading", "level": int(node.tag[1]), "runs": _runs(node.children[0])}
    if node.type in ("bullet_list", "ordered_list"):
        items = [_blocks(item) for item in node.children]
        return {"kind": "list", "ordered": node.type == "ordered_list", "items": items}
    if node.type == "table":
        rows = [[_runs(cell.children[0]) if cell.children else [] for cell in row.children]
                for part in node.children for row in part.children]  # fmt: skip
        return {"kind": "table", "head": rows[0], "rows": rows[1:]}
    if node.type in ("fence", "code_block"):
        return {"kind": "code", "text": node.content}
    inline = node.children[0]
    if len(inline.children) == 1 and inline.children[0].type == "image":
        picture = inline.children[0]
        return {"kind": "picture", "bytes": list(picture.meta["file"].read_bytes()), "alt": picture.content}
    return {"kind": "paragraph", "runs": _runs(inline)}


def _runs(node: SyntaxTreeNode, style: str = "") -> list[Content]:
    """Pieces of text, each of one style: "", "strong", "em" or "code"."""
    found: list[Content] = []
    for child in node.children:
        if child.type == "text":
            found.append({"text": child.content, "style": style})
        elif child.type == "code_inline":
            found.append({"text": child.content, "style": "code"})
        elif child.type in ("softbreak", "hardbreak"):
            found.append({"text": " ", "style": style})
        else:
            found += _runs(child, child.type if child.type in ("strong", "em") else style)
    return found
