"""The page on which the state of the audit trail stands, and an anchor as a file."""

from datetime import UTC

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from ecrf.access.reach import require_anywhere
from ecrf.access.requests import UserRequest
from ecrf.access.roles import Right
from ecrf.anchors.downtime import downtimes
from ecrf.anchors.list import all_anchors, anchor_lines, installation_key, newest_verifications
from ecrf.anchors.state import trail_state


@require_GET
def audit_state(request: UserRequest) -> HttpResponse:
    """What asks for somebody, the last verifications, the last anchors with where they went, when nobody was there."""
    require_anywhere(request.user, Right.SEE_ACCESS)
    context = {
        "state": trail_state(),
        "verifications": newest_verifications(),
        "anchors": anchor_lines(),
        "downtimes": downtimes(),
        "installation": installation_key(),
        "is_mail_on": settings.MAIL.is_on,
        "zone": UTC,
    }
    return render(request, "anchors/audit_state.html", context)


@require_GET
def anchor_file(request: UserRequest, number: int) -> HttpResponse:
    """To be kept elsewhere, byte for byte as it was signed."""
    require_anywhere(request.user, Right.SEE_ACCESS)
    anchor = get_object_or_404(all_anchors(), number=number)
    answer = HttpResponse(anchor.content.encode(), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{anchor.file_name}"'
    return answer
