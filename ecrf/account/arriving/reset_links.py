"""Sends the links that were asked for with a forgotten password: the worker, from the log of logins.

The page writes one line of the log and nothing else, whether or not there is such an account: how long it takes tells
nobody which there are.
"""

from datetime import timedelta

from django.utils import timezone

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import User
from ecrf.account.links import VALID_FOR, make_link
from ecrf.account.lockout import LINKS_FOR_A_NAME, WINDOW
from ecrf.account.mails import send_link
from ecrf.account.models import LinkKind
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.models import Mail
from ecrf.mail.scheduled import scheduled

LOOK_EVERY = timedelta(seconds=5)
ANSWERED_WITHIN = VALID_FOR[LinkKind.RESET]
"""What was asked for longer ago, while no worker ran, is asked for again by whoever still wants it."""


@scheduled("reset-links", LOOK_EVERY)
def send_reset_links() -> int:
    """One link to each person who has asked since the last look; how many."""
    asked = _latest_of_each_name()
    if not asked:
        return 0
    known = set(Mail.objects.filter(dedupe__in=map(_dedupe, asked.values())).values_list("dedupe", flat=True))
    new = {name: pk for name, pk in asked.items() if _dedupe(pk) not in known}
    accounts = User.objects.filter(username__in=new, is_active=True, email__isnull=False).order_by("pk")
    people = [user for user in accounts if user.has_usable_password()]
    with acting(SYSTEM, source="worker"):
        for user in people:
            link = make_link(LinkKind.RESET, user, None)
            send_link(link, dedupe=_dedupe(new[user.username]))
    return len(people)


def _latest_of_each_name() -> dict[str, int]:
    """{user name: the last line that counts}: of what one name asks for within WINDOW, only the first few lines do."""
    now = timezone.now()
    rows = LoginEvent.objects.filter(what=What.RESET_ASKED, at__gt=now - ANSWERED_WITHIN - WINDOW).order_by(
        "pk"
    )
    before: dict[str, list[LoginEvent]] = {}
    found = {}
    for row in rows:
        recent = [one for one in before.get(row.username, []) if one.at > row.at - WINDOW]
        before[row.username] = [*recent, row]
        if len(recent) < LINKS_FOR_A_NAME and row.at > now - ANSWERED_WITHIN:
            found[row.username] = row.pk
    return found


def _dedupe(line: int) -> str:
    return f"reset:{line}"
