"""Invites people, corrects what is known of them, closes accounts and opens them again. No password passes here."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.account import lockout
from ecrf.account.factors import has_second_factor, reset_second_factor
from ecrf.account.invitations import invite, withdraw
from ecrf.account.links import withdraw_links
from ecrf.account.mails import tell_changed
from ecrf.account.models import LinkKind
from ecrf.account.sessions import end_sessions
from ecrf.people.accounts.opening import put_address, require_free_address, take_factor_away
from ecrf.people.administering import administering, administrator
from ecrf.people.memberships.consent import ask_consent, drop_requests, needs_consent, needs_consent_about
from ecrf.people.memberships.rules import WantedRole, require_another_administrator
from ecrf.people.memberships.services import end_all, give
from ecrf.people.models import AdministratorAct, AdministratorRequest
from ecrf.signatures.signers import confirm_identity


@dataclass(frozen=True)
class NewPerson:
    """Who is invited, as typed and tidied."""

    username: str
    full_name: str
    email: str


def invite_person(
    *, person: NewPerson, roles: list[WantedRole], reason: str, identity: str = "", by: User
) -> tuple[User, bool]:
    """Make the account, give its roles, send the invitation: all or nothing. The account, and whether it is new: the
    same invitation once more (a double click) gives the one there is, and sends no second mail.

    ValidationError, by field, for a user name that somebody has or had, an address of another account, a role that
    does not fit. `identity`: how it was made sure who this is, in words.
    """
    with administering(by, reason=reason):
        known = User.objects.filter(username=person.username).first()
        if known and _is_the_same(known, person):
            return known, False
        require_free_name(person.username)
        require_free_address(person.email)
        user = User(username=person.username, full_name=person.full_name, email=person.email)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        for wanted in roles:
            give(user=user, wanted=wanted, reason=reason, by=by)
        if identity:
            _confirm(user, identity, by)
        invite(user=user, by=administrator(by), invited_by=by)
        return user, True


def _is_the_same(known: User, person: NewPerson) -> bool:
    """Whether this account is what the same click has made a moment ago: nobody has logged in with it yet."""
    is_new = known.is_active and known.last_login is None and not known.has_usable_password()
    return is_new and (known.full_name, known.email) == (person.full_name, person.email)


def is_invited_already(username: str | None, full_name: str | None, email: str | None) -> bool:
    """Whether the same click has made this account a moment ago."""
    known = User.objects.filter(username=username or "").first()
    return known is not None and _is_the_same(known, NewPerson(username or "", full_name or "", email or ""))


def require_free_name(username: str) -> None:
    known = User.objects.filter(username__iexact=username).first()
    if known is None:
        return
    if known.is_active:
        if known.username == username:
            words = gettext("This user name is taken. Choose another one.")
        else:
            words = gettext(
                "This user name is taken (as %(username)s: capital letters do not count). Choose another one."
            )
    else:
        words = gettext(
            "This user name belongs to a closed account (%(name)s). A user name belongs to one person for ever."
            " If it is the same person, open that account again; else choose another one."
        )
    raise ValidationError({"username": words % {"username": known.username, "name": known.name}})


def correct_person(
    *, user: User, full_name: str, email: str | None, reason: str, by: User
) -> bool | AdministratorRequest:
    """Correct name and address; False if nothing differs. The trail keeps what was there, with the reason. Both
    addresses are told of a new one: the old one, so that a change by somebody else is noticed. A request, where the
    address waits for another administrator; the name does not."""
    with administering(by, reason=reason):
        now = User.objects.get(pk=user.pk)
        if (now.full_name, now.email) == (full_name, email):
            return False
        require_free_address(email, but=now)
        if now.full_name != full_name:
            now.full_name = full_name
            now.full_clean()
            now.save(update_fields=["full_name"])
            tell_changed(now, gettext_lazy("The name was corrected by an administrator"))
        if now.email == email:
            return True
        if needs_consent_about(now, by):
            tell_changed(
                now, gettext_lazy("An administrator has asked that its mail goes to another address")
            )
            return ask_consent(act=AdministratorAct.ADDRESS, user=now, email=email, reason=reason, by=by)
        put_address(user=now, email=email, by=by)
        return True


def close_account(*, user: User, reason: str, by: User) -> bool:
    """End all roles and all sessions, and let nobody log in any more; False if it was closed before. The account
    stays, and its user name is given to nobody else. ValidationError for the last administrator."""
    with administering(by, reason=reason):
        now = User.objects.get(pk=user.pk)
        if not now.is_active:
            return False
        if _administers(now):
            require_another_administrator(now)
            if needs_consent(by):
                raise ValidationError(
                    gettext(
                        "This person is administrator, and administrators agree here: ask for the end of that role"
                        " first."
                    )
                )
        drop_requests(user=now, by=by, reason=reason)
        end_all(user=now, reason=reason, by=by)
        withdraw_links(now, by, *LinkKind)
        now.is_active = False
        now.save(update_fields=["is_active"])
        end_sessions(user=now, by=administrator(by), reason=reason)
        tell_changed(now, gettext_lazy("The account was closed by an administrator"))
        return True


def _administers(user: User) -> bool:
    return bool(user.memberships.filter(Q(is_current=True), role=Role.ADMINISTRATOR).exists())


def reopen_account(*, user: User, roles: list[WantedRole], reason: str, by: User) -> bool:
    """Open a closed account again by a new invitation: its owner chooses a new password. Roles are given anew."""
    with administering(by, reason=reason):
        now = User.objects.get(pk=user.pk)
        if now.is_active:
            return False
        if not now.email:
            raise ValidationError(
                gettext("No e-mail address is known, and the invitation is sent there. Add it first.")
            )
        now.is_active = True
        now.set_unusable_password()
        now.save(update_fields=["is_active", "password"])
        reset_second_factor(user=now, by=administrator(by), ended_by=by, reason=reason)
        for wanted in roles:
            give(user=now, wanted=wanted, reason=reason, by=by)
        invite(user=now, by=administrator(by), invited_by=by)
        return True


def send_invitation(*, user: User, by: User) -> None:
    """Once more, by a new link: the one before stops to work. ValidationError where there is nothing to take up."""
    with administering(by):
        now = User.objects.get(pk=user.pk)
        if not now.is_active:
            raise ValidationError(gettext("This account is closed. Open it again instead."))
        if now.has_usable_password():
            raise ValidationError(
                gettext(
                    "This person has chosen a password already. Who forgot it asks for a link at the login."
                )
            )
        if not now.email:
            raise ValidationError(gettext("No e-mail address is known. Add it first."))
        invite(user=now, by=administrator(by), invited_by=by)


def withdraw_invitation(*, user: User, by: User) -> bool:
    """The link that was sent works no more; the account stays. False if there was none to withdraw."""
    with administering(by):
        return withdraw(user=user, by=administrator(by), withdrawn_by=by)


def record_identity(*, user: User, how: str, by: User) -> None:
    """Who signs has to be known in person: this administrator says how it was made sure."""
    with administering(by):
        _confirm(user, how, by)


def _confirm(user: User, how: str, by: User) -> None:
    name = by.name
    confirm_identity(user=user, confirmed_by=name, how=how, by=administrator(by), source="administration")


def unlock_account(*, user: User, by: User) -> bool:
    """False if it was not locked."""
    with administering(by):
        return lockout.unlock(username=user.username, by=administrator(by))


def ask_for_new_second_factor(*, user: User, reason: str, by: User) -> AdministratorRequest | None:
    """Take the second factor away: its owner sets up another one at the next login. A request, where that waits for
    another administrator."""
    with administering(by, reason=reason):
        if not has_second_factor(user):
            raise ValidationError(
                gettext("%(username)s has no second factor: there is nothing to take away.")
                % {"username": user.username}
            )
        if needs_consent_about(user, by):
            return ask_consent(act=AdministratorAct.FACTOR, user=user, reason=reason, by=by)
        take_factor_away(user=user, reason=reason, asked_by=by, by=by)
        return None


def end_all_sessions(*, user: User, by: User, but: str = "") -> int:
    """Log the person out everywhere, at the next request; how many sessions that were."""
    with administering(by):
        return end_sessions(user=user, by=administrator(by), reason="Ended by an administrator", but=but)
