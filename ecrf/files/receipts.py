"""Who is asked to read a document, who has confirmed it, and who has not."""

from dataclasses import dataclass
from datetime import datetime

from ecrf.access.models import Membership, User
from ecrf.access.people import holders_of
from ecrf.access.roles import Role
from ecrf.files.models import FileReceipt, FileVersion, StoredFile

CONFIRMING = tuple(role for role in Role if role != Role.INSPECTOR)
"""Who can be asked to confirm: who inspects changes nothing."""


@dataclass(frozen=True)
class Reader:
    """A person who is asked, in one role, and when it was confirmed; None while it is not."""

    membership: Membership
    confirmed_at: datetime | None


def readers_of(version: FileVersion) -> list[Reader]:
    """Two statements. Of a site's document, the people of that site."""
    done = dict(version.receipts.values_list("confirmed_by", "confirmed_at"))
    people = holders_of([role for role in version.file.roles if role in CONFIRMING], version.file.of_site)
    return [Reader(one, done.get(one.user_id)) for one in people]


def may_confirm(user: User, version: FileVersion) -> bool:
    """Whether this person is asked, and has not confirmed this version yet."""
    if version.file.struck_at or not role_asked(user, version.file):
        return False
    return not FileReceipt.objects.filter(version=version, confirmed_by=user).exists()


def role_asked(user: User, file: StoredFile) -> str:
    """In which role this person is asked to read it; "" if in none. Of a site's document, in a role at that site."""
    asked = (m for m in user.current_memberships if m.role in file.roles and m.role in CONFIRMING)
    return next(
        (str(m.role) for m in asked if file.of_site_id is None or m.site_id in (None, file.of_site_id)), ""
    )


def confirmed_by(user: User) -> dict[int, datetime]:
    """{version: when this person confirmed it}; one statement."""
    return dict(FileReceipt.objects.filter(confirmed_by=user).values_list("version", "confirmed_at"))
