"""Each request is answered in the language of whoever sent it, which is chosen at the login and on one's own page."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from ecrf.access.language import asked_for, known_language, language_of
from ecrf.access.models import User
from ecrf.access.requests import UserRequest
from ecrf.account.way_back import is_here
from ecrf.audit.actor import Actor, acting

Answer = Callable[[HttpRequest], HttpResponse]


def browsers_language(get_response: Answer) -> Answer:
    """Middleware, before anybody is known: by the choice made in this browser, or by what it asks for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        code = _chosen_here(request) or asked_for(request.headers.get("Accept-Language", ""))
        with translation.override(code):
            response = get_response(request)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            return response

    return middleware


def persons_language(get_response: Answer) -> Answer:
    """Middleware, once it is known who asks: by the person's choice, this browser's, or the site's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if isinstance(user := request.user, User):
            speak_to(user, request)
        return get_response(request)

    return middleware


def speak_to(user: User, request: HttpRequest) -> None:
    """From here on the request is answered in this person's language."""
    if code := _of(user, request):
        translation.activate(code)  # `browsers_language` takes it back


def speak_as_mail_does(user: User, request: HttpRequest) -> None:
    """From here on the request is answered in the language of mail to this person, whatever the browser asks for or
    somebody chose in it; the page offers no switch, as that would change nothing."""
    translation.activate(language_of(user) or settings.LANGUAGE_CODE)
    request.speaks_as_mail = True  # type: ignore[attr-defined]


def _of(user: User, request: HttpRequest) -> str:
    return known_language(user.language) or _chosen_here(request) or language_of(user)


def _chosen_here(request: HttpRequest) -> str:
    return known_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The switch below the pages before the login: kept in this browser, and back to the page."""
    back = request.POST.get("next", "")
    if not is_here(request, back):
        back = "login"
    response = redirect(back)
    if code := known_language(request.POST.get("language", "")):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.TLS,
            httponly=True,
            samesite="Lax",
        )
    return response


@require_POST
def own_language(request: UserRequest) -> HttpResponse:
    """On one's own page: kept in the account, "" to follow the site."""
    wanted, user = request.POST.get("language", ""), request.user
    if wanted and not known_language(wanted):
        messages.error(request, gettext("There is no such language here. Choose one of the list."))
        return redirect("account")
    if (user.language or "") != wanted:
        with acting(Actor(str(user.pk), user.username), source="account"):
            user.language = wanted or None
            user.save(update_fields=["language"])
    response = redirect("account")
    # What was chosen at the login would stand before that of the site.
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    with translation.override(_of(user, request) or translation.get_language()):
        messages.success(request, gettext("The language is changed."))
    return response
