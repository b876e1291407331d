"""What the browser fetches to show the visit page: HTML, CSS and JavaScript, in bytes over the wire."""

import gzip
import re
from html.parser import HTMLParser
from posixpath import dirname, join, normpath

from tests.bench.browsing import Answer, Browser
from tests.bench.table import Line, at_most, told

LIMIT_KB = 250
HTML_KB = {"W04": 150, "W01": 250}
"""Of the HTML alone, before it is compressed."""
IMPORT = re.compile(r"""\b(?:import|from)\s*["'](\.{0,2}/[^"'\s]+)["']""")
CSS_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([^"')\s]+)""")


class _Links(HTMLParser):
    """Collects the stylesheets and scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and given.get("src"):
            self.found.append(given["src"] or "")
        if tag == "link" and given.get("rel") in ("stylesheet", "modulepreload"):
            self.found.append(given["href"] or "")


def measure_weight(browser: Browser, number: str) -> list[Line]:
    """The W04 page with the limit, the W01 page beside it."""
    lines = []
    for code in ("W04", "W01"):
        page = browser.get(f"/patients/{number}/{code}/")
        files = _files(browser, page)
        size = {
            kind: sum(len(a.body) for path, a in files.items() if path.endswith(kind))
            for kind in (".css", ".js")
        }
        html, total = len(page.body), len(page.body) + sum(len(a.body) for a in files.values())
        encoding = page.headers.get("Content-Encoding", "not compressed")
        plain, packed = len(text_of(page).encode()), len(gzip.compress(text_of(page).encode(), 6))
        parts = (
            f"HTML {kb(html)} {encoding}, CSS {kb(size['.css'])}, JS {kb(size['.js'])}, {len(files)} files"
        )
        what = f"page weight of {code}, HTML + CSS + JS"
        if code == "W04":
            lines.append(at_most(what, total / 1000, LIMIT_KB, f"{kb(total)}", f"≤ {LIMIT_KB} kB"))
        else:
            lines.append(told(what, kb(total)))
        lines.append(told(f"  {code}: of which", parts))
        words = f"{kb(plain)}, gzipped {kb(packed)}"
        lines.append(
            at_most(f"  {code}: HTML plain", plain / 1000, HTML_KB[code], words, f"≤ {HTML_KB[code]} kB")
        )
    return lines


def kb(size: int) -> str:
    return f"{size / 1000:.0f} kB"


def text_of(answer: Answer) -> str:
    body = answer.body
    return (gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body).decode()


def _files(browser: Browser, page: Answer) -> dict[str, Answer]:
    links = _Links()
    links.feed(text_of(page))
    found: dict[str, Answer] = {}
    waiting = list(dict.fromkeys(links.found))
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = browser.get(path)
        pattern = IMPORT if path.endswith(".js") else CSS_IMPORT
        waiting += [
            _beside(path, other)
            for other in pattern.findall(text_of(found[path]))
            if not other.startswith("data:")
        ]
    return found


def _beside(path: str, other: str) -> str:
    return other if other.startswith("/") else normpath(join(dirname(path), other))
