"""The matrix of roles and acts, as the code has it: nothing here is written down twice."""

from dataclasses import dataclass

from django.utils.translation import gettext, pgettext

from ecrf.access.roles import AT_A_SITE, AT_SITES_OR_ALL, RIGHTS, WORKING, WRITING, Right, Role


@dataclass(frozen=True)
class RightRow:
    """One act, and for each role whether it may."""

    right: Right
    words: str
    cells: list[bool]
    needs: str


def role_matrix() -> list[RightRow]:
    return [
        RightRow(
            right,
            right.label[:1].upper() + right.label[1:],
            [right in RIGHTS[role] for role in Role],
            _needs(right),
        )
        for right in Right
    ]


def _needs(right: Right) -> str:
    """What else has to be in place, besides the role and its days."""
    if right in WRITING:
        return gettext("active site, delegated task, training")
    return pgettext("what an act needs besides", "training") if right in WORKING else ""


def held_where(role: Role) -> str:
    if role in AT_A_SITE:
        return pgettext("where a role is held", "at a site")
    if role in AT_SITES_OR_ALL:
        return pgettext("where a role is held", "at a site or all")
    return gettext("all sites")
