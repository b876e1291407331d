"""The page where a data manager hands a patient over to another site."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from ecrf.access.reach import ON_PATIENTS, reach, require, sites
from ecrf.access.requests import UserRequest, click_key
from ecrf.access.roles import Right
from ecrf.casebook.transfer.services import TransferRefused, transfer
from ecrf.casebook.transfer.stays import patients_with_moves
from ecrf.corrections.transfer.page import TransferPage, agreement_of, day_of

FIELDS = (
    *("moved_on", "from_agreed_by", "from_agreed_on", "to_agreed_by", "to_agreed_on"),
    *("reason", "key", "from_site"),
)


@require_http_methods(["GET", "POST"])
def transfer_patient(request: UserRequest, number: str) -> HttpResponse:
    """Where to, then what goes along, who agreed and why; POST does it."""
    patient = reach(request.user, patients_with_moves(), *ON_PATIENTS, number=number)
    if not (request.user.may(Right.LOCK, patient.site) or request.user.obstacles(Right.LOCK, patient.site)):
        raise PermissionDenied(
            gettext("A patient is handed over to another site by the data manager: ask there.")
        )
    require(request.user, Right.LOCK, patient.site)
    given = request.POST if request.method == "POST" else request.GET
    code = given.get("to", "").replace("\x00", "")
    page = TransferPage(
        request.user,
        patient,
        sites(request.user, Right.LOCK).filter(code=code).first() if code else None,
        {name: given.get(name, "").replace("\x00", "") for name in FIELDS},
    )
    if request.method == "POST":
        try:
            return _hand_over(request, page)
        except TransferRefused as refusal:
            page.refused = refusal
    key = page.typed["key"] or str(uuid.uuid4())
    status = 422 if page.refused else 200
    return render(request, "corrections/transfer/transfer.html", {"page": page, "key": key}, status=status)


def _hand_over(request: UserRequest, page: TransferPage) -> HttpResponse:
    if page.to_site is None:
        raise TransferRefused(gettext("Choose the site."), "to_site")
    if page.typed["from_site"] != page.patient.site.code:
        words = gettext(
            "Patient %(number)s was moved since this page was loaded. Load it again. Nothing was changed."
        )
        raise TransferRefused(words % {"number": page.patient.number})
    unread: dict[str, str] = {}
    typed, key = page.typed, click_key(request)
    if key is None:
        raise TransferRefused(gettext("This page is out of date. Load it again."))
    try:
        made = transfer(
            patient=page.patient,
            to_site=page.to_site,
            # A day that cannot be read is none: the service refuses it with all else that is wrong.
            moved_on=day_of(typed, page.to_site, "moved_on", unread),
            from_agreed=agreement_of(typed, "from", page.patient.site, unread),
            to_agreed=agreement_of(typed, "to", page.to_site, unread),
            reason=typed["reason"],
            by=request.user,
            request_key=key,
        )
    except TransferRefused as refusal:
        raise TransferRefused.of({**refusal.errors, **unread}) from refusal
    words = gettext("%(move)s. Site %(code)s keeps the casebook as it was.")
    messages.success(request, words % {"move": made.words, "code": made.from_site.code})
    return redirect(reverse("monitor:casebook_patient_change", args=[page.patient.pk]))
