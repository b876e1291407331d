"""Today: the site's patients with what is due, overdue and unfinished. Other roles are sent to their place."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.casebook.protocol import protocol
from ecrf.entry.to_sign import waiting
from ecrf.entry.worklist import worklist


@require_GET
def today(request: UserRequest) -> HttpResponse:
    """The first page after the login."""
    rights = request.user.rights
    if Right.ENTER not in rights:
        if rights & {Right.REVIEW, Right.REVIEW_SAFETY}:
            return redirect("monitor:index")
        return render(request, "entry/no_work_here.html", {"memberships": request.user.current_memberships})
    query = _short(request, "q")
    found = worklist(request.user, query=query, after=_short(request, "after"))
    context = {"work": found, "query": query, "new_key": uuid.uuid4()}
    context["waiting"] = None if query else waiting(request.user)
    context["has_laboratory"] = bool(protocol().lab_tests)
    return render(request, "entry/today.html", context)


def _short(request: UserRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:20]
