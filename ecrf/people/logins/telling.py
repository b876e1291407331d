"""Tells the administrators of unusual access: the worker looks through the log every ten minutes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from ecrf.access.joined import headed
from ecrf.access.kept_words import as_read
from ecrf.access.language import speaking_to
from ecrf.mail.kinds import MailKind, register
from ecrf.mail.models import Mail
from ecrf.mail.queue import queue_mail
from ecrf.mail.scheduled import scheduled
from ecrf.people.logins.looking import look_through_log
from ecrf.people.memberships.rules import working_administrators

LOOK_EVERY = timedelta(minutes=10)
LINES_AT_MOST = 20


def _page(mail: Mail) -> Mapping[str, Any]:
    return {"page": settings.MAIL.public_url + reverse("unusual-access")}


UNUSUAL_ACCESS = register(
    MailKind(
        "unusual-access",
        gettext_lazy("Unusual access"),
        gettext_lazy("Unusual access to accounts"),
        why=gettext_lazy("Administrators are told of unusual access; this cannot be turned off."),
        at_sending=_page,
    )
)


@scheduled("unusual-access", every=LOOK_EVERY)
def tell_unusual_access() -> int:
    """One mail to each administrator with an address, of whatever is new. How many mails."""
    new = look_through_log()
    if not new:
        return 0
    recipients = [user for user in working_administrators() if user.email]
    for user in recipients:
        with speaking_to(user):
            lines = [headed(one.username, as_read(one.words)) for one in new[:LINES_AT_MOST]]
        queue_mail(
            to=user,
            kind=UNUSUAL_ACCESS.key,
            context={"lines": lines, "more": max(len(new) - LINES_AT_MOST, 0)},
        )
    return len(recipients)
