"""What every act of an administrator passes: one after the other, by somebody who is an administrator still."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.access.roles import Right, Role
from ecrf.access.turns import take_turns
from ecrf.audit.actor import Actor, acting
from ecrf.audit.taken import refusal_in_words

SOURCE = "administration"
NOT_ANY_MORE = gettext_lazy(
    "Your role does not include this any more: it was ended, or your account closed, a moment ago."
)


def administrator(user: User) -> Actor:
    """The actor that the trail names."""
    return Actor(str(user.pk), user.username, Role.ADMINISTRATOR)


@contextmanager
def administering(by: User, *, reason: str = "") -> Iterator[None]:
    """One transaction in which the administrator writes, alone.

    All such acts take turns: what one of them has looked at cannot change before it writes. So two administrators who
    close each other at the same moment leave one, and no two acts give a person roles that exclude each other. Who acts
    is loaded anew: PermissionDenied for somebody whose role has gone meanwhile. ValidationError for what
    was taken a moment ago.
    """
    with refusal_in_words(), acting(administrator(by), reason=reason, source=SOURCE):
        take_turns()
        now = User.objects.get(pk=by.pk)
        if not now.is_active or Right.MANAGE_ACCOUNTS not in now.rights:
            raise PermissionDenied(str(NOT_ANY_MORE))
        yield


def require_administrator(user: User) -> None:
    """Refuse (403) whoever does not manage accounts."""
    if Right.MANAGE_ACCOUNTS not in user.rights:
        raise PermissionDenied(gettext("Your role does not let you manage users, sites and their roles."))


def require_seeing_access(user: User) -> None:
    """Refuse (403) whoever may not see who had access to what."""
    if not user.rights & {Right.SEE_ACCESS, Right.MANAGE_ACCOUNTS}:
        raise PermissionDenied(gettext("Your role does not let you see who had access to what."))
