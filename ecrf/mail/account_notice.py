"""Tells a person of every change of the own account, so that one made by somebody else is noticed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.access.language import speaking_to
from ecrf.access.models import User
from ecrf.mail.kinds import MailKind, register
from ecrf.mail.queue import queue_mail

ACCOUNT_CHANGED = register(
    MailKind(
        "account-changed",
        gettext_lazy("A change of the account"),
        gettext_lazy("Your account was changed"),
        why=gettext_lazy("Everybody is told of each change of the own account; this cannot be turned off."),
        to_closed=True,
    )
)


def tell_account_changed(user: User, what: str | Promise, *, address: str = "") -> None:
    """Queue the mail, in the transaction of the change. `what` in a few words of ours: "The password was changed", said
    in the person's language.

    `address`: sent there in place of the account's own, as to the old one when the address was changed.
    """
    with speaking_to(user):
        words = str(what)
    queue_mail(to=user, kind=ACCOUNT_CHANGED.key, context={"what": words}, address=address)
