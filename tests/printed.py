"""How printed pages and PDF files are read in tests: as somebody who looks at the paper."""

import html
import re
from collections.abc import Callable, Iterator
from io import BytesIO

from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pypdf.generic import ContentStream, Destination

from ecrf.access.models import User
from ecrf.casebook.models import Visit


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def words_of(page: str) -> str:
    main = page.split("<main", 1)[-1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def reader(user: User) -> Callable[..., str]:
    """Gives the page at an address as the user reads it, or its source."""
    client = client_of(user)

    def page(name: str, *arguments: object, source: bool = False) -> str:
        found = client.get(reverse(name, args=arguments))
        assert found.status_code == 200
        return found.content.decode() if source else words_of(found.content.decode())

    return page


def print_visit(visit: Visit) -> tuple[str, str, str]:
    return "print-visit", visit.patient.number, visit.code


# --- PDF files -----------------------------------------------------------------------------------------------------


MARGIN = 30
"""In points: less than every file leaves free on all sides."""


def pdf_pages(made: bytes) -> list[str]:
    """The text of each page, as a reader's search finds it; where a word may be broken is no part of it."""
    pages = (
        page.extract_text().replace("\N{ZERO WIDTH SPACE}", "") for page in PdfReader(BytesIO(made)).pages
    )
    return [" ".join(page.split()) for page in pages]


def pdf_words(made: bytes) -> str:
    """The text of all pages."""
    return " ".join(pdf_pages(made))


def bookmarks(made: bytes) -> list[tuple[int, str]]:
    """(depth, title) of each, in order."""
    return list(_outline(PdfReader(BytesIO(made)).outline, 0))


def _outline(branch: list, depth: int) -> Iterator[tuple[int, str]]:
    for one in branch:
        if isinstance(one, Destination):
            yield depth, str(one.title)
        else:
            yield from _outline(one, depth + 1)


def missing_glyphs(made: bytes) -> int:
    """How many characters are drawn as the sign for "this font has no such character", glyph 0 of every font."""
    return sum(_glyphs(page).count(0) for page in PdfReader(BytesIO(made)).pages)


def _glyphs(page) -> list[int]:
    """The glyphs drawn on a page: fonts of two bytes a glyph, as the PDF files have them."""
    shown: list[int] = []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        parts = operands[0] if operator == b"TJ" else operands if operator == b"Tj" else []
        for part in (part for part in parts if not isinstance(part, int | float)):
            codes = part.original_bytes if isinstance(part, str) else bytes(part)
            shown += [int.from_bytes(codes[n : n + 2], "big") for n in range(0, len(codes), 2)]
    return shown


def outside_margins(made: bytes) -> list[str]:
    """The texts that begin beyond the margins of their page."""
    found: list[str] = []
    for page in PdfReader(BytesIO(made)).pages:
        right, top = float(page.mediabox.right) - MARGIN, float(page.mediabox.top) - MARGIN

        def look(text, cm, tm, _font, _size, right=right, top=top) -> None:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            if text.strip() and not (MARGIN <= x <= right and MARGIN <= y <= top):
                found.append(text)

        page.extract_text(visitor_text=look)
    return found
