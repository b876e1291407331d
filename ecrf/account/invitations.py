"""Invitations: an account waits, without a password, until its owner opens the link and chooses one."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from ecrf.access.models import User
from ecrf.account.links import make_link, withdraw_links
from ecrf.account.mails import send_link
from ecrf.account.models import LinkKind, SecretLink
from ecrf.audit.actor import Actor, acting


@dataclass(frozen=True)
class InvitationState:
    """How far an invitation is. `key`: none, waiting, expired, withdrawn, accepted; `at`: since when, or until when."""

    key: str
    words: str
    at: datetime | None = None


def invite(*, user: User, by: Actor, invited_by: User | None) -> SecretLink:
    """Send a person the link to the account, which exists already, without a password. The link before it is void.

    ValidationError for an account that is closed, has no e-mail address, or has a password already.
    """
    if not user.is_active:
        raise ValidationError(gettext("This account is closed."))
    if not user.email:
        raise ValidationError(gettext("This account has no e-mail address to send the invitation to."))
    if user.has_usable_password():
        raise ValidationError(gettext("This person has chosen a password already."))
    with acting(by, source="account"):
        link = make_link(LinkKind.INVITATION, user, invited_by)
        send_link(link)
    return link


def withdraw(*, user: User, by: Actor, withdrawn_by: User | None, reason: str = "") -> bool:
    """Make the open invitation void; False if there is none."""
    with acting(by, reason=reason, source="account"):
        return bool(withdraw_links(user, withdrawn_by, LinkKind.INVITATION))


def state_of(user: User) -> InvitationState:
    """What became of the last invitation; one statement."""
    last = SecretLink.objects.filter(user=user, kind=LinkKind.INVITATION).order_by("pk").last()
    return state_of_link(last)


def state_of_link(link: SecretLink | None) -> InvitationState:
    """The same of a link that is loaded already."""
    if link is None:
        return InvitationState("none", pgettext("state of an invitation", "not invited"))
    if link.used_at:
        return InvitationState("accepted", pgettext("state of an invitation", "accepted"), link.used_at)
    if link.withdrawn_at:
        return InvitationState(
            "withdrawn", pgettext("state of an invitation", "withdrawn"), link.withdrawn_at
        )
    if link.valid_until <= timezone.now():
        return InvitationState("expired", pgettext("state of an invitation", "expired"), link.valid_until)
    return InvitationState("waiting", pgettext("state of an invitation", "waiting"), link.valid_until)
