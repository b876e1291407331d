"""Login: asked for on every page, and again in place when a session ended while somebody was typing."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import login as start_session
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods


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
    """Every page needs a login unless it says otherwise; a fragment's request gets 401, not a login page."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        if request.headers.get("HX-Request"):
            return HttpResponse("You are logged out.", status=401)
        return super().handle_no_permission(request, view_func)


login_page = LoginView.as_view(template_name="access/login.html", redirect_authenticated_user=True)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def log_in_again(request: HttpRequest) -> HttpResponse:
    """The login inside a page whose session ended: 200 with the form, 204 once the person is back."""
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        start_session(request, form.get_user())
        return HttpResponse(status=204, headers={"X-User": form.get_user().get_username()})
    status = 422 if request.method == "POST" else 200
    return render(request, "access/_login_again.html", {"form": form}, status=status)
