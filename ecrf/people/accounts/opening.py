"""What opens an account, changed by an administrator: the address that links go to, and the second factor.

Where administrators agree, two of them change it for who administers or signs.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.account.factors import reset_second_factor
from ecrf.account.invitations import invite, withdraw
from ecrf.account.links import withdraw_links
from ecrf.account.mails import tell_changed
from ecrf.account.models import LinkKind
from ecrf.people.administering import administrator


def require_free_address(email: str | None, *, but: User | None = None) -> None:
    """ValidationError beside the field for an address that another account has."""
    known = User.objects.filter(email__iexact=email).first() if email else None
    if known and known != but:
        if known.is_active:
            words = gettext("This address belongs to the account %(username)s.")
        else:
            words = gettext("This address belongs to the account %(username)s, which is closed.")
        raise ValidationError({"email": words % {"username": known.username}})


def put_address(*, user: User, email: str | None, by: User) -> None:
    """Write the address, inside `administering`, and tell both. Links that went to the old one open nothing any more;
    an invitation that waited goes to the new one. ValidationError for an address of another account."""
    require_free_address(email, but=user)
    old, user.email = user.email, email
    user.full_clean()
    user.save(update_fields=["email"])
    was_invited = withdraw(user=user, by=administrator(by), withdrawn_by=by)
    withdraw_links(user, by, LinkKind.RESET, LinkKind.NEW_ADDRESS)
    if was_invited and user.is_active and user.email:
        invite(user=user, by=administrator(by), invited_by=by)
    for address in filter(None, (old, email)):
        tell_changed(
            user, gettext_lazy("The e-mail address was changed by an administrator"), address=address
        )


def take_factor_away(*, user: User, reason: str, asked_by: User, by: User) -> None:
    """Inside `administering`: the next login of the person leads to a new one."""
    reset_second_factor(user=user, by=administrator(by), ended_by=asked_by, reason=reason)
