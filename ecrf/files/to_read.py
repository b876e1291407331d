"""The documents that a person is asked to read: on the first page of each role, and in the menu of all places."""

from functools import cache

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from ecrf.access.alike import InOrder
from ecrf.access.models import User
from ecrf.access.statements import written_once
from ecrf.files.models import FileReceipt, FileVersion
from ecrf.files.receipts import role_asked


def documents_to_read(user: User) -> list[FileVersion]:
    """The newest version of each that the person has not confirmed; one statement, none for who has no role."""
    roles = {str(membership.role) for membership in user.current_memberships}
    if not roles:
        return []
    found = _asked_of.rows(user.pk, roles=tuple(sorted(roles)))
    return [version for version in found if role_asked(user, version.file)]


@written_once
def _asked_of(user: int, *, roles: tuple[str, ...]) -> QuerySet[FileVersion]:
    newer = FileVersion.objects.filter(file=OuterRef("file"), number__gt=OuterRef("number"))
    read = FileReceipt.objects.filter(version=OuterRef("pk"), confirmed_by=user)
    asked = FileVersion.objects.filter(
        ~Exists(newer), ~Exists(read), file__roles__overlap=list(roles), file__struck_at=None
    )
    return asked.select_related("file__of_site").order_by(InOrder("file__title"), "pk")


def waiting(request: HttpRequest) -> dict[str, object]:
    """Read when a page shows it, once."""
    user = getattr(request, "user", None)

    @cache
    def to_read() -> list[FileVersion]:
        return documents_to_read(user) if isinstance(user, User) else []

    return {"documents_to_read": to_read}
