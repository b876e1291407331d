"""Who needs a second factor: the setting SECOND_FACTOR_FOR."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ecrf.access.models import User
from ecrf.access.roles import Role

ALL, NOBODY = "all", "none"


def needs_second_factor(user: User) -> bool:
    """Whether one of the person's roles of today needs it."""
    wanted = settings.SECOND_FACTOR_FOR
    if wanted in (ALL, NOBODY):
        return bool(wanted == ALL)
    return bool(_roles(wanted) & {membership.role for membership in user.current_memberships})


def check_setting() -> None:
    """Stop the start where the setting names a role that there is not."""
    wanted = settings.SECOND_FACTOR_FOR
    if wanted in (ALL, NOBODY):
        return
    if not _roles(wanted) or (unknown := _roles(wanted) - set(Role.values)):
        wrong = ", ".join(sorted(unknown)) if _roles(wanted) else "nothing"
        raise ImproperlyConfigured(
            f"SECOND_FACTOR_FOR names {wrong}. Set it to all, none, or roles with commas between:"
            f" {', '.join(Role.values)}."
        )


def _roles(wanted: str) -> set[str]:
    return {role.strip() for role in wanted.split(",") if role.strip()}
