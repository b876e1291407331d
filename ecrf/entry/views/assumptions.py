"""Protocol assumptions: every value we chose because the publication does not tell it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecrf.casebook.protocol import protocol


@require_GET
def assumptions(request: HttpRequest) -> HttpResponse:
    """For everybody who is logged in."""
    return render(request, "entry/assumptions.html", {"trial": protocol()})
