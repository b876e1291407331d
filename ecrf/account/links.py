"""Links that are sent by mail and open once: an invitation, a forgotten password, a new address.

What opens is the row's number with a code made of it, of a random number in the row, and of the secret key. So neither
a copy of the database nor the trail opens anything, and the link can be made again when the mail is sent.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from ecrf.access.models import User
from ecrf.access.requests import whole_number
from ecrf.account.models import LinkKind, SecretLink

VALID_FOR: dict[str, timedelta] = {
    LinkKind.INVITATION: timedelta(hours=72),
    LinkKind.RESET: timedelta(hours=1),
    LinkKind.NEW_ADDRESS: timedelta(hours=24),
}


def make_link(kind: LinkKind, user: User, made_by: User | None, email: str | None = None) -> SecretLink:
    """A new link, inside the caller's `acting`. The one before of its kind opens nothing from now on."""
    withdraw_links(user, made_by, kind)
    return SecretLink.objects.create(
        kind=kind,
        user=user,
        email=email,
        made_by=made_by,
        valid_until=timezone.now() + VALID_FOR[kind],
    )


def withdraw_links(user: User, by: User | None, *kinds: LinkKind) -> int:
    """Inside the caller's `acting`; how many were open. The lock on the account keeps two at once apart."""
    User.objects.select_for_update().get(pk=user.pk)
    found = _unused().filter(user=user, kind__in=kinds)
    return found.update(withdrawn_at=timezone.now(), withdrawn_by=by)


def address_of(link: SecretLink) -> str:
    """What is sent: with the product's own address in front, where the settings name it."""
    return f"{settings.MAIL.public_url}{reverse(link.kind, args=[f'{link.pk}-{_code(link)}'])}"


def find_link(kind: LinkKind, token: str) -> SecretLink | None:
    """The link, used or not, if the code is its own; None for anything else."""
    number, _dash, code = token.partition("-")
    pk = whole_number(number)
    link = None if pk is None else SecretLink.objects.select_related("user").filter(pk=pk, kind=kind).first()
    return link if link and constant_time_compare(code, _code(link)) else None


def is_open(link: SecretLink | None) -> bool:
    """Whether it was neither used nor withdrawn, is in time, and its account is open."""
    if link is None or link.used_at or link.withdrawn_at:
        return False
    return link.valid_until > timezone.now() and link.user.is_active


def use_link(link: SecretLink) -> bool:
    """Use it up, inside the caller's `acting`; False if somebody was faster."""
    now = timezone.now()
    return bool(_unused().filter(pk=link.pk, valid_until__gt=now).update(used_at=now))


def _unused() -> QuerySet[SecretLink]:
    return SecretLink.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True)


def _code(link: SecretLink) -> str:
    what = f"{link.kind}:{link.pk}:{link.user_id}:{link.nonce}:{link.email or ''}"
    return salted_hmac("ecrf.account.link", what, algorithm="sha256").hexdigest()[:48]
