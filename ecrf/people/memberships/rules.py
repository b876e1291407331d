"""What stands against a role: that it excludes another, that its dates or site do not fit, that nobody else is left."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import AT_A_SITE, AT_SITES_OR_ALL, RIGHTS, Right, Role
from ecrf.account.sso.models import ExternalIdentity

ENTERS = frozenset({Right.ENTER, Right.SIGN})


@dataclass(frozen=True)
class WantedRole:
    """A role as it was typed; `site` is None for all sites."""

    role: str
    site: Site | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def last_day_is_over(membership: Membership) -> bool:
    """Whether it has run out by itself, by the calendar of its site."""
    if membership.ends_on is None:
        return False
    return membership.ends_on < (membership.site.today() if membership.site else timezone.now().date())


def not_over(user: User) -> list[Membership]:
    """The person's roles that hold, or will hold from a later day on."""
    rows = user.memberships.filter(is_current=True).select_related("site").order_by("pk")
    return [membership for membership in rows if not last_day_is_over(membership)]


def require_fitting(wanted: WantedRole) -> None:
    """ValidationError, by field, unless site and dates fit the role."""
    label = Role(wanted.role).label
    if wanted.role in AT_A_SITE and wanted.site is None:
        words = gettext("%(role)s: this role is held at a site. Choose it.")
        raise ValidationError({"site": words % {"role": label}})
    if wanted.site and wanted.role not in AT_A_SITE | AT_SITES_OR_ALL:
        words = gettext("%(role)s: this role holds for all sites. Choose no site.")
        raise ValidationError({"site": words % {"role": label}})
    today = wanted.site.today() if wanted.site else timezone.now().date()
    if wanted.starts_on and wanted.starts_on < today - timedelta(days=1):
        raise ValidationError(
            {"starts_on": gettext("This day is over: nobody gets a role for days that have passed.")}
        )
    if wanted.ends_on and wanted.starts_on and wanted.ends_on < wanted.starts_on:
        raise ValidationError({"ends_on": gettext("The last day is before the first.")})
    if wanted.ends_on and wanted.ends_on < today:
        raise ValidationError({"ends_on": gettext("This day is over.")})
    if wanted.role == Role.INSPECTOR and wanted.ends_on is None:
        raise ValidationError(
            {"ends_on": gettext("An inspector has access for a limited time: say its last day.")}
        )


def require_together(role: str, held: list[Membership]) -> None:
    """ValidationError if the role excludes one that the person holds: who enters or signs data manages no accounts."""
    for membership in held:
        roles = (role, membership.role)
        manages = any(Right.MANAGE_ACCOUNTS in RIGHTS[one] for one in roles)
        enters = any(RIGHTS[one] & ENTERS for one in roles)
        if manages and enters:
            raise ValidationError(
                gettext(
                    "This person is %(role)s. An administrator manages accounts, and who enters or signs data must"
                    " not: the two roles exclude each other. End the other one first."
                )
                % {"role": membership.get_role_display().lower()}
            )


def working_administrators() -> list[User]:
    """Those who can administer today: the account is open, the role in force, and its owner can log in: by a password,
    or by single sign-on. Who was invited, or invited again, and has not come yet cannot."""
    has_password = ~Q(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    linked = ExternalIdentity.objects.filter(
        user=OuterRef("user"), unlinked_at=None, issuer=settings.OIDC_ISSUER
    )
    can_log_in = has_password | (Q(user__last_login__isnull=False) & Exists(linked))
    rows = Membership.objects.filter(
        can_log_in, role=Role.ADMINISTRATOR, is_current=True, user__is_active=True
    ).select_related("user", "site")
    return [membership.user for membership in rows.order_by("pk") if membership.is_in_force()]


def require_another_administrator(user: User) -> None:
    """ValidationError if nobody could administer without this person."""
    working = working_administrators()
    if user in working and not [one for one in working if one != user]:
        raise ValidationError(
            gettext(
                "%(username)s is the only administrator who can log in: nobody would be left to manage accounts."
                " Make somebody else administrator first, and wait for the first login."
            )
            % {"username": user.username}
        )
