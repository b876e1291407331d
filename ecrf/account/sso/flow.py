"""One way to the provider and back: what was asked is kept in the session, and each answer counts once."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from authlib.common.security import generate_token
from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ecrf.account.sso.provider import CarefulSession, ProviderRefused, provider, tokens
from ecrf.account.sso.tokens import LEEWAY_SECONDS, TokenRefused, identity_claims

ASKED = "sso_asked"
"""In the session: {state: what was asked under it}."""
ID_TOKEN = "sso_id_token"  # noqa: S105  (a key of the session)
"""In the session that single sign-on began: what the provider wants to see again at the log-out."""
ANSWERED_WITHIN = 15 * 60
AT_ONCE = 5
"""So many ways may be open in one session, in as many tabs."""
AUTH_TIME_LEEWAY = 10
"""How many seconds a fresh login may lie before the moment we asked: its clock counts whole seconds and is not ours."""


class Purpose(models.TextChoices):
    LOG_IN = "log-in", "log in"
    LINK = "link", "link the own account"
    INVITED = "invited", "link the account of an invitation"
    CONFIRM = "confirm", "confirm anew before a signature"


@dataclass(frozen=True)
class Inquiry:
    """What one answer of the provider must fit."""

    purpose: str
    nonce: str
    verifier: str
    redirect_uri: str
    asked_at: float
    user: int | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """A login at the provider, checked."""

    asked: Inquiry
    claims: dict[str, Any]
    id_token: str

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])


class AnswerRefused(Exception):
    """The browser came back with something that is no answer to what this session asked; why, for the log."""


def is_on() -> bool:
    return bool(settings.OIDC_ISSUER)


def go(
    request: HttpRequest,
    purpose: Purpose,
    *,
    user: int | None = None,
    details: dict[str, Any] | None = None,
    is_fresh: bool = False,
) -> HttpResponse:
    """The page that takes the browser to the provider. ProviderAway if it does not answer.

    `is_fresh`: who is logged in there already logs in again. No redirect: behind a form the content security policy
    would have to name every address that the provider itself redirects to, a hospital's own among them.
    """
    there = provider()
    asked = Inquiry(
        purpose=purpose,
        nonce=generate_token(32),
        verifier=generate_token(64),
        redirect_uri=own_address(request, "sso-callback"),
        asked_at=time.time(),
        user=user,
        details=details or {},
    )
    more = {"prompt": "login", "max_age": "0"} if is_fresh else {}
    claim, _equals, value = settings.OIDC_SECOND_FACTOR.partition("=")
    if claim == "acr" and purpose == Purpose.LOG_IN:
        more["acr_values"] = value
    with CarefulSession(
        settings.OIDC_CLIENT_ID,
        scope="openid",
        redirect_uri=asked.redirect_uri,
        code_challenge_method="S256",
    ) as session:
        url, state = session.create_authorization_url(
            there.authorization_endpoint,
            state=generate_token(32),
            code_verifier=asked.verifier,
            nonce=asked.nonce,
            response_mode="query",
            **more,
        )
    latest = sorted(_open(request).items(), key=lambda item: item[1]["asked_at"])[1 - AT_ONCE :]
    request.session[ASKED] = dict(latest) | {state: asdict(asked)}
    return hand_over(request, url)


def hand_over(request: HttpRequest, url: str, words: str = "") -> HttpResponse:
    """The page from which the browser goes on to the provider by itself, or by its link."""
    return render(request, "account/sso/going.html", {"url": url, "words": words})


def take(request: HttpRequest) -> Inquiry | None:
    """What was asked under the state that the browser has brought back. The next time there is nothing."""
    kept = _open(request)
    found = kept.pop(request.GET.get("state", ""), None)
    if found is None:
        return None
    request.session[ASKED] = kept
    return Inquiry(**found)


def answer(request: HttpRequest, asked: Inquiry) -> Answer:
    """What the provider says of who logged in there, fetched and checked.

    AnswerRefused, TokenRefused or ProviderRefused for what must not count, ProviderAway if it cannot be fetched.
    """
    there = provider()
    issuer = request.GET.get("iss")
    if issuer != there.issuer and (issuer is not None or there.names_itself):
        raise AnswerRefused("another provider answered")
    if error := request.GET.get("error"):
        raise ProviderRefused(error[:100])
    given = tokens(
        there, code=request.GET.get("code", ""), verifier=asked.verifier, redirect_uri=asked.redirect_uri
    )
    claims = identity_claims(
        given.get("id_token"), there, nonce=asked.nonce, access_token=given.get("access_token")
    )
    return Answer(asked, claims, str(given["id_token"]))


def require_fresh(found: Answer) -> None:
    """TokenRefused unless the login at the provider was made after we asked for it."""
    at = found.claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float):
        raise TokenRefused("it does not say when the login was (auth_time)")
    if not found.asked.asked_at - AUTH_TIME_LEEWAY <= at <= time.time() + LEEWAY_SECONDS:
        raise TokenRefused("the login was not made anew (auth_time)")


def own_address(request: HttpRequest, name: str) -> str:
    """The whole address of a page of ours, as people and the provider know it."""
    known = settings.MAIL.public_url
    return f"{known}{reverse(name)}" if known else request.build_absolute_uri(reverse(name))


def _open(request: HttpRequest) -> dict[str, dict[str, Any]]:
    """What this session has asked and still waits for."""
    since = time.time() - ANSWERED_WITHIN
    kept: dict[str, dict[str, Any]] = request.session.get(ASKED, {})
    return {state: asked for state, asked in kept.items() if asked["asked_at"] > since}
