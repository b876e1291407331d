"""Accounts made from the command line: the first of an installation, and those of a site."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import AT_A_SITE, Role
from ecrf.access.turns import take_turns
from ecrf.audit.actor import Actor, acting
from ecrf.audit.reasons import fault_of, tidy
from ecrf.audit.taken import saying_what_is_taken
from ecrf.audit.texts import cleaned


def add_site(*, code: str, name: str, time_zone: str, is_practice: bool, by: Actor) -> Site:
    """Add a site, active from today on. ValidationError says what is wrong with which of the values."""
    site = Site(code=code, name=cleaned(name, lines=False), time_zone=time_zone, is_practice=is_practice)
    with saying_what_is_taken(), acting(by, source="command"):
        take_turns()
        site.full_clean()
        site.active_from = None if is_practice else site.today()
        site.save()
    return site


def correct_time_zone(*, site: Site, time_zone: str, reason: str, by: Actor) -> None:
    """Correct a site's time zone: the days and times that were entered stay, and are now read by its clock.
    ValidationError for a zone that is none, or without a reason."""
    why = tidy(reason)
    if fault := fault_of(why, "the time zone was wrong"):
        raise ValidationError(fault)
    with acting(by, reason=why, source="command"):
        site.time_zone = time_zone
        site.full_clean()
        site.save(update_fields=["time_zone"])


def add_user(
    *, username: str, full_name: str, password: str, role: str, site_codes: list[str], by: Actor
) -> User:
    """Add a user with one role, at the named sites or (for roles that hold everywhere) at all.

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
    with saying_what_is_taken(), acting(by, source="command"):
        take_turns()
        user = User.objects.create_user(username, full_name, password)
        where: list[Site | None] = [*sites] or [None]
        for site in where:
            Membership.objects.create(user=user, role=role, site=site)
    return user
