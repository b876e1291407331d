"""What things are called in an ODM file (OIDs, the same from file to file), and texts that XML can carry."""

import hashlib
import json
import re
from datetime import UTC, datetime
from functools import cache

from ecrf.exports.cut import Cut
from ecrf.exports.people import account

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
LOG = "SE.LOG"
"""The event of all forms that belong to no visit."""
STUDY_LOCATION = "L.study"
"""Where those act who belong to no site."""
MISSING, COMMENT = ".MISSING", ".MISSING-COMMENT"
"""Behind an item's OID: why it has no value, and what was written about that."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot carry, not even as a reference."""
SHOWN_AS = " [Characters that XML cannot carry stand as \\u and four hexadecimal digits.]"


def file_oid(cut: Cut, kind: str) -> str:
    """The same for the same cut and kind."""
    what = {
        "name": cut.name,
        "at": moment(cut.taken_at),
        "positions": sorted(cut.positions.items()),
        "sites": None if cut.sites is None else sorted(cut.sites),
        "forms": None if cut.forms is None else sorted(cut.forms),
        "patients": None if cut.patients is None else sorted(cut.patients),
        "left_out": sorted(cut.left_out),
        "without_identifiers": cut.without_identifiers,
    }
    return f"ODM.{kind}.{hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]}"


def moment(at: datetime) -> str:
    """To the microsecond, with its offset: `2026-11-22T09:30:00.000001+00:00`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def form_oid(key: str) -> str:
    return f"F.{key}"


def group_oid(key: str) -> str:
    return f"IG.{key}"


@cache
def item_oid(key: str, item: str) -> str:
    """`item`: its name, or that with MISSING or COMMENT behind it."""
    return f"I.{key}.{item}"


def user_oid(actor_id: int | None, actor: str) -> str:
    """Of a person by the account, of a command or the system itself by its name."""
    return account(actor_id) if actor_id else safe(f"U.{actor}")


def signature_oid(meaning: str) -> str:
    """Of what a signature means, by its words."""
    return f"SD.{hashlib.sha256(meaning.encode()).hexdigest()[:16]}"


def carried(text: str) -> str:
    r"""The text with what XML cannot carry made visible: U+0007 as \u0007."""
    return CONTROL.sub(lambda sign: f"\\u{ord(sign[0]):04X}", text)


def safe(text: str) -> str:
    """The same, with a word about it where something was made visible."""
    return carried(text) + SHOWN_AS if CONTROL.search(text) else text
