"""Makes the message of a mail: subject, text and HTML, from its kind's templates."""

from collections.abc import Mapping
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse

from ecrf.audit.texts import cleaned
from ecrf.mail.kinds import MailKind
from ecrf.mail.models import Mail

LONGEST_SUBJECT = 150


def message_of(mail: Mail, kind: MailKind, address: str, more: Mapping[str, Any]) -> EmailMultiAlternatives:
    """The message as it goes out. Names come from people: no line break of one reaches a header."""
    url = settings.MAIL.public_url
    given = {
        **mail.context,
        **more,
        "user": mail.to_user,
        "url": url,
        "why": kind.why,
        "choose": url + reverse(kind.choose) if kind.choose else "",
        "synthetic_data": settings.SYNTHETIC_DATA,
    }
    subject = one_line(str(kind.subject).format_map(given))[:LONGEST_SUBJECT]
    given["subject"] = subject
    message = EmailMultiAlternatives(
        subject=f"[eCRF] {subject}",
        body=_rendered(f"mail/{kind.key}.txt", given, autoescape=False).strip() + "\n",
        to=[_with_name(mail, address)],
        headers={
            "Message-ID": f"<{mail.message_key}@{urlsplit(url).hostname or 'ecrf.invalid'}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
        },
    )
    message.attach_alternative(_rendered(f"mail/{kind.key}.html", given, autoescape=True), "text/html")
    for file in kind.attachments(mail):
        message.attach(file.name, file.content, file.media_type)
    return message


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, as a header takes it."""
    words = cleaned("".join(sign if sign.isprintable() else " " for sign in text), lines=False)
    return " ".join(words.split())


def _with_name(mail: Mail, address: str) -> str:
    name = one_line(mail.to_user.full_name) if mail.to_user else ""
    return formataddr((name, address)) if name else address


def _rendered(name: str, given: dict[str, Any], *, autoescape: bool) -> str:
    return get_template(name).template.render(Context(given, autoescape=autoescape))  # type: ignore[attr-defined]
