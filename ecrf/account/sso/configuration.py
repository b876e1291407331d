"""The settings of single sign-on, checked before the start; without an issuer it is off."""

import os
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LONGEST_NAME = 40
NEEDS_ISSUER = (
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_CLIENT_SECRET_FILE",
    "OIDC_NAME",
    "OIDC_SECOND_FACTOR",
)
WHAT_TO_DO = {
    "OIDC_ISSUER": (
        "Set it to the provider's issuer, an https address as its /.well-known/openid-configuration says it,"
        " or leave it away: single sign-on is off then."
    ),
    "OIDC_CLIENT_ID": "Set it to the id by which the provider knows the eCRF, or take OIDC_ISSUER away.",
    "OIDC_CLIENT_SECRET": (
        "Set it to the secret that the provider gave for the eCRF, or name a file with OIDC_CLIENT_SECRET_FILE."
    ),
    "OIDC_NAME": (
        f"Set it to what people call the provider, as it shall stand on the button, in {LONGEST_NAME} characters:"
        ' "Hospital login".'
    ),
    "OIDC_SECOND_FACTOR": (
        'Set it to the claim that proves a second factor at the provider, such as "amr=mfa" or "acr=urn:example:2",'
        " or leave it away: ours is asked for then."
    ),
}


def single_sign_on(read: Callable[[str, str], str]) -> tuple[str, str, str, str, str]:
    """Issuer, client id, client secret, name and second factor, each "" where single sign-on is off.

    `read` reads a setting that must be there, by its name and what to do. ImproperlyConfigured for what is wrong.
    """
    issuer = os.environ.get("OIDC_ISSUER", "")
    if not issuer:
        if lonely := [name for name in NEEDS_ISSUER if os.environ.get(name)]:
            raise ImproperlyConfigured(
                f"OIDC_ISSUER is not set, but {lonely[0]} is. {WHAT_TO_DO['OIDC_ISSUER']}"
            )
        return "", "", "", "", ""
    if (
        not is_safe(issuer)
        or (parts := urlsplit(issuer)).query
        or parts.fragment
        or parts.username is not None
    ):
        raise ImproperlyConfigured(f"OIDC_ISSUER is {issuer!r}. {WHAT_TO_DO['OIDC_ISSUER']}")
    name = read("OIDC_NAME", WHAT_TO_DO["OIDC_NAME"])
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ImproperlyConfigured(f"OIDC_NAME is {name!r}. {WHAT_TO_DO['OIDC_NAME']}")
    second_factor = os.environ.get("OIDC_SECOND_FACTOR", "")
    claim, _equals, value = second_factor.partition("=")
    if second_factor and (claim not in ("amr", "acr") or not value or value != value.strip()):
        raise ImproperlyConfigured(
            f"OIDC_SECOND_FACTOR is {second_factor!r}. {WHAT_TO_DO['OIDC_SECOND_FACTOR']}"
        )
    client_id, secret = (read(each, WHAT_TO_DO[each]) for each in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"))
    return issuer, client_id, secret, name, second_factor


def is_safe(url: str) -> bool:
    """Whether a call may go there: by https, or by http to this machine itself, as in the tests."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and (host == "localhost" or _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
