"""The delegation log of a site: which task its investigator has given to whom, from which day on."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.roles import Right
from ecrf.audit.triggers import audited


class Task(models.TextChoices):
    ENTER = "enter", gettext_lazy("Enter data")
    ANSWER = "answer", gettext_lazy("Answer queries")
    SIGN = "sign", gettext_lazy("Sign as sub-investigator")
    SAFETY_LETTERS = "safety-letters", gettext_lazy("Receive safety letters")


TASK_OF: dict[str, Task] = {Right.ENTER: Task.ENTER, Right.ANSWER: Task.ANSWER, Right.SIGN: Task.SIGN}
"""Which task a right needs at a site that keeps its log here."""


@audited()
class Delegation(models.Model):
    """One task of one person at one site. The investigator signs it and ends it; it is never removed."""

    site = models.ForeignKey("access.Site", models.PROTECT, related_name="delegations")
    user = models.ForeignKey("access.User", models.PROTECT, related_name="delegations")
    task = models.CharField(max_length=20, choices=Task)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day; empty: until it is ended")
    delegated_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    delegated_at = models.DateTimeField(default=timezone.now)
    signed_as = models.CharField(
        max_length=200, help_text="Signed by the password: the investigator's name as it was printed then"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(max_length=500, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "user", "task"],
                condition=models.Q(ended_at__isnull=True),
                name="delegation_once",
                violation_error_message=gettext_lazy("This task is delegated to this person already."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="delegation_ends_after_start",
                violation_error_message=gettext_lazy("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, end_reason__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False, end_reason__isnull=False),
                name="delegation_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_task_display()}, {self.user.username} at site {self.site.code}"
