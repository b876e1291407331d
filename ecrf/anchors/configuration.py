"""The settings of anchors, checked before the start; without a key none are made."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from ecrf.anchors.signed.keys import NoKey, PrivateKey, read_private

NEEDS_KEY = ("ANCHOR_MAIL", "ANCHOR_TSA_URL", "ANCHOR_TSA_CA_FILE")
KEY_TO_DO = (
    "Set ANCHOR_KEY_FILE to the file that `manage.py make_anchor_key` made; while the key changes, the new and the old"
    " one stand in it with a comma between."
)
TSA_TO_DO = "Set it to the address of the time-stamp server, such as https://tsa.example.org/tsr."
CA_TO_DO = (
    "Set it to a file with the certificates (PEM) of the authority that the time-stamp server's certificate comes from:"
    " without it nobody could check its stamps."
)
SHORTEST_TOKEN = 32


@dataclass(frozen=True)
class AnchorSettings:
    """`keys`: each signs; none where anchors are off. `roots`: whom a time stamp is believed from."""

    keys: tuple[PrivateKey, ...] = ()
    folder: Path = Path("anchors")
    mail: tuple[str, ...] = ()
    tsa_url: str = ""
    roots: tuple[Certificate, ...] = field(default=(), repr=False)

    @property
    def is_on(self) -> bool:
        return bool(self.keys)


def anchor_settings(read: Callable[[str, str], str], folder: Path) -> AnchorSettings:
    """What the environment says; ImproperlyConfigured for what is wrong. `read` reads a setting that must be there,
    by its name and what to do; `folder` is where anchors go."""
    if not os.environ.get("ANCHOR_KEY") and not os.environ.get("ANCHOR_KEY_FILE"):
        if lonely := [name for name in NEEDS_KEY if os.environ.get(name)]:
            raise ImproperlyConfigured(f"ANCHOR_KEY is not set, but {lonely[0]} is. {KEY_TO_DO}")
        return AnchorSettings(folder=folder)
    url, roots = _time_stamps(read)
    addresses = [part.strip() for part in os.environ.get("ANCHOR_MAIL", "").split(",")]
    return AnchorSettings(
        keys=_keys(read("ANCHOR_KEY", KEY_TO_DO)),
        folder=folder,
        mail=tuple(_address(one) for one in addresses if one),
        tsa_url=url,
        roots=roots,
    )


def health_token(read: Callable[[str, str], str]) -> str:
    """What `/healthz?full` asks for; "" where nobody gets an answer there."""
    if not os.environ.get("HEALTH_TOKEN") and not os.environ.get("HEALTH_TOKEN_FILE"):
        return ""
    what_to_do = f"Set it to {SHORTEST_TOKEN} or more random characters, or leave it away."
    token = read("HEALTH_TOKEN", what_to_do)
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise ImproperlyConfigured(f"HEALTH_TOKEN is shorter than that, or holds a blank. {what_to_do}")
    return token


def _keys(text: str) -> tuple[PrivateKey, ...]:
    try:
        keys = tuple(read_private(part.strip()) for part in text.split(",") if part.strip())
    except NoKey as error:
        raise ImproperlyConfigured(
            f"ANCHOR_KEY holds no private key of anchors: {error}. {KEY_TO_DO}"
        ) from None
    if not keys:
        raise ImproperlyConfigured(f"ANCHOR_KEY names an empty file. {KEY_TO_DO}")
    if len(set(keys)) < len(keys):
        raise ImproperlyConfigured(f"ANCHOR_KEY holds the same key twice. {KEY_TO_DO}")
    return keys


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ImproperlyConfigured(
            f"ANCHOR_MAIL names {text!r}, which is no e-mail address. Write one such as anchors@example.org."
        ) from None
    return text


def _time_stamps(read: Callable[[str, str], str]) -> tuple[str, tuple[Certificate, ...]]:
    url = os.environ.get("ANCHOR_TSA_URL", "")
    if not url:
        if os.environ.get("ANCHOR_TSA_CA_FILE"):
            raise ImproperlyConfigured(f"ANCHOR_TSA_CA_FILE is set, but ANCHOR_TSA_URL is not. {TSA_TO_DO}")
        return "", ()
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or parts.username is not None:
        raise ImproperlyConfigured(f"ANCHOR_TSA_URL is {url!r}. {TSA_TO_DO}")
    return url, _roots(read("ANCHOR_TSA_CA_FILE", CA_TO_DO))


def _roots(file: str) -> tuple[Certificate, ...]:
    try:
        return tuple(load_pem_x509_certificates(Path(file).read_bytes()))
    except OSError as error:
        why = os.strerror(error.errno or 0).lower()
        raise ImproperlyConfigured(
            f"ANCHOR_TSA_CA_FILE names {file}, which cannot be read ({why}). {CA_TO_DO}"
        ) from None
    except ValueError:
        raise ImproperlyConfigured(
            f"ANCHOR_TSA_CA_FILE names {file}, which holds no certificate. {CA_TO_DO}"
        ) from None
