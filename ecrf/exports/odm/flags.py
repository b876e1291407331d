"""What annotations flag: the state of a form, queries, questions of checks, verifications and signatures."""

from enum import Enum
from typing import NamedTuple

from ecrf.access.roles import Role
from ecrf.checks.models import DiscrepancyState
from ecrf.exports.odm.names import safe
from ecrf.queries.models import Act

SITE_ROLES = frozenset({Role.INVESTIGATOR, Role.COORDINATOR})
TYPES_LIST = "CL.FLAG-TYPE"


class FlagType(Enum):
    """One kind of flag: its name in the file, what it is about, and {value: what it says}."""

    FORM = (
        "FORM",
        "The state of a form",
        {
            "COMPLETE": "The site has completed it",
            "BLANKS": "Complete, and yet items that are asked for are blank",
            "EARLIER-VERSION": "Made with an earlier version of the form",
        },
    )
    QUERY = (
        "QUERY",
        "What was said in a query, or in a question or note of the site",
        {
            act.value.upper(): f"{'Note' if act in (Act.ADDED, Act.READ) else 'Query'} {act.label}"
            for act in Act
        },
    )
    CHECK = (
        "CHECK",
        "The question of an edit check",
        {state.value.upper(): state.label for state in DiscrepancyState},
    )
    VERIFICATION = (
        "VERIFICATION",
        "Source data verification",
        {
            "VERIFIED": "Compared with the source",
            "TAKEN-BACK": "Taken back by who verified it",
            "FALLEN": "No longer verified: the value changed",
        },
    )
    SIGNATURE = (
        "SIGNATURE",
        "Electronic signature",
        {"SIGNED": "Signed", "BROKEN": "No longer in force: the data changed"},
    )
    TEXT = (
        "TEXT",
        "How a text is written",
        {
            "ESCAPED": "Characters that XML cannot carry stand as \\u and four hexadecimal digits",
            "AS-IT-IS": "Written as it is, again",
        },
    )

    def __init__(self, code: str, title: str, values: dict[str, str]) -> None:
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
