"""The provider: what it says of itself, its keys, and the one way in which it is called."""

import hashlib
import io
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.core.cache import cache
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from ecrf.account.sso.configuration import is_safe

CONNECT_SECONDS, SILENT_SECONDS, WHOLE_SECONDS = 3, 5, 10
"""How long a call may take to connect, to say anything, and in all."""
LARGEST_ANSWER = 256 * 1024
KEPT_SECONDS = 10 * 60
"""How long what the provider says of itself, and its keys, are not asked for again."""
AWAY_SECONDS = 10
"""For so long after a failure nobody waits for it again: a silent provider must not hold all our processes."""
KEYS_AGAIN_SECONDS = 30
"""At most once in so long are its keys asked for out of turn: anybody can send a token with an unknown one."""
ALGORITHMS = tuple(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
"""Of its signatures: a key pair's only. With "none" or a shared secret's, anybody could sign."""


class ProviderAway(Exception):
    """The provider does not answer, or not as a provider does; why, for the log."""


class ProviderRefused(Exception):
    """The provider answered that it does not let this person, or us, in; its code, for the log."""


@dataclass(frozen=True)
class Provider:
    """What its /.well-known/openid-configuration says, as far as we need it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    wants_secret_in_body: bool
    names_itself: bool
    """Whether each of its answers carries `iss` (RFC 9207)."""
    end_session_endpoint: str = ""


class CarefulSession(OAuth2Session):
    """Calls to nowhere but where they were meant to go, answered soon and briefly, or not at all."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        if not is_safe(request.url or ""):
            raise ProviderAway(f"{request.url} is not an https address")
        until = time.monotonic() + WHOLE_SECONDS
        kwargs |= {"timeout": (CONNECT_SECONDS, SILENT_SECONDS), "allow_redirects": False, "stream": True}
        request.headers["Accept-Encoding"] = "identity"
        answer = super().send(request, **kwargs)
        content = io.BytesIO()
        try:
            while part := answer.raw.read1(8192):
                content.write(part)
                if content.tell() > LARGEST_ANSWER or time.monotonic() > until:
                    raise ProviderAway(f"{request.url} answers with too much, or too slowly")
        except HTTPError as error:
            raise ProviderAway(repr(error)) from error
        finally:
            answer.close()
        content.seek(0)
        answer.raw = content
        return answer


def provider() -> Provider:
    """What the provider says of itself, kept for some minutes. ProviderAway if it says nothing or nonsense."""
    issuer = settings.OIDC_ISSUER
    found = _kept("discovery", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderAway(f"it says that its issuer is {found.get('issuer')!r}, not {issuer!r}")
    endpoints: dict[str, Any] = {
        name: found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    }
    if found.get("end_session_endpoint"):
        endpoints["end_session_endpoint"] = found["end_session_endpoint"]
    for name, url in endpoints.items():
        if not isinstance(url, str) or not _fits(url):
            raise ProviderAway(f"its {name} is {url!r}")
    ways = _list(found, "token_endpoint_auth_methods_supported")
    return Provider(
        issuer=issuer,
        **endpoints,
        algorithms=tuple(a for a in ALGORITHMS if a in _list(found, "id_token_signing_alg_values_supported")),
        wants_secret_in_body="client_secret_basic" not in ways and "client_secret_post" in ways,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def keys(of: Provider, *, again: bool = False) -> KeySet:
    """The keys with which it signs; `again`: it may have changed them since they were kept."""
    if again and cache.add(_key("keys-again"), True, KEYS_AGAIN_SECONDS):
        cache.delete(_key("keys"))
    found = _kept("keys", of.jwks_uri)
    signing = [
        key for key in _list(found, "keys") if isinstance(key, dict) and key.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": [key for key in signing if key.get("kty") in ("RSA", "EC")]})
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderAway(f"its keys cannot be read: {error!r}") from error


def tokens(of: Provider, *, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """What the provider gives for the code, once. ProviderRefused if it does not know it."""
    # In its header a secret is written as in an address (RFC 6749, 2.3.1), which Authlib leaves to us.
    given = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
    client_id, secret = given if of.wants_secret_in_body else map(quote_plus, given)
    method = "client_secret_post" if of.wants_secret_in_body else "client_secret_basic"
    try:
        with CarefulSession(client_id, secret, method, redirect_uri=redirect_uri) as session:
            return dict(
                session.fetch_token(
                    of.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
            )
    except OAuthError as error:
        raise ProviderRefused(str(error.error)) from error
    except (requests.RequestException, ValueError, OSError) as error:
        raise ProviderAway(repr(error)) from error


def _kept(what: str, url: str) -> dict[str, Any]:
    """A JSON object from there, at most KEPT_SECONDS old."""
    if (found := cache.get(_key(what))) is not None:
        return dict(found)
    if away := cache.get(_key("away")):
        raise ProviderAway(away)
    try:
        with CarefulSession() as session:
            answer = session.get(url, withhold_token=True)
        if answer.status_code != 200 or not isinstance(found := json.loads(answer.content), dict):
            raise ProviderAway(f"{url} answers {answer.status_code}, or with no JSON object")
    except (requests.RequestException, ValueError, OSError, ProviderAway) as error:
        cache.set(_key("away"), repr(error), AWAY_SECONDS)
        raise ProviderAway(repr(error)) from error
    cache.set(_key(what), found, KEPT_SECONDS)
    return found


def _key(what: str) -> str:
    return f"sso-{what}-{hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()}"


def _list(found: dict[str, Any], name: str) -> list[Any]:
    value = found.get(name)
    return value if isinstance(value, list) else []


def _fits(url: str) -> bool:
    """An address that we send people or secrets to: https, or this machine if the provider itself is on it."""
    return is_safe(url) and (url.startswith("https:") or settings.OIDC_ISSUER.startswith("http:"))
