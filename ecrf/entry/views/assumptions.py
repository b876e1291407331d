"""Protocol assumptions: every value we chose because the publication does not tell it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecrf.access.requests import UserRequest
from ecrf.casebook.protocol import protocol


@require_GET
def assumptions(request: UserRequest) -> HttpResponse:
    """For everybody who is logged in."""
    return render(request, "entry/assumptions.html", {"trial": protocol()})
