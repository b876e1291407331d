"""How mail goes out, read from the environment: by a server, into the demo's mailbox, or not at all."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")
HOST_TO_DO = (
    "Set it to the name of the mail server, such as smtp.example.org; leave all of these away for no mail."
)
NEEDS_HOST = ("MAIL_FROM", "MAIL_USER", "MAIL_PORT")
PORTS = {"off": 25, "starttls": 587, "tls": 465}
"""Where a server listens by custom, for each value of MAIL_TLS."""


@dataclass(frozen=True)
class MailServer:
    """`public_url`: the address by which people reach the product, without a stroke at its end; links begin with it.
    `backend`: Django's way out; where mail is off, one that takes nothing."""

    backend: str = "django.core.mail.backends.dummy.EmailBackend"
    is_on: bool = False
    is_mailbox: bool = False
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: str = "off"
    sender: str = "nobody@localhost"
    public_url: str = ""


def mail_server(read: Callable[..., str], *, tls: bool, synthetic: bool) -> MailServer:
    """What the settings say; ImproperlyConfigured, with what to do, where they contradict each other.

    `read` gives a setting or stops the start; `tls` and `synthetic` are the settings of these names.
    """
    mailbox = os.environ.get("MAIL_TO_MAILBOX", "off")
    if mailbox not in ("on", "off"):
        raise ImproperlyConfigured(f"MAIL_TO_MAILBOX is {mailbox!r}. Set it to on or off.")
    host = os.environ.get("MAIL_HOST", "")
    if mailbox == "on":
        if not synthetic:
            raise ImproperlyConfigured(
                "MAIL_TO_MAILBOX is on, which shows every mail to everybody: it is for invented data only. Set"
                " MAIL_HOST instead, or SYNTHETIC_DATA to on."
            )
        if host:
            raise ImproperlyConfigured("MAIL_TO_MAILBOX and MAIL_HOST are both set. Leave one of them away.")
        backend = "ecrf.mail.mailbox.MailboxBackend"
        sender = os.environ.get("MAIL_FROM") or "ecrf@demo.invalid"
        return MailServer(backend, True, True, sender=sender, public_url=_public_url(read, tls))
    if not host:
        if lonely := [name for name in NEEDS_HOST if os.environ.get(name)]:
            raise ImproperlyConfigured(f"MAIL_HOST is not set, but {lonely[0]} is. {HOST_TO_DO}")
        return MailServer(public_url=_public_url(read, tls) if os.environ.get("PUBLIC_URL") else "")
    if not HOST.fullmatch(host):
        raise ImproperlyConfigured(f"MAIL_HOST is {host!r}. {HOST_TO_DO} The port stands in MAIL_PORT.")
    kind = os.environ.get("MAIL_TLS", "starttls")
    if kind not in PORTS:
        raise ImproperlyConfigured(f"MAIL_TLS is {kind!r}. Set it to one of {', '.join(PORTS)}.")
    user = os.environ.get("MAIL_USER", "")
    if user and kind == "off":
        raise ImproperlyConfigured(
            "MAIL_USER is set and MAIL_TLS is off: the password could be read on its way. Set MAIL_TLS to starttls."
        )
    sender = read("MAIL_FROM", "Set it to the address that mail comes from, such as ecrf@example.org.")
    return MailServer(
        "django.core.mail.backends.smtp.EmailBackend",
        True,
        host=host,
        port=_port(os.environ.get("MAIL_PORT") or str(PORTS[kind])),
        user=user,
        password=_password(read) if user else "",
        tls=kind,
        sender=_address(sender, "MAIL_FROM"),
        public_url=_public_url(read, tls),
    )


def sponsors_list(text: str) -> list[str]:
    """Addresses with commas between."""
    return [_address(part.strip(), "SPONSOR_SAFETY_MAIL") for part in text.split(",") if part.strip()]


def _password(read: Callable[..., str]) -> str:
    what_to_do = "Set it, or MAIL_PASSWORD_FILE, since MAIL_USER is set."
    password = read("MAIL_PASSWORD", what_to_do)
    if not password:
        raise ImproperlyConfigured(f"MAIL_PASSWORD_FILE names an empty file. {what_to_do}")
    return password


def _port(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,4}", text) or int(text) >= 2**16:
        raise ImproperlyConfigured(
            f"MAIL_PORT is {text!r}. Set it to the port of the mail server, such as 587."
        )
    return int(text)


def _address(text: str, name: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ImproperlyConfigured(
            f"{name} names {text!r}, which is no e-mail address. Write one such as safety@example.org."
        ) from None
    return text


def _public_url(read: Callable[..., str], tls: bool) -> str:
    what_to_do = (
        f"Set it to the address of the product, such as {'https' if tls else 'http'}://ecrf.example.org."
    )
    url = read("PUBLIC_URL", what_to_do).rstrip("/")
    try:
        parts = urlsplit(url)
        is_plain = (
            bool(parts.hostname)
            and parts.port != 0
            and url == f"{parts.scheme}://{parts.netloc}"
            and "@" not in parts.netloc
        )
    except ValueError:
        is_plain = False
    if not is_plain or parts.scheme not in (("https",) if tls else ("http", "https")):
        raise ImproperlyConfigured(f"PUBLIC_URL is {url!r}. {what_to_do}")
    return url
