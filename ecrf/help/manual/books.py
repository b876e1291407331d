"""Which manuals there are, for whom, and which chapters each has."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.language import each_language
from ecrf.access.roles import Role
from ecrf.forms.protocol import protocol

OF_TRIAL = "trial"
"""The book whose chapters the trial brings (`TrialHelp.folder`)."""
OPEN = "everybody"
"""The folder whose chapters are read before the login too."""

CORRECTIONS, ENDINGS = "site/corrections", "site/endings"
APPOINTMENTS, DELEGATION = "site/appointments", "site/delegation"
COPIES, IMPORTS, LISTINGS = "site/source-copies", "data-manager/imports", "data-manager/listings"


@dataclass(frozen=True)
class Book:
    """A manual. `chapters` are addresses, "folder/name": a chapter may stand in several books and is written once."""

    key: str
    title: str | Promise
    roles: frozenset[Role]
    chapters: tuple[str, ...]


_BOOKS = (
    Book(
        "site",
        gettext_lazy("For the site"),
        frozenset({Role.INVESTIGATOR, Role.SUB_INVESTIGATOR, Role.COORDINATOR}),
        (
            *("site/first-day", "site/entering", "site/queries", "site/signing"),
            *(CORRECTIONS, ENDINGS, APPOINTMENTS, DELEGATION, COPIES, IMPORTS, LISTINGS, "site/paper"),
        ),
    ),
    Book(
        "monitor",
        gettext_lazy("For the monitor"),
        frozenset({Role.MONITOR}),
        (
            *("monitor/first-day", "monitor/verifying", "monitor/queries", "monitor/visits"),
            *(COPIES, IMPORTS, LISTINGS, CORRECTIONS, ENDINGS),
        ),
    ),
    Book(
        "data-manager",
        gettext_lazy("For the data manager"),
        frozenset({Role.DATA_MANAGER}),
        (
            *("data-manager/first-day", "data-manager/queries-and-locks", "data-manager/correcting"),
            *("data-manager/data-out", LISTINGS, IMPORTS, COPIES, "monitor/queries", CORRECTIONS, ENDINGS),
        ),
    ),
    Book(
        "others",
        gettext_lazy("For safety, statistics and inspection"),
        frozenset({Role.SAFETY, Role.STATISTICIAN, Role.INSPECTOR}),
        ("others/first-day", "others/safety", "others/statistician", "others/inspector", LISTINGS),
    ),
    Book(
        "administrator",
        gettext_lazy("For the administrator"),
        frozenset({Role.ADMINISTRATOR}),
        ("administrator/first-day", "administrator/accounts", DELEGATION),
    ),
    Book(
        "operator",
        gettext_lazy("For the operator of the system"),
        frozenset(),
        ("operator/first-day", "operator/every-day", "operator/when-something-is-wrong"),
    ),
    Book(
        OPEN,
        gettext_lazy("For everybody"),
        frozenset(Role),
        ("everybody/account", "everybody/help", "everybody/accessibility"),
    ),
)


@each_language
def books() -> dict[str, Book]:
    """By key, in the order in which they are listed; the trial's own chapters come behind those of the roles."""
    own = protocol().help
    chapters = tuple(f"{OF_TRIAL}/{name}" for name in own.chapters)
    title = gettext("This trial: %(title)s") % {"title": protocol().short_title}
    trial = (Book(OF_TRIAL, title, frozenset(Role), chapters),)
    return {book.key: book for book in (*_BOOKS[:-1], *(trial if chapters else ()), _BOOKS[-1])}


def folder_of(book: str, language: str) -> Path:
    """Where the files of this folder lie, in this language."""
    own = protocol().help.folder
    if book == OF_TRIAL and own:
        return own / language
    return Path(__file__).parent / language / book
