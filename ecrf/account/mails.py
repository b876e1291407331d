"""The mails of this app, in one place: the three that carry a link, and word of every change. They are queued in the
transaction of what they tell of; the link is made when the mail is sent, and is stored nowhere."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.account.links import VALID_FOR, address_of, is_open
from ecrf.account.models import LinkKind, SecretLink
from ecrf.mail.account_notice import tell_account_changed
from ecrf.mail.kinds import MailKind, NotNeeded, register
from ecrf.mail.models import Mail
from ecrf.mail.queue import queue_mail


def send_link(link: SecretLink, *, address: str = "", dedupe: str | None = None) -> None:
    """Queue the mail with this link; to `address` in place of the account's own."""
    queue_mail(to=link.user, kind=str(link.kind), context={"link": link.pk}, address=address, dedupe=dedupe)


def tell_changed(user: User, what: str | Promise, *, address: str = "") -> None:
    """Queue word of a change, in the language of `user` where it is lazy, if there is an address that it can go to."""
    if user.email or address:
        tell_account_changed(user, what, address=address)


def _the_link(mail: Mail) -> Mapping[str, Any]:
    link = SecretLink.objects.select_related("user").filter(pk=mail.context["link"]).first()
    if link is None or not is_open(link):
        raise NotNeeded(gettext_lazy("The link was used, has run out, or a newer one took its place."))
    return {"link": address_of(link), "valid_until": link.valid_until}


for _kind, _subject, _why in (
    (
        LinkKind.INVITATION,
        gettext_lazy("Your account"),
        gettext_lazy("Somebody who runs this study has made an account for you."),
    ),
    (
        LinkKind.RESET,
        gettext_lazy("Choose another password"),
        gettext_lazy("Somebody asked for it with your user name or address."),
    ),
    (
        LinkKind.NEW_ADDRESS,
        gettext_lazy("Confirm your address"),
        gettext_lazy("Your account's mail is to go to this address."),
    ),
):
    register(
        MailKind(
            str(_kind),
            _kind.label,
            _subject,
            why=_why,
            at_sending=_the_link,
            good_for=VALID_FOR[_kind],
            supersedes=True,
        )
    )
