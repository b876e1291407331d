"""What annotations flag: the state of a form, queries, questions of checks, verifications and signatures."""

from enum import Enum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.access.roles import Role
from ecrf.checks.models import DiscrepancyState
from ecrf.exports.odm.names import safe
from ecrf.queries.models import Act

SITE_ROLES = frozenset({Role.INVESTIGATOR, Role.COORDINATOR})
TYPES_LIST = "CL.FLAG-TYPE"


QUERY_ACTS: dict[Act, Promise] = {
    Act.OPENED: pgettext_lazy("what a query's message did", "Query asked"),
    Act.ANSWERED: pgettext_lazy("what a query's message did", "Query answered"),
    Act.ASKED_AGAIN: pgettext_lazy("what a query's message did", "Query asked again"),
    Act.PASSED_ON: pgettext_lazy("what a query's message did", "Query passed on"),
    Act.CLOSED: pgettext_lazy("what a query's message did", "Query closed"),
    Act.REOPENED: pgettext_lazy("what a query's message did", "Query reopened"),
    Act.ADDED: pgettext_lazy("what a query's message did", "Note added"),
    Act.READ: pgettext_lazy("what a query's message did", "Note read"),
}


class FlagType(Enum):
    """One kind of flag: its name in the file, what it is about, and {value: what it says}."""

    FORM = (
        "FORM",
        gettext_lazy("The state of a form"),
        {
            "COMPLETE": gettext_lazy("The site has completed it"),
            "BLANKS": gettext_lazy("Complete, and yet items that are asked for are blank"),
            "EARLIER-VERSION": gettext_lazy("Made with an earlier version of the form"),
        },
    )
    QUERY = (
        "QUERY",
        gettext_lazy("What was said in a query, or in a question or note of the site"),
        {act.value.upper(): QUERY_ACTS[act] for act in Act},
    )
    CHECK = (
        "CHECK",
        gettext_lazy("The question of an edit check"),
        {state.value.upper(): state.label for state in DiscrepancyState},
    )
    VERIFICATION = (
        "VERIFICATION",
        gettext_lazy("Source data verification"),
        {
            "VERIFIED": gettext_lazy("Compared with the source"),
            "TAKEN-BACK": gettext_lazy("Taken back by who verified it"),
            "FALLEN": gettext_lazy("No longer verified: the value changed"),
        },
    )
    SIGNATURE = (
        "SIGNATURE",
        gettext_lazy("Electronic signature"),
        {
            "SIGNED": pgettext_lazy("a visit, in ODM", "Signed"),
            "BROKEN": gettext_lazy("No longer in force: the data changed"),
        },
    )
    TEXT = (
        "TEXT",
        gettext_lazy("How a text is written"),
        {
            "ESCAPED": gettext_lazy(
                "Characters that XML cannot carry stand as \\u and four hexadecimal digits"
            ),
            "AS-IT-IS": gettext_lazy("Written as it is, again"),
        },
    )

    def __init__(self, code: str, title: Promise, values: dict[str, Promise]) -> None:
        self.code, self.title, self.values = code, title, values

    @property
    def list_oid(self) -> str:
        return f"CL.FLAG.{self.code}"


class Note(NamedTuple):
    """One annotation. `number` is its place in the patient's trail times ten, so that the same annotation has the same
    SeqNum in every file; 0 for what follows from the data and is no event."""

    number: int
    type: FlagType
    value: str
    text: str
    side: str = ""


def note(position: int, type: FlagType, value: str, text: str, role: str = "", more: int = 0) -> Note:
    """`more`: tells apart what one event says of one place."""
    side = ("Site" if role in SITE_ROLES else "Sponsor") if role else ""
    return Note(position * 10 + more, type, value, safe(text), side)
