"""The patients who moved to another site, for the people of the one before: when, why, the casebook of its time."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ecrf.access.reach import require_anywhere
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS, Right
from ecrf.casebook.transfer.stays import handed_over_from
from ecrf.exports.handed_over.keeping import queue_anew
from ecrf.exports.models import ExportKind
from ecrf.exports.reach import exports_of, reach_export


@require_GET
def moved_patients(request: UserRequest) -> HttpResponse:
    """Those who left a site where the user reads: nothing of what came after is shown."""
    require_anywhere(request.user, *READERS)
    transfers = list(handed_over_from(request.user))
    kept = exports_of(request.user).filter(
        kind=ExportKind.HANDED_OVER, request_key__in=[transfer.request_key for transfer in transfers]
    )
    by_key = {export.request_key: export for export in kept}
    context = {"rows": [(transfer, by_key.get(transfer.request_key)) for transfer in transfers]}
    return render(request, "exports/moved.html", context)


@require_POST
def make_anew(request: UserRequest, key: uuid.UUID) -> HttpResponse:
    """One that failed is made from what was read at the transfer."""
    export, right = reach_export(request.user, key)
    if right == Right.REVIEW:
        raise PermissionDenied(
            gettext("Only the site itself, or who takes data out, has its file made again.")
        )
    queue_anew(export)
    return redirect("export", export.request_key)
