"""Who is asked to read a document, who has confirmed it, and who has not."""

from dataclasses import dataclass
from datetime import datetime

from ecrf.access.models import Membership, User
from ecrf.access.people import holders_of
from ecrf.files.models import FileReceipt, FileVersion


@dataclass(frozen=True)
class Reader:
    """A person who is asked, in one role, and when it was confirmed; None while it is not."""

    membership: Membership
    confirmed_at: datetime | None


def readers_of(version: FileVersion) -> list[Reader]:
    """Two statements. Of a site's document, the people of that site."""
    done = dict(version.receipts.values_list("confirmed_by", "confirmed_at"))
    site = version.file.of_site_id
    people = [one for one in holders_of(version.file.roles) if site is None or one.site_id in (site, None)]
    return [Reader(one, done.get(one.user_id)) for one in people]


def may_confirm(user: User, version: FileVersion) -> bool:
    """Whether this person is asked, and has not confirmed this version yet."""
    if version.file.struck_at or not _is_asked(user, version):
        return False
    return not FileReceipt.objects.filter(version=version, confirmed_by=user).exists()


def _is_asked(user: User, version: FileVersion) -> bool:
    return any(membership.role in version.file.roles for membership in user.current_memberships)


def confirmed_by(user: User) -> dict[int, datetime]:
    """{version: when this person confirmed it}; one statement."""
    return dict(FileReceipt.objects.filter(confirmed_by=user).values_list("version", "confirmed_at"))
