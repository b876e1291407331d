"""Today: the site's patients with what is due, overdue and unfinished. Other roles are sent to their place."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.appointments.soon import soon
from ecrf.audit.texts import fold
from ecrf.entry.today.practice import practice_start
from ecrf.entry.today.to_do import is_own_patient, to_do_list
from ecrf.entry.today.to_sign import waiting
from ecrf.forms.protocol import protocol


@require_GET
def today(request: UserRequest) -> HttpResponse:
    """The first page after the login."""
    rights = request.user.rights
    if Right.READ not in rights:
        if rights & {Right.REVIEW, Right.REVIEW_SAFETY}:
            return redirect("monitor:index")
        if Right.EXPORT in rights and protocol().outcomes:
            return redirect("outcomes")
        if Right.MANAGE_ACCOUNTS in rights:
            return redirect("people")
        held = request.user.current_memberships
        roles = gettext(", ").join(str(row.get_role_display()).lower() for row in held)
        return render(
            request, "entry/today/no_work_here.html", {"memberships": held, "roles_in_words": roles}
        )
    query = _short(request, "q").upper()
    if query and is_own_patient(request.user, query):
        return redirect("patient", query)
    to_do = to_do_list(request.user, query=query, after=_short(request, "after"))
    context = {"work": to_do, "query": query, "new_key": uuid.uuid4()}
    context["waiting"] = None if query else waiting(request.user)
    context["soon"] = None if query else soon(to_do.entering)
    context["start"] = None if query else practice_start(request.user, to_do.entering)
    return render(request, "entry/today/today.html", context)


def _short(request: UserRequest, name: str) -> str:
    return fold(request.GET.get(name, "")).replace("\x00", "")[:20]
