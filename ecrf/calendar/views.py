"""The calendar feed, and the page where its secret addresses are made and revoked."""

import uuid
from datetime import UTC

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecrf.access.language import speaking_to
from ecrf.access.models import User
from ecrf.access.reach import sites
from ecrf.access.requests import UserRequest
from ecrf.access.roles import READERS
from ecrf.audit.bound.person import reach_of
from ecrf.calendar.feed import PATIENTS_AT_MOST, calendar_of
from ecrf.calendar.services import LIVING_AT_MOST, living_feeds, make_feed, owner_of, revoke_feed

OUT_OF_DATE = gettext_lazy("This page is out of date. Load it again, then make the address.")


class AddressForm(forms.Form):
    """What the next address is for, and the key of the click that makes it."""

    label = forms.CharField(max_length=40, required=False)
    key = forms.UUIDField(error_messages=dict.fromkeys(("required", "invalid"), OUT_OF_DATE))


@require_http_methods(["GET", "POST"])
def addresses(request: UserRequest) -> HttpResponse:
    """The user's own addresses; POST makes one more and shows it, this once."""
    if not request.user.rights & set(READERS):
        raise PermissionDenied(gettext("Your role does not let you follow patients' visits."))
    form = AddressForm(request.POST if request.method == "POST" else None)
    token = _make(request.user, form) if form.is_valid() else ""
    context = _context(request, form, token)
    return render(request, "calendar/calendar.html", context, status=422 if form.errors else 200)


def _make(user: User, form: AddressForm) -> str:
    typed = form.cleaned_data
    try:
        return make_feed(by=user, label=typed["label"], request_key=typed["key"])
    except ValidationError as error:
        form.add_error(None, error)
        return ""


def _context(request: UserRequest, form: AddressForm, token: str) -> dict[str, object]:
    where = list(sites(request.user, *READERS))
    feeds = list(living_feeds(request.user))
    return {
        "sites": where,
        "zone": where[0].zone if where else UTC,
        "feeds": feeds,
        "form": form,
        "made": token and request.build_absolute_uri(reverse("calendar-feed", args=[token])),
        "is_full": len(feeds) >= LIVING_AT_MOST,
        "living_at_most": LIVING_AT_MOST,
        "patients_at_most": PATIENTS_AT_MOST,
        "new_key": uuid.uuid4(),
    }


@require_POST
def revoke(request: UserRequest, pk: int) -> HttpResponse:
    """Revoke one of the user's own addresses; somebody else's does not exist (404)."""
    feed = get_object_or_404(request.user.calendar_feeds, pk=pk)
    revoke_feed(feed=feed, by=request.user)
    if feed.label:
        words = gettext("The address “%(name)s” is revoked. Calendars that used it get nothing more from it.")
    else:
        words = gettext("The address is revoked. Calendars that used it get nothing more from it.")
    messages.success(request, words % {"name": feed.label})
    return redirect("calendar-addresses")


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for programs that cannot log in: who knows the secret address reads it."""
    user = owner_of(token)
    if user is None:
        raise Http404
    with reach_of(user.pk), speaking_to(user):
        content = calendar_of(user)
    if content is None:
        raise Http404
    headers = {
        "Cache-Control": "private, max-age=300",
        "Content-Disposition": 'inline; filename="visits.ics"',
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
