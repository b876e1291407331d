"""Who sees which results: the study's, who takes data out; a site's, who enters or reviews there."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.reach import ON_PATIENTS, require, sites
from ecrf.access.roles import READERS, Right
from ecrf.exports.models import DataCut

SEES_A_SITE = (*READERS, Right.EXPORT)


def require_study(user: User) -> None:
    """Refuse (403) the results of all sites unless the user may take data out."""
    if Right.EXPORT not in user.rights:
        raise PermissionDenied(gettext("Your role does not let you see the results of the whole study."))


def reach_results_of(user: User, code: str) -> Site:
    """The site whose results are asked for; one that the user has nothing to do with does not exist (404)."""
    site = sites(user, *ON_PATIENTS, Right.EXPORT).filter(code=code).first()
    if site is None:
        raise Http404
    require(user, next((right for right in SEES_A_SITE if user.may(right, site)), Right.REVIEW), site)
    return site


def cuts_of(user: User) -> list[DataCut]:
    """The data cuts whose results the user may see, the newest first: those who take data out see all, others none."""
    return list(DataCut.objects.order_by("-taken_at", "-pk")) if Right.EXPORT in user.rights else []


def reach_cut(user: User, name: str) -> DataCut | None:
    """The cut of this name; None where none is named. One that the user has nothing to do with does not exist (404)."""
    if not name:
        return None
    cut = DataCut.objects.filter(name=name).first() if Right.EXPORT in user.rights else None
    if cut is None:
        raise Http404
    return cut
