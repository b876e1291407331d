"""Asks for mail. The row is part of the transaction of what it tells of; the worker sends it.

    register(MailKind("invitation", "Invitation", "Your account", why="…", at_sending=link))  # in AppConfig.ready
    queue_mail(to=user, kind="invitation", context={"days": 3}, dedupe=f"invitation:{invitation.pk}")

`to` is an account or an address. The address of an account is looked up when the mail is sent; `address` sends to
another one, as to the old address when it was changed. `context` is stored: no secret, no study data. What must not be
stored the kind gives `at_sending` (see `kinds.py`). Templates are given besides: `user`, `url` (`PUBLIC_URL`), `study`,
`why`, `choose`. Mail is queued where it is off, too: it waits.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.kept_words import as_kept
from ecrf.access.models import User
from ecrf.mail.kinds import KINDS
from ecrf.mail.models import UNSENT, Mail, MailState

REPLACED = gettext_lazy("A newer one took its place.")


def is_on() -> bool:
    """Whether mail goes out at all; pages that rely on it say so where it does not."""
    return bool(settings.MAIL.is_on)


def queue_mail(
    *,
    to: User | str,
    kind: str,
    context: Mapping[str, Any] | None = None,
    dedupe: str | None = None,
    address: str = "",
) -> Mail | None:
    """Queue one mail; None if one with the same `dedupe` was queued before.

    ValidationError for what is no address, a line break in one among them; KeyError for a kind that nobody registered.
    """
    of_kind, now = KINDS[kind], timezone.now()
    user, address = (to, address) if isinstance(to, User) else (None, to)
    if address or user is None:
        _require_address(address)
    mail = Mail(
        kind=kind,
        to_user=user,
        to_address=address,
        context=dict(context or {}),
        dedupe=dedupe,
        created_at=now,
        next_try_at=now,
        good_until=now + of_kind.good_for,
    )
    if dedupe is None:
        mail.save()
    else:
        Mail.objects.bulk_create(
            [mail], ignore_conflicts=True
        )  # no savepoint, and no error that ends a transaction
        stored = Mail.objects.get(dedupe=dedupe)
        if stored.message_key != mail.message_key:
            return None
        mail = stored
    if of_kind.supersedes:
        older = Mail.objects.filter(kind=kind, to_user=user, to_address=address, state__in=UNSENT)
        older.filter(pk__lt=mail.pk).update(state=MailState.CANCELLED, last_error=as_kept(REPLACED))
    return mail


def _require_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(
            gettext("This is no e-mail address. Write one such as name@example.org, on one line.")
        ) from None


def send_again(mail: Mail, by: User) -> bool:
    """Let a mail that was given up or not needed be tried anew; False where it waits or was sent."""
    now = timezone.now()
    which = Mail.objects.filter(pk=mail.pk, state__in=[MailState.GIVEN_UP, MailState.CANCELLED])
    return bool(
        which.update(
            state=MailState.WAITING,
            tries=0,
            next_try_at=now,
            good_until=now + (KINDS[mail.kind].good_for if mail.kind in KINDS else now - now),
            again_at=now,
            again_by=by,
        )
    )
