"""The page on which an investigator signs a form, a visit or the casebook, with the data standing on it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ecrf.access.requests import UserRequest, whole_number
from ecrf.access.roles import Right
from ecrf.account.password_again import note_signed, wants_user_name, why_not_confirmed
from ecrf.entry.signing.page import changes_meanwhile, next_to_sign, signer, signing_page
from ecrf.entry.signing.signable import covered_casebook, covered_form, covered_visit
from ecrf.signatures.services import Covered, NotDeclared, Outdated, SignatureRefused, sign

NO_POSITION = -1
"""Before the first event: what a page that does not say what it showed is taken to have seen."""


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def visit(request: UserRequest, number: str, code: str) -> HttpResponse:
    """All forms of one visit."""
    return _answer(request, covered_visit(request.user, number, code))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def form(request: UserRequest, number: str, segment: str, crf: str, entry_number: int) -> HttpResponse:
    """One form with its rows."""
    return _answer(request, covered_form(request.user, number, segment, crf, entry_number))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def casebook(request: UserRequest, number: str) -> HttpResponse:
    """Everything of one patient."""
    return _answer(request, covered_casebook(request.user, number))


def _answer(request: UserRequest, covered: Covered) -> HttpResponse:
    if request.method == "GET":
        return _render(request, covered)
    typed = request.POST.get("username", "").strip(), request.POST.get("password", "")
    if wrong := why_not_confirmed(request, *typed):
        return _render(request, covered, wrong, 422, wrong="who")
    try:
        _sign(request, covered)
    except SignatureRefused as refusal:
        status = 409 if isinstance(refusal, Outdated) else 422
        wrong = "declares" if isinstance(refusal, NotDeclared) else ""
        return _render(request, covered, str(refusal), status, wrong=wrong)
    note_signed(request)
    return redirect(request.path)


def _sign(request: UserRequest, covered: Covered) -> None:
    sign(
        patient=covered.patient,
        scope=covered.scope,
        visit=covered.visit,
        entry=covered.entry,
        seen=_seen(request.POST.get("seen", "")),
        by=request.user,
        actor=request.user.acting_at(covered.patient.site, Right.SIGN),
        declares=request.POST.get("declares") == "yes",
    )


def _seen(text: str) -> int:
    seen = whole_number(text)
    return NO_POSITION if seen is None else seen


def _render(
    request: UserRequest, covered: Covered, refusal: str = "", status: int = 200, *, wrong: str = ""
) -> HttpResponse:
    """`wrong`: what of the form it is that is refused, `who` signs or the declaration; "" for none of it."""
    page = signing_page(covered)
    context = {
        "page": page,
        "patient": covered.patient,
        "zone": covered.patient.site.zone,
        "now": covered.patient.site.now(),
        "signer": signer(request.user),
        "refusal": refusal,
        "wrong": wrong,
        # The answer shows the data anew: what is not as it was on the page before is named.
        "meanwhile": changes_meanwhile(covered, _seen(request.POST.get("seen", ""))) if refusal else [],
        "wants_user_name": wants_user_name(request),
        "typed": request.POST.get("username", ""),
        "ticked": request.POST.get("declares") == "yes",
        "next": next_to_sign(request.user, covered.patient) if page.standing.in_force else None,
    }
    return render(request, "entry/signing/sign.html", context, status=status)
