"""Checks and assumptions: every rule of the trial on one page, to read, print and sign."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ecrf.access.requests import UserRequest
from ecrf.checks.catalogue import catalogue
from ecrf.forms.crf import MissingReason
from ecrf.forms.protocol import protocol
from ecrf.forms.ways_of_writing import by_kind


@require_GET
def checks(request: UserRequest) -> HttpResponse:
    """For everybody who is logged in."""
    context = {
        "rules": catalogue(protocol()),
        "ways": by_kind(),
        "reasons": MissingReason.labels,
        "now": timezone.now(),
    }
    return render(request, "entry/rules/checks.html", context)
