"""Login: asked for on every page, and again in place when a session ended while somebody was typing."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ecrf.access.address import client_address
from ecrf.access.login_log import What, note
from ecrf.access.models import User
from ecrf.account import half_way, lockout
from ecrf.account.factors import has_second_factor
from ecrf.account.idle import note_begin
from ecrf.account.last_login import keep_last_login
from ecrf.account.own_password import note_at_login
from ecrf.account.password_again import forget
from ecrf.account.policy import NOBODY
from ecrf.account.proof import note_proved
from ecrf.account.second.enforcement import SECOND_FACTOR_DONE
from ecrf.account.second.trying import ways_in, why_not_in
from ecrf.account.sso.flow import ID_TOKEN
from ecrf.account.sso.logout import go_out
from ecrf.account.way_back import READING, is_here, page_asked_for

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"

WORDS: dict[str, Any] = {
    What.WRONG: gettext_lazy(
        "This user name and password do not fit together, or the account is closed. Both are case-sensitive."
    ),
    What.LOCKED: lockout.LOCKED_WORDS,
    What.REFUSED: lockout.LOCKED_WORDS,
    What.SLOWED: format_lazy(
        gettext_lazy(
            "There were many wrong tries from your network. Please wait {seconds} seconds, then log in again."
        ),
        seconds=lockout.SLOWED_TO.seconds,
    ),
}

NOT_DONE = gettext_lazy(
    "You were logged out: what you pressed was not done, and nothing was saved. Log in to come back to its page, then"
    " press it again."
)


def same_person(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: refuse what one person typed when another has logged in in the same browser since (401)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        page_user = request.headers.get("X-Page-User") or ""
        if request.method == "POST" and not page_user and request.path.startswith("/patients/"):
            page_user = request.POST.get("page-user", "")
        is_other = request.user.is_authenticated and page_user not in ("", str(request.user.pk))
        if is_other and not request.path.startswith("/login/"):
            return HttpResponse(
                "Somebody else is logged in here now. Go back: what you typed is kept.", status=401
            )
        return get_response(request)

    return middleware


class LoginEverywhere(LoginRequiredMiddleware):
    """Every page needs a login unless it says otherwise; a fragment's request gets 401, not a login page.

    What somebody pressed after the session had ended is not done, in words, and the login leads back to its page.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.headers.get("HX-Request"):
            return HttpResponse("You are logged out.", status=401)
        if request.method in READING:
            return super().handle_no_permission(request, view_func)
        messages.warning(request, NOT_DONE)
        return redirect_to_login(page_asked_for(request))


class LoginForm(AuthenticationForm):
    """User name and password; says why not, in words that do not tell which accounts exist."""

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is not None and password:
            assert self.request is not None
            tried = lockout.try_password(self.request, username, password)
            if isinstance(tried, What):
                raise ValidationError(WORDS[tried], code=tried)
            self.user_cache = tried
            # Nothing else comes by so regularly; there are few of either.
            self.request.session.clear_expired()
            lockout.clear_left_behind()
        return self.cleaned_data

    @property
    def complaint(self) -> str:
        return " ".join(str(error) for error in self.non_field_errors()) or str(WORDS[What.WRONG])


class LoginPage(LoginView):
    """User name and password, and what follows them."""

    template_name = "access/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        asks_nobody = settings.SECOND_FACTOR_FOR == NOBODY and settings.SYNTHETIC_DATA
        return super().get_context_data(**more, asks_nobody=asks_nobody)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        return let_in(self.request, user, how=What.LOGGED_IN, second_factor_done=False)


login_page = LoginPage.as_view()
_end_session = LogoutView.as_view()


def let_in(
    request: HttpRequest, user: User, *, how: What, second_factor_done: bool, next_page: str = ""
) -> HttpResponse:
    """What every way of logging in ends with: on to the second factor if the person has one and has not given it;
    else the session begins, is logged as `how`, and the page that was asked for follows (`next`, of this host only)."""
    next_page = next_page or next_of(request)
    if not second_factor_done and has_second_factor(user):
        first = What.ELSEWHERE_RIGHT if how == What.LOGGED_IN_ELSEWHERE else What.PASSWORD_RIGHT
        note(first, user.username, client_address(request))
        half_way.begin(request, user, how, next_page)
        return redirect("second-factor")
    start(request, user, how, second_factor_done=second_factor_done)
    return redirect(next_page)


def start(request: HttpRequest, user: User, how: What, *, second_factor_done: bool) -> None:
    """Begin the session, with a new id; the first page will say when the account was used before."""
    half_way.forget_half_way(request)
    start_session(request, user, backend=MODEL_BACKEND)
    forget(request)
    note_begin(request)
    note_proved(request)
    keep_last_login(request, user)
    note(how, user.username, client_address(request))
    request.session[SECOND_FACTOR_DONE] = second_factor_done
    note_at_login(request, user)


def next_of(request: HttpRequest) -> str:
    """The page that was asked for before the login; the first one instead of another server's."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if is_here(request, wanted):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def log_out(request: HttpRequest) -> HttpResponse:
    """The button "Log out". The browser forgets the pages too, so that Back shows none.

    Not told to forget "storage": other tabs of this browser keep there what was typed and not yet sent (this tab has
    cleared its own, static/js/log_out.js). Nor "cookies": it would log out of everything else under the same domain;
    ours are ended here.
    """
    if request.method == "POST":
        note(What.LOGGED_OUT, request.user.get_username(), client_address(request))
    id_token = request.session.get(ID_TOKEN, "")
    response = _end_session(request)
    if request.method == "POST":
        response = go_out(request, id_token) or response
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def log_in_again(request: HttpRequest) -> HttpResponse:
    """The login inside a page whose session ended: 200 with the form, or with that of the second factor; 204 once the
    person is back, also by another tab (`elsewhere`): by single sign-on nobody can log in inside a page."""
    is_elsewhere = request.method == "GET" and "elsewhere" in request.GET
    if is_elsewhere and isinstance(request.user, User):
        return HttpResponse(status=204, headers={"X-User": request.user.username})
    if request.method == "POST" and "username" not in request.POST and (known := half_way.half_way(request)):
        if wrong := why_not_in(request, known.user):
            return _second_factor_again(request, known.user, wrong)
        return _is_back(request, known.user, second_factor_done=True)
    form = LoginForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        assert isinstance(user, User)
        if not has_second_factor(user):
            return _is_back(request, user, second_factor_done=False)
        note(What.PASSWORD_RIGHT, user.username, client_address(request))
        half_way.begin(request, user, What.LOGGED_IN, "")
        return _second_factor_again(request, user)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "is_not_back": is_elsewhere}
    return render(request, "access/_login_again.html", context, status=status)


def _is_back(request: HttpRequest, user: User, *, second_factor_done: bool) -> HttpResponse:
    start(request, user, What.LOGGED_IN, second_factor_done=second_factor_done)
    return HttpResponse(status=204, headers={"X-User": user.username})


def _second_factor_again(request: HttpRequest, user: User, wrong: str = "") -> HttpResponse:
    context = {**ways_in(request, user), "wrong": wrong, "person": user}
    return render(request, "account/_second_factor_again.html", context, status=422 if wrong else 200)
