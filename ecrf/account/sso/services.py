"""Links a login at the provider with an account, and unlinks it."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy, pgettext

from ecrf.access.models import User
from ecrf.account.links import use_link
from ecrf.account.mails import tell_changed
from ecrf.account.models import SecretLink
from ecrf.account.sessions import end_sessions
from ecrf.account.sso.models import ExternalIdentity
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy

BEFORE_UNLINKING: list[Callable[[User], None]] = []
"""Floors above refuse, by ValidationError, that this person loses this way in; inside the transaction that takes it."""


class LinkRefused(Exception):
    """The link cannot be made or taken away; why, in words for the page."""


def identity_of(user: User) -> ExternalIdentity | None:
    """The login at today's provider that belongs to this account."""
    if not settings.OIDC_ISSUER:
        return None
    return ExternalIdentity.objects.filter(
        user=user, issuer=settings.OIDC_ISSUER, unlinked_at__isnull=True
    ).first()


def users() -> QuerySet[User]:
    """Whose links an administrator sees: everybody's."""
    return User.objects.all()


def user_of(subject: str) -> User | None:
    """Whose account the login belongs to, open or closed."""
    found = ExternalIdentity.objects.select_related("user").filter(
        issuer=settings.OIDC_ISSUER, subject=subject, unlinked_at__isnull=True
    )
    return next((identity.user for identity in found), None)


def link(*, user: User, subject: str) -> ExternalIdentity:
    """Link the login with the account, by the person itself. The same link made twice is one."""
    owner = user_of(subject)
    if owner == user and (own := identity_of(user)):
        return own
    name = settings.OIDC_NAME
    if not user.is_active:
        raise LinkRefused(gettext("This account is closed."))
    if owner:
        raise LinkRefused(
            gettext(
                "This login of %(name)s belongs to another account here already. Nothing was linked. Ask an"
                " administrator if that is wrong."
            )
            % {"name": name}
        )
    try:
        with acting(Actor(str(user.pk), user.username), source="account"):
            identity = ExternalIdentity.objects.create(
                user=user, issuer=settings.OIDC_ISSUER, subject=subject, linked_by=user
            )
            tell_changed(user, format_lazy(gettext_lazy("A login of {name} was linked with it"), name=name))
            return identity
    except IntegrityError:
        raise LinkRefused(
            gettext(
                "Your account has another login of %(name)s, or this one was linked to another account just"
                " now. Nothing was linked. Ask an administrator to unlink the old one."
            )
            % {"name": name}
        ) from None


def accept(*, invitation: SecretLink, subject: str) -> None:
    """Use up the invitation and link its account with the login: both or neither. LinkRefused says why not."""
    user = invitation.user
    with acting(Actor(str(user.pk), user.username), source="account"):
        if not use_link(invitation):
            raise LinkRefused(
                gettext("This invitation was used, withdrawn, or is too old. Ask for a new one.")
            )
        link(user=user, subject=subject)


def unlink(*, identity: ExternalIdentity, by: User, actor: Actor, reason: str) -> None:
    """Take the link away: from now on this login at the provider opens nothing here. LinkRefused says why not."""
    why = tidy(reason)
    if fault := fault_of(why, pgettext("of which the reason is asked", "it is unlinked")):
        raise LinkRefused(fault)
    with acting(actor, reason=why, source="account"):
        try:
            for may_go in BEFORE_UNLINKING:
                may_go(identity.user)
        except ValidationError as error:
            raise LinkRefused(" ".join(error.messages)) from error
        changed = ExternalIdentity.objects.filter(pk=identity.pk, unlinked_at__isnull=True).update(
            unlinked_at=timezone.now(), unlinked_by=by, unlink_reason=why
        )
        if not changed:
            raise LinkRefused(gettext("It is unlinked already."))
        end_sessions(user=identity.user, by=actor, reason=why)
        words = gettext_lazy("The link with the login of {name} was taken away")
        tell_changed(identity.user, format_lazy(words, name=settings.OIDC_NAME))
