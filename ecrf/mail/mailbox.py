"""The demo's mailbox: takes every mail in the place of a server, and shows it to everybody."""

from collections.abc import Sequence
from email.header import decode_header, make_header

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet

from ecrf.mail.models import MailboxMessage


class MailboxBackend(BaseEmailBackend):
    """Puts mails into a table."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            message.message()  # refuses what could be no header, as a server's backend does
            parts = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
            html = next((str(content) for content, kind in parts if kind == "text/html"), "")
            to = ", ".join(str(make_header(decode_header(one))) for one in message.to)[:400]
            subject = str(message.subject)[:400]
            MailboxMessage.objects.create(to=to, subject=subject, text=str(message.body), html=html)
        return len(email_messages)


def delivered() -> QuerySet[MailboxMessage]:
    """Every mail that the mailbox took, the newest first."""
    return MailboxMessage.objects.all()
