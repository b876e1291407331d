"""The help of a page, or of several pages that are for the same thing."""

from dataclasses import dataclass

from django.utils.functional import Promise

MOST_LINES = 5
LONGEST_LINE = 110


@dataclass(frozen=True)
class Topic:
    """`pages` are URL names; one that ends in `*` or begins with it stands for all names that fit and have no topic.

    `lines` say what one can do there, `undo` what puts a mistake right ("" where none can be made). Both may hold
    Markdown's bold and code, for what stands on a button and for keys. `chapter` is the address in the manual:
    "folder/chapter" or "folder/chapter#section". `is_open`: read before the login too.
    """

    key: str
    title: str | Promise
    pages: tuple[str, ...]
    lines: tuple[str | Promise, ...]
    chapter: str
    undo: str | Promise = ""
    is_open: bool = False
