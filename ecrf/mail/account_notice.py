"""Tells a person of every change of the own account, so that one made by somebody else is noticed."""

from ecrf.access.models import User
from ecrf.mail.kinds import MailKind, register
from ecrf.mail.queue import queue_mail

ACCOUNT_CHANGED = register(
    MailKind(
        "account-changed",
        "A change of the account",
        "Your account was changed",
        why="Everybody is told of each change of the own account; this cannot be turned off.",
        to_closed=True,
    )
)


def tell_account_changed(user: User, what: str, *, address: str = "") -> None:
    """Queue the mail, in the transaction of the change. `what` in a few words of ours: "The password was changed".

    `address`: sent there in place of the account's own, as to the old one when the address was changed.
    """
    queue_mail(to=user, kind=ACCOUNT_CHANGED.key, context={"what": what}, address=address)
