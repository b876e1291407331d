"""The mails that wait or went out, one row for each recipient of each event; and the demo's mailbox.

Neither stands in the audit trail: rows change with every try, and hold nothing that is not said elsewhere. What a mail
tells of (a confirmation, a role, a letter) has its own row there.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

PERSON = settings.AUTH_USER_MODEL


class MailState(models.TextChoices):
    """What has become of a mail."""

    WAITING = "waiting", pgettext_lazy("state of a mail", "Waits")
    FAILED = "failed", pgettext_lazy("state of a mail", "Failed, is tried again")
    SENT = "sent", pgettext_lazy("state of a mail", "Sent")
    GIVEN_UP = "given-up", pgettext_lazy("state of a mail", "Given up")
    CANCELLED = "cancelled", pgettext_lazy("state of a mail", "Not needed any more")


UNSENT = (MailState.WAITING, MailState.FAILED)
"""What the worker still takes up."""


class Mail(models.Model):
    """One mail to one recipient. Its text is stored nowhere: it is made as it is sent, with links that give access."""

    kind = models.CharField(max_length=40, help_text="As in the registry of kinds")
    to_user = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="mails")
    to_address = models.EmailField(
        blank=True, help_text="Of who has no account, or in place of the account's own; or empty"
    )
    context = models.JSONField(default=dict, help_text="What its template is given; no secret, no study data")
    dedupe = models.CharField(
        max_length=200,
        null=True,
        unique=True,
        help_text="Of the event and the recipient; a second one queues nothing",
    )
    message_key = models.UUIDField(default=uuid.uuid4, help_text="Of its Message-ID, the same at every try")
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    good_until = models.DateTimeField(help_text="After this nobody has use of it")
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    again_at = models.DateTimeField(null=True, help_text="When an administrator asked for it once more")
    again_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=MailState.values), name="mail_state"),
            models.CheckConstraint(
                condition=models.Q(to_user__isnull=False) | ~models.Q(to_address=""), name="mail_to_somebody"
            ),
            models.CheckConstraint(
                condition=models.Q(state=MailState.SENT, sent_at__isnull=False)
                | (~models.Q(state=MailState.SENT) & models.Q(sent_at=None)),
                name="mail_sent_at",
            ),
            models.CheckConstraint(
                condition=models.Q(again_at=None, again_by=None)
                | models.Q(again_at__isnull=False, again_by__isnull=False),
                name="mail_again_at_and_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="mail_to_send",
                condition=models.Q(state__in=["waiting", "failed"]),
            ),
            models.Index(fields=["to_user", "kind", "created_at"], name="mail_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class MailboxMessage(models.Model):
    """A mail as the demo's mailbox shows it. There is none in production: its links may give access."""

    to = models.CharField(max_length=400)
    subject = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField()
    delivered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
