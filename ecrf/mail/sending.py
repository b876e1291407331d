"""Sends what waits: one mail after another, each held by its row, so that two workers never send the same one.

The row is locked while the server is spoken to, and says "sent" in the same transaction. A worker that dies between the
server's "taken" and that commit sends the mail again later, under the same Message-ID: mail can be sent twice or lost,
and twice is the lesser harm.
"""

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.kept_words import as_kept
from ecrf.access.language import in_master, speaking_to
from ecrf.mail.kinds import KINDS, MailKind, NotNeeded
from ecrf.mail.message import message_of, one_line
from ecrf.mail.models import UNSENT, Mail, MailState
from ecrf.mail.queue import is_on

log = logging.getLogger("ecrf.mail")

WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240)]
"""After the first failure, the second …; the last holds for all that follow, until the mail is of no use any more."""
WAITS_FOR_SERVER = WAITS[:3]
"""The same where the server itself was away: once it is back, nothing waits for hours."""

TOO_LATE = gettext_lazy("It could not be sent while anybody had use of it.")
ANSWERED = gettext_lazy("The mail server answered %(code)s %(text)s")
NO_ANSWER = gettext_lazy("The mail server did not answer in time, or ended the connection.")
OUT_OF_REACH = gettext_lazy("The mail server cannot be reached (%(why)s).")
BY_FAULT = gettext_lazy("A fault of the software, which is in the server's log (%(kind)s).")


class ServerAway(Exception):
    """The server cannot be reached, or takes nothing from us: no other mail would fare better now."""


def send_due(is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Send what is due, one after another; False if the server is away, so that it is left alone for a while."""
    try:
        while is_on() and not is_stopping() and _send_next():
            pass
    except ServerAway:
        return False
    return True


def _send_next() -> bool:
    """Send the mail that is due longest; False if there is none. `ServerAway` once its row says so."""
    away = False
    with transaction.atomic():
        due = Mail.objects.filter(state__in=UNSENT, next_try_at__lte=timezone.now()).order_by(
            "next_try_at", "pk"
        )
        mail = due.select_for_update(skip_locked=True, of=("self",)).select_related("to_user").first()
        if mail is None:
            return False
        try:
            _send(mail)
        except NotNeeded as reason:
            _end(mail, MailState.CANCELLED, _kept(reason))
        except Undeliverable as error:
            _end(mail, MailState.GIVEN_UP, _kept(error))
        except ServerAway as error:
            _failed(mail, str(error), WAITS_FOR_SERVER)
            away = True
        except (smtplib.SMTPException, OSError) as error:
            _failed(mail, words_of(error))
        except Exception as error:
            # The log leaves out the message (ecrf.web.log); one mail that cannot be made holds no other up.
            log.error("a mail could not be made", exc_info=True, extra={"mail": mail.pk, "kind": mail.kind})
            _failed(mail, as_kept(BY_FAULT, kind=type(error).__name__))
        else:
            mail.sent_at = timezone.now()
            _end(mail, MailState.SENT, "")
    if away:
        raise ServerAway
    return True


def _kept(why: Exception) -> str:
    """In English, whatever language the mail is in."""
    with in_master():
        return str(why)


class Undeliverable(Exception):
    """No later try would help; the text says why."""


def _send(mail: Mail) -> None:
    kind = KINDS.get(mail.kind)
    if kind is None:
        raise Undeliverable(gettext_lazy("This version of the product does not know this kind of mail."))
    if timezone.now() > mail.good_until:
        raise Undeliverable(TOO_LATE)
    address = _address_of(mail, kind)
    # What `at_sending` writes goes with the message, or not at all.
    with speaking_to(mail.to_user), transaction.atomic():
        message = message_of(mail, kind, address, kind.at_sending(mail))
        _hand_over(message)


def _address_of(mail: Mail, kind: MailKind) -> str:
    if mail.to_user and not mail.to_user.is_active and not kind.to_closed:
        raise NotNeeded(gettext_lazy("The account is closed."))
    address = mail.to_address or (mail.to_user and mail.to_user.email)
    if not address:
        raise Undeliverable(gettext_lazy("The account has no e-mail address."))
    return address


def _hand_over(message: object) -> None:
    """One connection for each mail: servers end one that is quiet, and few mails go at once."""
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise ServerAway(words_of(error)) from None
    try:
        connection.send_messages([message])  # type: ignore[list-item]
    except smtplib.SMTPSenderRefused as error:
        raise ServerAway(words_of(error)) from None
    except smtplib.SMTPRecipientsRefused as error:
        (answer,) = error.recipients.values()
        _raise_if_final(answer[0], error)
        raise
    except smtplib.SMTPResponseException as error:
        _raise_if_final(error.smtp_code, error)
        raise
    finally:
        connection.close()


def _raise_if_final(code: int, error: Exception) -> None:
    if 500 <= code < 600:
        raise Undeliverable(words_of(error)) from None


def words_of(error: Exception) -> str:
    """What a server answered, or why there is none, in one line."""
    answers: Sequence[tuple[int, bytes]] = ()
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        answers = [(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())]
    if answers:
        code, text = answers[0]
        return as_kept(ANSWERED, code=code, text=one_line(text.decode(errors="replace")))[:300]
    if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected):
        return as_kept(NO_ANSWER)
    return as_kept(OUT_OF_REACH, why=one_line(str(error)) or type(error).__name__)[:300]


def _failed(mail: Mail, words: str, waits: Sequence[timedelta] = WAITS) -> None:
    wait = waits[min(mail.tries, len(waits) - 1)]
    mail.next_try_at = timezone.now() + wait
    is_over = mail.next_try_at > mail.good_until
    _end(mail, MailState.GIVEN_UP if is_over else MailState.FAILED, words)


def _end(mail: Mail, state: MailState, words: str) -> None:
    mail.state, mail.last_error, mail.tries = state, words[:300], mail.tries + 1
    mail.save(update_fields=["state", "last_error", "tries", "next_try_at", "sent_at"])
    if state in (MailState.FAILED, MailState.GIVEN_UP):
        log.warning("a mail was not sent", extra={"mail": mail.pk, "kind": mail.kind, "state": state})
