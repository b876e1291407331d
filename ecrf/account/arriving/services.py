"""What the links that come by mail do."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest

from ecrf.access.address import client_address
from ecrf.access.login_log import What, note
from ecrf.access.models import User
from ecrf.access.turns import take_turns
from ecrf.account import lockout
from ecrf.account.links import make_link, use_link, withdraw_links
from ecrf.account.mails import send_link, tell_changed
from ecrf.account.models import LinkKind, SecretLink
from ecrf.account.passwords import save_password
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.audit.taken import refusal_in_words


def accept(*, link: SecretLink, password: str) -> bool:
    """Use the invitation up with the password that its owner has chosen; False if it was used meanwhile."""
    return _use_for_password(link, password, "Your account is open: you have chosen a password")


def reset_password(*, link: SecretLink, password: str) -> bool:
    """Set the password that was chosen behind the link; False if the link was used meanwhile."""
    return _use_for_password(link, password, "The password was changed by the link for a forgotten password")


def _use_for_password(link: SecretLink, password: str, what: str) -> bool:
    by = Actor(str(link.user_id), link.user.username)
    link.user.set_password(password)  # takes long, on purpose: no transaction waits for it
    with acting(by, source=link.kind):
        if not use_link(link):
            return False
        save_password(user=link.user, by=by, what=what)
    return True


def ask_for_reset(request: HttpRequest, typed: str) -> str:
    """Note that somebody asks for a link; the worker sends it to whom the user name or address belongs, if anybody
    (reset_links.py). "" in any case but for an address that asks too often, in words.

    The same statements, whether or not there is an account: the time that it takes tells nothing.
    """
    name, address = lockout.name_in_log(_username(typed)), client_address(request)
    with acting(SYSTEM, source="login"):
        if not lockout.may_ask_for_link(name, address):
            return str(lockout.ASKED_TOO_OFTEN)
        note(What.RESET_ASKED, name, address)
    return ""


def _username(typed: str) -> str:
    """Of the account that is called so or has this address; what was typed, if there is none."""
    named = User.objects.filter(Q(username=typed) | Q(email__iexact=typed))
    found = list(named.values_list("username", flat=True)[:2])
    return typed if typed in found or not found else found[0]


def ask_for_new_address(*, user: User, email: str) -> str:
    """Send the link that confirms a new address to it, and word of it to the old one; why not, in words, or ""."""
    by = Actor(str(user.pk), user.username)
    changed = User(pk=user.pk, username=user.username, email=email)
    try:
        changed.clean_fields(exclude=[field.name for field in User._meta.fields if field.name != "email"])
    except ValidationError:
        return "This is no e-mail address. Write one such as name@example.org, on one line."
    if email == user.email:
        return "This is the address that the account has already."
    with acting(by, source="account"):
        send_link(make_link(LinkKind.NEW_ADDRESS, user, user, email), address=email)
        tell_changed(user, "A new e-mail address was asked for; it counts once its link is opened")
    return ""


def take_new_address(*, link: SecretLink) -> str:
    """The link was opened: its address is the account's. Why not, in words, or ""."""
    user, old = link.user, link.user.email
    user.email = link.email
    try:
        with refusal_in_words(), acting(Actor(str(user.pk), user.username), source=link.kind):
            take_turns()
            user.validate_constraints()
            if not use_link(link):
                return "This link was used a moment ago."
            user.save(update_fields=["email"])
            withdraw_links(user, user, LinkKind.RESET, LinkKind.INVITATION)  # they went to the old one
            if old:
                tell_changed(user, "Mail to you goes to another address from now on", address=old)
            tell_changed(user, "Mail to you goes to this address from now on")
    except ValidationError:
        return "This address belongs to another account by now. Ask an administrator of this study."
    return ""
