"""Which anchors were made and where they went, and when the trail was verified, up to where, with what result.

None of it is proof: that is the anchor's file, kept elsewhere. It lets a page, an alarm and the next look know.
"""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from ecrf.audit.triggers import NEVER_DELETED, NEVER_UPDATED
from ecrf.mail.models import Mail


class Installation(models.Model):
    """What tells this database from every other one; a restored copy keeps it. One row, made by the migration."""

    key = models.UUIDField()

    class Meta:
        triggers = [NEVER_UPDATED, NEVER_DELETED]

    def __str__(self) -> str:
        return str(self.key)


class Anchor(models.Model):
    """One anchor, with the bytes that were signed and sent out."""

    number = models.PositiveBigIntegerField(unique=True, help_text="From 1 without a gap")
    made_at = models.DateTimeField()
    made_by = models.CharField(
        max_length=200, help_text="“worker”, or the machine's user who ran the command"
    )
    occasions = models.JSONField(
        help_text="Why it was made: daily, lock, casebook-signature, data-cut, asked-for"
    )
    sha256 = models.CharField(max_length=64, help_text="Of the file")
    previous = models.CharField(max_length=64, blank=True, help_text="The sha256 of the anchor before")
    keys = models.JSONField(help_text="The ids of the keys that it is signed with")
    chains = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    software = models.CharField(max_length=40)
    content = models.TextField(help_text="The file")

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        triggers = [NEVER_UPDATED, NEVER_DELETED]

    def __str__(self) -> str:
        return f"Anchor {self.number}"

    @property
    def file_name(self) -> str:
        return f"anchor-{self.number:06}-{self.made_at:%Y%m%dT%H%M%SZ}.json"


class AnchorWay(models.TextChoices):
    """Where an anchor goes."""

    FOLDER = "folder", pgettext_lazy("where an anchor goes", "Folder")
    MAIL = "mail", pgettext_lazy("where an anchor goes", "Mail")
    TIME_STAMP = "time-stamp", pgettext_lazy("where an anchor goes", "Time stamp")


class AnchorDelivery(models.Model):
    """The way of one anchor to one place, tried until it is there. What is sent by mail has its state in the queue."""

    anchor = models.ForeignKey(Anchor, models.PROTECT, related_name="deliveries")
    destination = models.CharField(max_length=10, choices=AnchorWay)
    to = models.CharField(max_length=400, help_text="The file's name, the address, or the time-stamp server")
    mail = models.ForeignKey(Mail, models.PROTECT, null=True, related_name="+")
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    stamp = models.BinaryField(null=True, help_text="What the time-stamp server answered")
    stamped_at = models.DateTimeField(null=True, help_text="By the time-stamp server's clock")

    class Meta:
        ordering: ClassVar[list[str]] = ["anchor", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(destination=AnchorWay.MAIL, mail__isnull=False)
                | (~models.Q(destination=AnchorWay.MAIL) & models.Q(mail=None)),
                name="delivery_by_mail_has_one",
            ),
            models.CheckConstraint(
                condition=models.Q(stamp=None, stamped_at=None)
                | models.Q(stamp__isnull=False, stamped_at__isnull=False),
                name="delivery_stamp_and_moment",
            ),
            models.UniqueConstraint(fields=["anchor", "destination", "to"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                name="delivery_to_do",
                condition=models.Q(done_at=None) & ~models.Q(destination="mail"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.anchor}: {self.destination} {self.to}"


class AuditVerification(models.Model):
    """One run of verify_audit: what it walked, and what it found."""

    begun_at = models.DateTimeField()
    begun_by = models.CharField(
        max_length=200, help_text="“worker”, or the machine's user who ran the command"
    )
    finished_at = models.DateTimeField()
    is_whole = models.BooleanField(
        help_text="Every event and all data, or only what is new since the last one"
    )
    from_events = models.PositiveBigIntegerField(help_text="So many events had been verified before it")
    to_events = models.PositiveBigIntegerField(default=0, help_text="Up to so many")
    chains = models.PositiveBigIntegerField(default=0)
    anchors = models.PositiveIntegerField(default=0, help_text="So many anchors were compared")
    faults = models.PositiveBigIntegerField(default=0)
    known = models.PositiveBigIntegerField(default=0, help_text="Faults that were recorded as known")
    words = models.JSONField(default=list, help_text="The first faults, in words without values")
    is_ok = models.BooleanField()
    software = models.CharField(max_length=40)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_ok=False) | models.Q(faults=0), name="verification_ok_without_faults"
            )
        ]
        triggers = [NEVER_UPDATED, NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M} {'ok' if self.is_ok else 'faults'}"

    @property
    def events(self) -> int:
        """How many it walked."""
        return self.to_events - self.from_events


class Heartbeat(models.Model):
    """When the worker was last seen, by the database's clock. One row, made by the migration."""

    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.seen_at)


class Downtime(models.Model):
    """For so long nobody beat: from the last beat before it to the first one after."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__gt=models.F("began_at")), name="downtime_ends_after_it_began"
            )
        ]
        triggers = [NEVER_UPDATED, NEVER_DELETED]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} to {self.ended_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        return round((self.ended_at - self.began_at) / timedelta(minutes=1))


class VerifiedChain(models.Model):
    """Up to where a chain was verified, and the hash there: where the next look begins."""

    chain = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.chain} to {self.position}"
