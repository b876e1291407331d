"""What kinds of mail there are: each registered once, by the floor that sends it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise

from ecrf.audit.registry import Registry
from ecrf.mail.models import Mail

TWO_DAYS = timedelta(days=2)


class NotNeeded(Exception):
    """Raised when a mail is made: nobody needs it any more. The text says why, for the administrator's page."""


def nothing_more(mail: Mail) -> Mapping[str, Any]:
    """For kinds whose text needs no more than was stored."""
    return {}


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `media_type` such as application/json."""

    name: str
    content: bytes
    media_type: str


def nothing_attached(mail: Mail) -> Sequence[Attachment]:
    return ()


@dataclass(frozen=True)
class MailKind:
    """One kind of mail. Its texts are `templates/mail/<key>.txt` and `.html`.

    `key` stands in the database and never changes. `label` is what the administrator's page calls it. `subject` may
    name what the template is given, as `{site}`; never a patient. `why` says in the mail why one gets it, `choose` is
    the name of the address where one chooses whether.
    `at_sending` gives the template what must not be stored or should be new: links that give access, counts. It runs in
    the transaction of the sending, so that what it writes is undone when the mail is not taken. It may raise
    `NotNeeded`.
    `good_for`: how long it is tried. `supersedes`: a newer one to the same recipient takes the place of one that waits.
    `to_closed`: sent to a closed account too. `attachments`: read as the mail is sent.
    """

    key: str
    label: str | Promise
    subject: str | Promise
    why: str | Promise
    choose: str = ""
    at_sending: Callable[[Mail], Mapping[str, Any]] = nothing_more
    good_for: timedelta = TWO_DAYS
    supersedes: bool = False
    to_closed: bool = False
    attachments: Callable[[Mail], Sequence[Attachment]] = nothing_attached


KINDS = Registry[MailKind]("kind of mail")


def register(kind: MailKind) -> MailKind:
    """Add a kind; a key is given once."""
    return KINDS.add(kind.key, kind)


def label_of_kind(key: str) -> str:
    """What people call it; of one that this version no longer has, its key."""
    return str(KINDS[key].label) if key in KINDS else key
