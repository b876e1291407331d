"""What a role must have read or done before it works, and who has confirmed it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.roles import Role
from ecrf.audit.triggers import audited


class TrainingKind(models.TextChoices):
    READING = "reading", gettext_lazy("A text to read")
    PRACTICE = "practice", gettext_lazy("A visit at the practice site")


@audited()
class TrainingDocument(models.Model):
    """One version of what the named roles must know. The next version of the same key asks all of them again."""

    key = models.SlugField(max_length=50, help_text="The same for every version")
    version = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=TrainingKind, default=TrainingKind.READING)
    text = models.TextField(help_text="What to read, or where it lies")
    roles = ArrayField(models.CharField(max_length=20, choices=Role))
    is_current = models.BooleanField(
        default=True, help_text="Until the next version, or until it is withdrawn"
    )
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "version"],
                name="training_version_once",
                violation_error_message=gettext_lazy("There is this version already."),
            ),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(is_current=True), name="training_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(title)s, version %(version)s") % {"title": self.title, "version": self.version}


@audited(append_only=True)
class TrainingRecord(models.Model):
    """A person's own word that this version was read or done."""

    document = models.ForeignKey(TrainingDocument, models.PROTECT, related_name="records")
    confirmed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey("access.User", models.PROTECT, related_name="training_records")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["confirmed_by", "document"], name="training_confirmed_once")
        ]

    def __str__(self) -> str:
        return f"{self.confirmed_by}: {self.document}"
