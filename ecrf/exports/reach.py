"""Who may see and take which file: those of the study with the right to export, those of a site where one enters."""

from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext

from ecrf.access.models import User
from ecrf.access.obstacles import refusal
from ecrf.access.reach import site_ids
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.exports.models import CASEBOOK_KINDS, Export


def right_to(user: User, export: Export) -> Right | None:
    """The right by which the user has to do with this file; None if there is none.

    A site's files hold what identifies its patients. So of those who take the study's data out, only those reach them
    who read all data of patients anyway.
    """
    if _may_export(user) and (export.site is None or Right.REVIEW in user.rights):
        return Right.EXPORT
    rights = READERS if export.kind in CASEBOOK_KINDS else (Right.READ,)
    return next((right for right in rights if export.site and user.may(right, export.site)), None)


def exports_of(user: User) -> QuerySet[Export]:
    """All that the user may see, the newest first. A monitor sees the casebooks of the sites that he reads."""
    rows = Export.objects.select_related("site", "patient", "asked_by", "cut").order_by("-asked_at", "-pk")
    rows = rows.defer("cut__positions", "cut__description")
    if _may_export(user) and Right.REVIEW in user.rights:
        return rows
    if _may_export(user):
        return rows.filter(site=None)
    entered, reviewed = (site_ids(user, right) for right in READERS)
    casebooks = Q(kind__in=CASEBOOK_KINDS, site__isnull=False)
    if reviewed is not None:
        casebooks &= Q(site__in=reviewed)
    return rows.filter(Q(site__in=entered or []) | casebooks)


def reach_export(user: User, key: UUID) -> tuple[Export, Right]:
    """By its key, which nobody guesses; what is not the user's does not exist (404). Who takes data out and is not
    trained for it reaches none of the study's (403)."""
    export = exports_of(user).filter(request_key=key).first()
    right = right_to(user, export) if export else None
    if export is None or right is None:
        if Right.EXPORT in user.rights:
            require_export(user)
        raise Http404
    return export, right


def require_export(user: User) -> None:
    """Refuse (403) who may not take the study's data out: by the role, or without the training for it."""
    if Right.EXPORT not in user.rights:
        raise PermissionDenied(gettext("Your role does not let you take the study's data out."))
    if found := user.obstacles_to_all(Right.EXPORT):
        raise PermissionDenied(refusal(Right.EXPORT, found))


def _may_export(user: User) -> bool:
    return Right.EXPORT in user.rights and not user.obstacles_to_all(Right.EXPORT)


def key_of(request: UserRequest) -> UUID:
    """Of the click, as its page sent it; a page that sent none asks anew."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()
