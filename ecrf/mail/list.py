"""What the administrator's page of mails shows: a bounded number, the newest first, by what has become of them."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.http import Http404
from django.utils.translation import pgettext

from ecrf.mail.kinds import label_of_kind
from ecrf.mail.models import Mail, MailState

PAGE_ROWS = 50


@dataclass(frozen=True)
class MailLine:
    """One mail on the page."""

    mail: Mail
    label: str

    @property
    def address(self) -> str:
        """Where it goes; of an account, the address that it has now."""
        return self.mail.to_address or (self.mail.to_user and self.mail.to_user.email) or ""

    @property
    def may_be_sent_again(self) -> bool:
        return self.mail.state in (MailState.GIVEN_UP, MailState.CANCELLED)

    @property
    def css(self) -> str:
        """How its state looks."""
        looks = {MailState.SENT: "done", MailState.GIVEN_UP: "overdue", MailState.CANCELLED: "unsigned"}
        return looks.get(MailState(self.mail.state), "due")


@dataclass(frozen=True)
class StateChoice:
    """A state to show alone; "" for all."""

    key: str
    words: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class MailList:
    """Everything of the page; `before` continues the list, or is None."""

    state: str
    choices: list[StateChoice]
    lines: list[MailLine]
    before: int | None


def all_mails() -> QuerySet[Mail]:
    return Mail.objects.all()


def mail_list(state: str, before: int | None) -> MailList:
    """Two statements. 404 for a state that there is not."""
    if state not in ("", *MailState.values):
        raise Http404
    counts = dict(Mail.objects.order_by().values_list("state").annotate(count=Count("pk")))
    rows = Mail.objects.select_related("to_user", "again_by").defer("context")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows[: PAGE_ROWS + 1])
    choices = [StateChoice("", pgettext("mails", "All"), sum(counts.values()), not state)]
    choices += [
        StateChoice(key, str(words), counts.get(key, 0), key == state) for key, words in MailState.choices
    ]
    lines = [MailLine(mail, label_of_kind(mail.kind)) for mail in found[:PAGE_ROWS]]
    return MailList(state, choices, lines, lines[-1].mail.pk if len(found) > PAGE_ROWS else None)
