"""Who brings files: who enters at a site for its own patients, a data manager for all; who verifies, to compare."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.obstacles import refusal
from ecrf.access.reach import reachable, site_ids, sites
from ecrf.access.roles import Right
from ecrf.audit.actor import Actor
from ecrf.casebook.models import Patient
from ecrf.imports.models import Import, ImportPurpose

IMPORTING = (Right.ENTER, Right.LOCK)
"""Entering at a site, or the data manager's right."""
COMPARING = (Right.VERIFY, Right.LOCK)


def may_import(user: User) -> bool:
    return bool(user.rights & set(IMPORTING))


def may_compare(user: User) -> bool:
    return bool(user.rights & set(COMPARING))


def require_imports(user: User) -> None:
    """Refuse (403) who neither imports nor compares anywhere, and who is not trained for it."""
    if not (may_import(user) or may_compare(user)):
        raise PermissionDenied(gettext("Your role does not let you import files or compare them."))


def rights_for(purpose: str) -> tuple[Right, ...]:
    return COMPARING if purpose == ImportPurpose.COMPARISON else IMPORTING


def sites_to_choose(user: User, purpose: str) -> list[Site]:
    """The sites for whose patients alone the person may bring a file; none where it may be for all."""
    return [] if is_for_all(user) else list(sites(user, *rights_for(purpose)).order_by("code"))


def is_for_all(user: User) -> bool:
    """Whether a file of this person's may hold patients of every site."""
    return site_ids(user, Right.LOCK) is None


def require_bringing(user: User, purpose: str, site: Site | None) -> Right:
    """The right in which a file is brought; 403 without it, in words that name what is in the way."""
    rights = rights_for(purpose)
    if site is not None:
        for right in rights:
            if user.may(right, site):
                return right
        raise PermissionDenied(refusal(rights[0], user.obstacles(rights[0], site)))
    if not is_for_all(user):
        raise PermissionDenied(gettext("Your role lets you bring files for your own site only."))
    if found := user.obstacles_to_all(Right.LOCK):
        raise PermissionDenied(refusal(Right.LOCK, found))
    return Right.LOCK


def right_at(user: User, site: Site) -> Right | None:
    """In which right the person imports at the site: the site's own first."""
    return next((right for right in IMPORTING if user.may(right, site)), None)


def actor_at(user: User, site: Site) -> Actor | None:
    """Who then stands in the trail of the site's patients; None where the person imports nothing."""
    right = right_at(user, site)
    return user.acting_at(site, right) if right else None


def patients_of(batch: Import) -> QuerySet[Patient]:
    """The patients whose data the file may hold: of who brought it, and of the site that was named. Any other number is
    unknown: nobody is told of another site's patient."""
    rows = reachable(batch.brought_by, Patient.objects.select_related("site"), *rights_for(batch.purpose))
    return rows.filter(site=batch.site) if batch.site_id else rows


def imports_of(user: User) -> QuerySet[Import]:
    """All that the user may see, the newest first: a data manager all, others those of the sites where they enter, and
    comparisons of the sites where they verify, or that are of all sites: of these they see their own patients."""
    rows = Import.objects.select_related("site", "brought_by", "ordered_by", "file").order_by("-pk")
    if is_for_all(user):
        return rows
    entered, verified = (site_ids(user, right) or [] for right in (Right.ENTER, Right.VERIFY))
    compared = Q(purpose=ImportPurpose.COMPARISON) & (Q(site__in=verified) | Q(site=None))
    mine = Q(site__in=entered, purpose=ImportPurpose.IMPORT)
    return rows.filter(mine | compared if verified else mine)


def reach_import(user: User, key: UUID) -> Import:
    """By its key; what is not the user's does not exist (404)."""
    require_imports(user)
    batch = imports_of(user).filter(request_key=key).first()
    if batch is None:
        raise Http404
    return batch


def require_own(user: User, batch: Import) -> Right:
    """Refuse (403) to act on a file of which one only sees what it came to."""
    return require_bringing(user, batch.purpose, batch.site)


def may_act(user: User, batch: Import) -> bool:
    """Whether the person may do more than see what it came to."""
    if batch.site:
        return any(user.may(right, batch.site) for right in rights_for(batch.purpose))
    return is_for_all(user) and not user.obstacles_to_all(Right.LOCK)


def seeing_right(user: User, batch: Import) -> Right:
    """The right by which the person sees it."""
    if batch.site:
        held = (right for right in rights_for(batch.purpose) if user.may(right, batch.site))
        return next(held, Right.LOCK)
    return Right.LOCK if is_for_all(user) else Right.VERIFY
