"""Tells by mail, once a day, what is wrong with the audit trail: to the addresses that get the anchors."""

import hashlib

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.language import in_master
from ecrf.anchors.state import trail_state
from ecrf.mail.kinds import MailKind, register
from ecrf.mail.queue import queue_mail

ALARM = register(
    MailKind(
        "audit-alarm",
        gettext_lazy("Alarm of the audit trail"),
        gettext_lazy("The audit trail asks for you"),
        why=gettext_lazy("This address is set to be sent the anchors (ANCHOR_MAIL)."),
    )
)


def tell_alarms() -> int:
    """How many mails were queued: the same things on the same day are told once to each address."""
    with in_master():  # the lines are stored with the mail, and tell the same from new
        lines = [f"{one.words} {one.to_do}" for one in trail_state().warnings]
    if not lines:
        return 0
    which = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    context = {"lines": lines, "page": settings.MAIL.public_url + reverse("audit-state")}
    day = timezone.now().date().isoformat()
    mails = [
        queue_mail(to=address, kind=ALARM.key, context=context, dedupe=f"audit-alarm:{day}:{which}:{address}")
        for address in settings.ANCHORS.mail
    ]
    return sum(mail is not None for mail in mails)
