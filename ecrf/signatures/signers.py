"""Who may sign for the first time: the identity is made sure of, and the person has declared what a signature means."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.signatures.models import Declaration, IdentityCheck

DECLARATION = gettext_lazy(
    "I declare that my electronic signature in this system is the legally binding equivalent of my handwritten"
    " signature. I keep my password to myself and sign only what I have reviewed."
)
"""Kept in the language in which it was shown: what the person has agreed to."""


def identity_check(user: User) -> IdentityCheck | None:
    """The last time somebody made sure who this person is."""
    return IdentityCheck.objects.filter(user=user).order_by("pk").last()


def has_declared(user: User) -> bool:
    return Declaration.objects.filter(declared_by=user).exists()


def why_not_ready(user: User) -> str:
    """ "" if this person may sign as far as the account goes; else what is missing and who sees to it."""
    if not user.full_name.strip():
        return gettext(
            "Your account carries no full name, and a signature needs one to print."
            " Ask an administrator of this system to add it."
        )
    if identity_check(user) is None:
        return gettext(
            "Before you sign for the first time, somebody has to make sure who you are. Show an identity document to"
            " the data manager or administrator of this study; they record it (confirm_identity), and you can sign."
        )
    return ""


def confirm_identity(
    *, user: User, confirmed_by: str, how: str, by: Actor, source: str = "command"
) -> IdentityCheck:
    """Record who made sure how that the account is this person's. ValidationError for an empty answer."""
    name, words = confirmed_by.strip(), how.strip()
    if not name or not words:
        raise ValidationError("Say who made sure of the identity, and how.")
    with acting(by, source=source):
        return IdentityCheck.objects.create(
            user=user, how=words, confirmed_at=timezone.now(), confirmed_by=name
        )


def declare(user: User) -> None:
    """Write down the declaration, inside the transaction of the first signature; a second one changes nothing."""
    if not has_declared(user):
        Declaration.objects.create(text=str(DECLARATION), declared_at=timezone.now(), declared_by=user)
