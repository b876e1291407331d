"""Who needs a second factor and has given none in this session opens nothing but the way to one."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from ecrf.access.login_log import What
from ecrf.access.models import User
from ecrf.account import half_way
from ecrf.account.arriving.steps import ARRIVING
from ecrf.account.factors import has_second_factor
from ecrf.account.policy import NOBODY, needs_second_factor
from ecrf.account.way_back import page_asked_for

SECOND_FACTOR_DONE = "second_factor_done"
OPEN = (
    "/account/second-factor/",
    "/account/authenticator/",
    "/account/passkeys/",
    "/account/recovery-codes/",
    "/account/session/",
    "/help/page/",
    "/help/everybody/",
    "/login/",
    "/logout/",
)
WELCOME = "/account/welcome/"
IN_WORDS = gettext_lazy("First set up a second factor: open the page of your account. Nothing was saved.")


def second_factor_first(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: lead to the second factor; a fragment's request is refused in words (403)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_FOR == NOBODY or request.session.get(SECOND_FACTOR_DONE):
            return get_response(request)
        user = request.user
        if not isinstance(user, User) or not needs_second_factor(user):
            return get_response(request)
        if has_second_factor(user):
            return _ask_for_it(request, user, get_response)
        if request.path.startswith(OPEN):
            return get_response(request)
        return led_to("second-factor-setup", request, str(IN_WORDS))

    return middleware


def led_to(page: str, request: HttpRequest, in_words: str) -> HttpResponse:
    """To the page that comes first, then to what was asked for; a part of a page is refused in words (403)."""
    if request.headers.get("HX-Request"):
        return HttpResponse(in_words, status=403)
    if request.path != WELCOME:
        request.session.setdefault(ARRIVING, page_asked_for(request))
    return redirect(page)


def _ask_for_it(request: HttpRequest, user: User, get_response: Callable[..., HttpResponse]) -> HttpResponse:
    """Logged in before it was needed, or before it was added in another browser: it is asked for now."""
    if request.headers.get("HX-Request"):
        logout(request)
        return get_response(request)  # 401, and the login in place
    half_way.begin(request, user, What.LOGGED_IN, page_asked_for(request))
    return redirect("second-factor")
