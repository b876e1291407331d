"""Checks what the provider has signed: that it is the provider's, of now, for us, and the answer to what we asked."""

import time
from typing import Any

from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.utils.crypto import constant_time_compare
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

from ecrf.account.sso.provider import Provider, keys

LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""
OLDEST_SECONDS = 5 * 60
"""A token is fetched right after it was made; an older one is somebody's who kept it."""
LONGEST_SUBJECT = 255
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class TokenRefused(Exception):
    """The token is not one that we may believe; why, for the log."""


def identity_claims(raw: object, of: Provider, *, nonce: str, access_token: object) -> dict[str, Any]:
    """What the ID token says, if it is the answer to our question with this nonce."""
    claims = _signed_claims(raw, of, access_token=access_token)
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise TokenRefused("nonce")
    return claims


def logout_claims(raw: object, of: Provider) -> dict[str, Any]:
    """What a logout token says (OpenID Connect Back-Channel Logout, 2.6)."""
    claims = _signed_claims(raw, of)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenRefused("no event of a log-out")
    if "nonce" in claims:
        raise TokenRefused("an ID token in the place of a logout token")
    if not isinstance(claims.get("jti"), str):
        raise TokenRefused("jti")
    return claims


def proves_second_factor(claims: dict[str, Any]) -> bool:
    """Whether the provider says, by the claim that the settings name, that it has asked for a second factor."""
    name, _equals, value = settings.OIDC_SECOND_FACTOR.partition("=")
    if not value:
        return False
    said = claims.get(name)
    return value in said if isinstance(said, list) else said == value


def _signed_claims(raw: object, of: Provider, *, access_token: object = None) -> dict[str, Any]:
    if not isinstance(raw, str) or not of.algorithms:
        raise TokenRefused("there is none, or none that is signed by a key pair")
    try:
        try:
            token = _decode(raw, of)
        except (InvalidKeyIdError, BadSignatureError):
            token = _decode(raw, of, again=True)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": of.issuer},
                "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "iat": {"essential": True},
            },
            {"client_id": settings.OIDC_CLIENT_ID, "access_token": access_token},
        )
        claims.validate(leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise TokenRefused(repr(error)) from error
    if claims["iat"] < time.time() - OLDEST_SECONDS:
        raise TokenRefused("it was made too long ago")
    if len(claims["sub"]) > LONGEST_SUBJECT or "\x00" in claims["sub"]:
        raise TokenRefused("sub is too long, or no text")
    return dict(claims)


def _decode(raw: str, of: Provider, *, again: bool = False) -> jwt.Token:
    registry = JWSRegistry(algorithms=of.algorithms, strict_check_header=False)
    return jwt.decode(raw, keys(of, again=again), registry=registry)
