"""Accounts made from the command line: the first of an installation, and those of one without mail."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import AT_A_SITE, Role
from ecrf.access.turns import take_turns
from ecrf.account.own_password import note_password
from ecrf.audit.actor import Actor, acting
from ecrf.audit.taken import refusal_in_words
from ecrf.audit.texts import cleaned


def add_user(
    *,
    username: str,
    full_name: str,
    password: str,
    role: str,
    site_codes: list[str],
    owner_present: bool = False,
    by: Actor,
) -> User:
    """Add a user with one role, at the named sites or (for roles that hold everywhere) at all. Unless its owner is
    present and has typed the password, it is changed at the first login.

    ValidationError for a weak password, an unknown site, or a role that does not fit the sites.
    """
    username, full_name = (cleaned(name, lines=False) for name in (username, full_name))
    sites = list(Site.objects.filter(code__in=site_codes))
    if unknown := set(site_codes) - {site.code for site in sites}:
        raise ValidationError(f"There is no site {', '.join(sorted(unknown))}. Add it first with add_site.")
    if (role in AT_A_SITE) != bool(sites):
        needs = "needs --site" if role in AT_A_SITE else "holds at all sites: leave --site away"
        raise ValidationError(f"The role {Role(role).label.lower()} {needs}.")
    validate_password(password, User(username=username, full_name=full_name))
    with refusal_in_words(), acting(by, source="command"):
        take_turns()
        user = User.objects.create_user(username, full_name, password)
        where: list[Site | None] = [*sites] or [None]
        for site in where:
            Membership.objects.create(user=user, role=role, site=site)
        note_password(user, user if owner_present else None)
    return user
