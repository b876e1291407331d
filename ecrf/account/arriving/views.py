"""The pages behind the links that come by mail: an invitation, a forgotten password, a new address."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ecrf.access.address import client_address
from ecrf.access.login_log import What, note
from ecrf.access.models import User
from ecrf.account.arriving import services
from ecrf.account.arriving.steps import ARRIVING
from ecrf.account.language import speak_as_mail_does
from ecrf.account.links import find_link, is_open
from ecrf.account.login import let_in
from ecrf.account.models import LinkKind, SecretLink
from ecrf.account.passwords import faults_of_password

Page = Callable[..., HttpResponse]


def _behind_a_link(kind: LinkKind) -> Callable[[Callable[[HttpRequest, SecretLink], HttpResponse]], Page]:
    """A page that needs no login but its link. One calm page for whatever is wrong with that; it says nothing of it.

    Opened while somebody is logged in, it changes nothing: it says who is.
    """

    def decorate(page: Callable[[HttpRequest, SecretLink], HttpResponse]) -> Page:
        @login_not_required
        @never_cache
        @sensitive_post_parameters("password", "again")
        @require_http_methods(["GET", "POST"])
        def view(request: HttpRequest, token: str) -> HttpResponse:
            link = find_link(kind, token)
            is_at_work = request.user.is_authenticated and kind != LinkKind.NEW_ADDRESS
            if link and not is_at_work:  # who is logged in reads on in the own language
                speak_as_mail_does(link.user, request)
            if link is None or not is_open(link):
                return _opens_nothing(request, kind, link)
            if is_at_work:
                return render(request, "account/somebody_else.html", {"kind": kind}, status=409)
            return page(request, link)

        return view

    return decorate


def _opens_nothing(request: HttpRequest, kind: LinkKind, link: SecretLink | None) -> HttpResponse:
    if link is None:
        note(What.WRONG_LINK, "unknown link", client_address(request))
    return render(request, "account/link_opens_nothing.html", {"kind": kind}, status=410)


@_behind_a_link(LinkKind.INVITATION)
def invitation(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Choose a password; then in, and on to what else a new person needs."""
    faults = _faults(request, link.user)
    if request.method == "GET" or faults:
        return _choose(request, link, faults)
    if not services.accept(link=link, password=request.POST.get("password", "")):
        return _opens_nothing(request, LinkKind.INVITATION, link)
    user = link.user
    let_in(request, user, how=What.LOGGED_IN, second_factor_done=False)
    request.session[ARRIVING] = reverse("today")
    messages.success(
        request,
        gettext("Welcome. Your user name is %(username)s; you will need it to log in.")
        % {"username": user.username},
    )
    return redirect("welcome")


@_behind_a_link(LinkKind.RESET)
def reset(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Choose another password. Nobody is logged in by it: the login follows, with the second factor."""
    faults = _faults(request, link.user)
    if request.method == "GET" or faults:
        return _choose(request, link, faults)
    if not services.reset_password(link=link, password=request.POST.get("password", "")):
        return _opens_nothing(request, LinkKind.RESET, link)
    messages.success(
        request, gettext("The password is changed, and all sessions are ended. Log in with the new one.")
    )
    return redirect("login")


@_behind_a_link(LinkKind.NEW_ADDRESS)
def new_address(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """The link came to the new address: it is the account's from now on."""
    if request.method == "GET":
        return render(request, "account/new_address.html", {"link": link})
    if wrong := services.take_new_address(link=link):
        return render(request, "account/new_address.html", {"link": link, "wrong": wrong}, status=422)
    messages.success(request, gettext("Mail goes to %(email)s from now on.") % {"email": link.email})
    return redirect("account")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer is the same whether or not there is such an account."""
    typed = request.POST.get("who", "").strip()
    if request.method == "GET" or not typed or "\x00" in typed:
        wrong = gettext("Type your user name or your e-mail address.") if request.method == "POST" else ""
        return render(request, "account/forgotten.html", {"wrong": wrong}, status=422 if wrong else 200)
    if wrong := services.ask_for_reset(request, typed):
        return render(request, "account/forgotten.html", {"wrong": wrong, "who": typed[:200]}, status=422)
    return render(request, "account/forgotten.html", {"is_asked": True})


def _faults(request: HttpRequest, user: User) -> list[str]:
    if request.method == "GET":
        return []
    return faults_of_password(user, request.POST.get("password", ""), request.POST.get("again", ""))


def _choose(request: HttpRequest, link: SecretLink, faults: list[str]) -> HttpResponse:
    context = {"link": link, "person": link.user, "faults": faults}
    return render(request, "account/choose_password.html", context, status=422 if faults else 200)
