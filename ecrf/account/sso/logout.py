"""Log-out at both: here, then at the provider; or begun at the provider, which tells us (back-channel)."""

import hashlib
import logging

from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ecrf.account.sessions import end_sessions
from ecrf.account.sso.flow import hand_over, is_on, own_address
from ecrf.account.sso.models import use_once
from ecrf.account.sso.provider import ProviderAway, provider
from ecrf.account.sso.services import user_of
from ecrf.account.sso.tokens import OLDEST_SECONDS, TokenRefused, logout_claims
from ecrf.audit.actor import SYSTEM

log = logging.getLogger("ecrf.login")


def go_out(request: HttpRequest, id_token: str) -> HttpResponse | None:
    """After the log-out here of a session that single sign-on began: the page that leads to the provider's log-out.
    None where the provider has none, or does not answer: then the person is told."""
    if not is_on() or not id_token:
        return None
    try:
        there = provider()
    except ProviderAway as error:
        log.error("single sign-on: the provider does not answer", extra={"why": str(error)})
        messages.warning(
            request,
            gettext("You are logged out here. %(oidc_name)s does not answer: log out there too.")
            % {"oidc_name": settings.OIDC_NAME},
        )
        return None
    if not there.end_session_endpoint:
        return None
    url = add_params_to_uri(
        there.end_session_endpoint,
        {
            "id_token_hint": id_token,
            "client_id": settings.OIDC_CLIENT_ID,
            "post_logout_redirect_uri": own_address(request, "login"),
            "state": generate_token(32),
        },
    )
    return hand_over(request, url, gettext("You are logged out here."))


@csrf_exempt
@login_not_required
@require_POST
def back_channel(request: HttpRequest) -> HttpResponse:
    """The provider itself says that somebody logged out there: 200 once all sessions of the account here are over.

    No browser asks this, so there is no session to protect: what counts is what the provider has signed.
    """
    if not is_on():
        raise Http404
    try:
        claims = logout_claims(request.POST.get("logout_token"), provider())
    except TokenRefused as error:
        log.warning("single sign-on: log-out refused", extra={"why": str(error)})
        return HttpResponse("This logout token is not valid.\n", status=400, content_type="text/plain")
    except ProviderAway as error:
        log.error("single sign-on: the provider does not answer", extra={"why": str(error)})
        return HttpResponse("The provider's keys cannot be fetched.\n", status=503, content_type="text/plain")
    name = hashlib.sha256(claims["jti"].encode()).hexdigest()
    if not use_once(f"logout {name}", 2 * OLDEST_SECONDS):
        return HttpResponse("This logout token was used.\n", status=400, content_type="text/plain")
    if user := user_of(claims["sub"]):
        end_sessions(user=user, by=SYSTEM, reason="Logged out at the provider of single sign-on")
    return HttpResponse(status=200)
