"""The log of what inspectors read: one row a page. Rows are added, never changed or removed."""

from django.db import models
from django.db.models.functions import Now

from ecrf.audit.triggers import NEVER_DELETED, NEVER_UPDATED


class PageRead(models.Model):
    """A page that an inspector opened. It stands beside the trail, not in it: reading changes no record, and a day's
    reading would be longer than a month's changes."""

    read_at = models.DateTimeField(db_default=Now(), help_text="The database server's clock")
    read_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    path = models.CharField(max_length=500, help_text="The address, without what follows its question mark")
    status = models.PositiveSmallIntegerField(help_text="What was answered: 200 the page, 403 refused")

    class Meta:
        indexes = [models.Index(fields=["read_by", "read_at"], name="page_read_by")]
        triggers = [NEVER_UPDATED, NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.read_by}: {self.path}"
