"""What a person was called at a moment: a name that was corrected since stands in the trail as it was."""

from collections.abc import Iterable
from datetime import datetime

from ecrf.access.models import User
from ecrf.audit.models import SYSTEM_CHAIN, AuditEvent, Operation


class Names:
    """The full names of accounts at any moment, in at most two statements; "" where none is known."""

    def __init__(self, users: Iterable[User], others: Iterable[int] = ()) -> None:
        """`others`: the ids of accounts that only the trail names."""
        self._now = {user.pk: user.full_name for user in users}
        if missing := set(others) - set(self._now):
            self._now |= dict(User.objects.filter(pk__in=missing).values_list("pk", "full_name"))
        self._until: dict[int, list[tuple[datetime, str]]] = {}
        events = AuditEvent.objects.filter(
            chain=SYSTEM_CHAIN,
            table=User._meta.db_table,
            operation=Operation.UPDATE,
            changes__has_key="full_name",
        )
        for event in events.order_by("position"):
            before = event.changes["full_name"][0] or ""
            self._until.setdefault(int(event.row), []).append((event.at, before))

    def at(self, user: int | None, moment: datetime | None) -> str:
        """Of the account with this id; its name of today where the moment is not known."""
        if user is None:
            return ""
        corrected = self._until.get(user, []) if moment else []
        return next((name for until, name in corrected if moment and moment < until), self._now.get(user, ""))
