"""The one way to reach an object that belongs to a site: through the user, or not at all."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext

from ecrf.access.models import Membership, Site, User
from ecrf.access.obstacles import refusal
from ecrf.access.roles import RIGHTS, Right

M = TypeVar("M", bound=Model)

ON_PATIENTS = (Right.READ, Right.REVIEW, Right.REVIEW_SAFETY)
"""Rights that let a person know that a patient exists."""


def site_ids(user: User, *rights: Right) -> list[int] | None:
    """The sites where a role of the user's carries one of the rights; None stands for all sites."""
    ids = {m.site_id for m in user.current_memberships if RIGHTS[m.role] & set(rights)}
    return None if None in ids else sorted(filter(None, ids))


def sites(user: User, *rights: Right) -> QuerySet[Site]:
    """Where the user has one of the rights."""
    ids = site_ids(user, *rights)
    return Site.objects.all() if ids is None else Site.objects.filter(pk__in=ids)


def reachable(user: User, rows: QuerySet[M], *rights: Right) -> QuerySet[M]:
    """Those rows whose site the user reaches. The model says in `site_path` how it hangs on its site."""
    ids = site_ids(user, *(rights or ON_PATIENTS))
    path = rows.model.site_path  # type: ignore[attr-defined]
    return rows if ids is None else rows.filter(**{f"{path}__in": ids})


def reach(user: User, rows: QuerySet[M], *rights: Right, **which: object) -> M:
    """Load one object. Another site's object does not exist (404); without one of the rights it is refused (403)."""
    try:
        row = reachable(user, rows).get(**which)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    return reach_loaded(user, row, *rights)


def reach_loaded(user: User, row: M | None, *rights: Right) -> M:
    """As `reach`, of what a statement that was written out has found together with its site."""
    found = reached(user, row)
    site: Site = found.site  # type: ignore[attr-defined]
    require(user, _held(user, rights, site), site)
    return found


def reached(user: User, row: M | None) -> M:
    """The same, whatever may be done there: 404 for another site's, and where nothing was found (None)."""
    ids = site_ids(user, *ON_PATIENTS)
    if row is None or (ids is not None and row.site.pk not in ids):  # type: ignore[attr-defined]
        raise Http404
    return row


def _held(user: User, rights: tuple[Right, ...], site: Site) -> Right:
    """The first of the rights that the user has at the site; the first of all, to be refused, if none."""
    return next((right for right in rights if user.may(right, site)), rights[0])


def reach_site(user: User, code: str, *rights: Right) -> Site:
    """The site with this code. One where the user has nothing to do with patients does not exist (404); without one of
    the rights there it is refused (403), whatever the user may at other sites."""
    site = None if "\x00" in code else sites(user, *ON_PATIENTS).filter(code=code).first()
    if site is None:
        raise Http404
    require(user, _held(user, rights, site), site)
    return site


def require(user: User, right: Right, site: Site) -> None:
    """Refuse (403) unless the user has the right at the site; the words say what is missing."""
    if not user.may(right, site):
        raise PermissionDenied(why_not(user, right, site))


def roles_that_ended(user: User) -> list[str]:
    """Each role that this person had and has no longer, in words: why a page of yesterday is not there today."""
    now = {(membership.role, membership.site_id) for membership in user.current_memberships}
    rows = user.memberships.select_related("site").order_by("pk")
    over = {
        (row.role, row.site_id): row for row in rows if row.is_over() and (row.role, row.site_id) not in now
    }
    return [_ended(row) for row in over.values()]


def _ended(row: Membership) -> str:
    day = row.last_day()
    if row.site is None and day:
        words = gettext("Your role %(role)s at all sites has ended: %(day)s was its last day.")
    elif row.site is None:
        words = gettext("Your role %(role)s at all sites has ended.")
    elif day:
        words = gettext("Your role %(role)s at %(site)s has ended: %(day)s was its last day.")
    else:
        words = gettext("Your role %(role)s at %(site)s has ended.")
    return words % {"role": row.get_role_display().lower(), "site": row.site, "day": day}


def require_anywhere(user: User, *rights: Right) -> None:
    """Refuse (403) whoever has none of the rights anywhere; the words name the last of them."""
    if not user.rights & set(rights):
        raise PermissionDenied(gettext("Your role does not let you %(act)s.") % {"act": rights[-1].act})


def why_not(user: User, right: Right, site: Site) -> str:
    """Why a user who has not this right at the site has it not: the role, or what is in its way."""
    if found := user.obstacles(right, site):
        return refusal(right, found)
    return gettext("Your role at site %(code)s does not let you %(act)s.") % {
        "code": site.code,
        "act": Right(right).act,
    }
