"""One's own page, and what is changed there."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecrf.access.models import LANGUAGE_NAMES, SingleKeys
from ecrf.access.requests import UserRequest
from ecrf.account.arriving.services import ask_for_new_address
from ecrf.account.own.page import own_page, session_named
from ecrf.account.own_password import PASSWORD_TO_CHANGE, in_words
from ecrf.account.passwords import change_password, faults_of_password
from ecrf.account.policy import needs_second_factor
from ecrf.account.proof import note_proved, why_not_proved
from ecrf.account.session_store import BEGAN, SEEN, row_key
from ecrf.account.sessions import end_sessions
from ecrf.audit.actor import Actor


@never_cache
@require_safe
def account(request: UserRequest) -> HttpResponse:
    page = own_page(request, request.user)
    context = {
        "page": page,
        "zone": page.zone,
        "is_needed": needs_second_factor(request.user),
        "languages": LANGUAGE_NAMES.items(),
        "ways_of_keys": SingleKeys.choices,
    }
    return render(request, "account/account.html", context)


@never_cache
@sensitive_post_parameters("current_password", "password", "again")
@require_http_methods(["GET", "POST"])
def password(request: UserRequest) -> HttpResponse:
    """Change the password: with the one of now. Other sessions end, this one goes on under a new id."""
    if not request.user.has_usable_password():
        messages.info(
            request, gettext("Your account has no password here: you log in through your organisation.")
        )
        return redirect("account")
    unproved, faults = "", list[str]()
    if request.method == "POST":
        unproved = why_not_proved(request, always=True)
        new = request.POST.get("password", "")
        faults = [] if unproved else faults_of_password(request.user, new, request.POST.get("again", ""))
        if not unproved and not faults:
            change_password(user=request.user, password=new, but=row_key(request.session.session_key))
            update_session_auth_hash(request, request.user)
            note_proved(request)
            messages.success(request, gettext("The password is changed. Other sessions of yours are ended."))
            was_needed = request.session.pop(PASSWORD_TO_CHANGE, "")
            return redirect("welcome" if was_needed else "account")
    why = in_words(request.session.get(PASSWORD_TO_CHANGE, ""))
    context = {"unproved": unproved, "faults": faults, "person": request.user, "why": why}
    return render(request, "account/change_password.html", context, status=422 if unproved or faults else 200)


@never_cache
@sensitive_post_parameters("current_password")
@require_http_methods(["GET", "POST"])
def address(request: UserRequest) -> HttpResponse:
    """Ask for another e-mail address: with the password, and confirmed by a link that goes there."""
    wrong, unproved, email = "", "", request.POST.get("email", "").strip()
    if request.method == "POST":
        unproved = why_not_proved(request, always=True)
        wrong = "" if unproved else ask_for_new_address(user=request.user, email=email)
        if not wrong and not unproved:
            messages.success(
                request,
                gettext("A mail with a link is on its way to %(email)s. Open it to confirm the address.")
                % {"email": email},
            )
            return redirect("account")
    context = {"wrong": wrong, "unproved": unproved, "email": email[:254]}
    return render(request, "account/change_address.html", context, status=422 if wrong or unproved else 200)


@require_POST
def end_session(request: UserRequest) -> HttpResponse:
    """End one of one's other sessions, or all of them."""
    by, user = Actor(str(request.user.pk), request.user.username), request.user
    this = row_key(request.session.session_key)
    if request.POST.get("which") == "others":
        count = end_sessions(user=user, by=by, but=this)
        messages.success(
            request,
            ngettext("%(number)d other session is ended.", "%(number)d other sessions are ended.", count)
            % {"number": count},
        )
        return redirect("account")
    row = session_named(user, request.POST.get("which", ""))
    if row is not None and row.session_key != this:
        end_sessions(user=user, by=by, only=row.session_key)
    messages.success(request, gettext("The session is ended."))
    return redirect("account")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """GET: in how many seconds the session ends, unused and in any case; looking does not extend it. POST is use."""
    if not request.user.is_authenticated:
        return HttpResponse(gettext("You are logged out."), status=401)
    now = int(time.time())
    if request.method == "POST":
        request.session[SEEN] = now
    idle = request.session.get(SEEN, now) + settings.IDLE_MINUTES * 60 - now
    longest = request.session.get(BEGAN, now) + settings.SESSION_COOKIE_AGE - now
    return JsonResponse({"idle": idle, "longest": longest})
