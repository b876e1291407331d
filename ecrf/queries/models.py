"""Queries and what was said in them."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.labels import element_id, form_title, visit_label
from ecrf.casebook.models import Entry, Patient
from ecrf.checks.models import AskedByCheck, Discrepancy
from ecrf.forms.registry import CRFS


class Turn(models.TextChoices):
    """Whose turn it is. A closed query is nobody's."""

    SITE = "site", "Site"
    MONITOR = "monitor", "Monitor"
    DATA_MANAGER = "data-manager", "Data manager"
    NOBODY = "", "Closed"


def at_and_by(name: str, *, by_may_be_empty: bool = False) -> models.Q:
    """A moment and a person come in pairs; the system itself is no person."""
    both = models.Q(**{f"{name}_at__isnull": False})
    if not by_may_be_empty:
        both &= models.Q(**{f"{name}_by__isnull": False})
    return models.Q(**{f"{name}_at__isnull": True, f"{name}_by__isnull": True}) | both


@audited(patient="r.patient_id", entry="r.entry_id", ignore=["site_id"])
class Query(AskedByCheck):
    """What was asked about one item. Opened by a person, or by an edit check whose question stands unanswered in a
    complete form; a check has one query for each discrepancy, which closes and reopens by itself."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="queries")
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="+", help_text="The patient's, kept here for lists; it moves along"
    )
    number = models.PositiveIntegerField(help_text="Given by the system, from 1 at each patient")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="queries")
    item = models.CharField(max_length=63)
    discrepancy = models.OneToOneField(Discrepancy, models.PROTECT, null=True, related_name="query")
    check_id = models.CharField(max_length=40, blank=True, help_text="Of the check that asks, or empty")
    text_as_asked = models.TextField(help_text="What is asked, in the words of who asked it last")
    value = models.TextField(blank=True, help_text="The item in words when it was asked about")
    turn = models.CharField(max_length=12, choices=Turn, blank=True)
    turn_since = models.DateTimeField()
    asked_in = models.CharField(
        max_length=12, choices=Turn, help_text="In which role it was asked: to whom an answer goes"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    request_key = models.UUIDField(
        unique=True, null=True, help_text="Of the key press that opened it; a second one opens none"
    )

    site_path: ClassVar[str] = "site"
    typed: str = ""
    trouble: str = ""
    """Of a page that could not send something: what was typed, and why."""

    class Meta:
        verbose_name_plural = "queries"
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="query_number_unique"),
            models.CheckConstraint(
                condition=models.Q(turn="", closed_at__isnull=False)
                | (~models.Q(turn="") & models.Q(closed_at__isnull=True)),
                name="query_closed_is_nobodys_turn",
            ),
            models.CheckConstraint(
                condition=at_and_by("closed", by_may_be_empty=True), name="query_closed_at_and_by"
            ),
            models.CheckConstraint(condition=models.Q(turn__in=Turn.values), name="query_turn"),
            models.CheckConstraint(condition=~models.Q(text_as_asked=""), name="query_asks_something"),
        ]
        indexes = [
            models.Index(
                fields=["site", "turn", "turn_since"], name="query_open", condition=~models.Q(turn="")
            ),
            models.Index(fields=["entry", "item"], name="query_item"),
            models.Index(fields=["check_id"], name="query_check", condition=~models.Q(check_id="")),
        ]

    def __str__(self) -> str:
        return f"Query {self.number} of {self.patient}"

    @property
    def is_open(self) -> bool:
        return self.turn != Turn.NOBODY

    @property
    def is_sites_turn(self) -> bool:
        return self.turn == Turn.SITE

    @property
    def waiting(self) -> timedelta:
        """How long it has been somebody's turn; of a closed one, how long ago it was closed."""
        return timezone.now() - self.turn_since

    @property
    def days(self) -> int:
        return self.waiting.days

    @cached_property
    def said(self) -> list["Message"]:
        """Its conversation, the oldest first."""
        return list(self.messages.select_related("said_by"))

    @property
    def last_said(self) -> int:
        """The id of its last message: what a page shows that was made now."""
        return self.said[-1].pk if self.said else 0

    @property
    def asker(self) -> str:
        return self.opened_by.username if self.opened_by else f"check {self.check_id}"

    @property
    def item_label(self) -> str:
        """What the form calls the item; of one that the form no longer has, its name."""
        definition = CRFS.get(self.entry.crf)
        item = definition.items.get(self.item) if definition else None
        return str(item.verbose_name) if item else self.item

    @property
    def visit_words(self) -> str:
        return visit_label(self.entry.visit)

    @property
    def form_words(self) -> str:
        return form_title(self.entry) if self.entry.crf in CRFS else self.entry.crf

    @property
    def where(self) -> str:
        """Visit and form, as people say it."""
        return " · ".join(part for part in (self.visit_words, self.form_words) if part)

    @property
    def anchor(self) -> str:
        """The id of the item on the monitor's page of its visit or form."""
        return element_id(self.entry.crf, self.entry.address, self.item)


class Act(models.TextChoices):
    """What a message did."""

    OPENED = "opened", "asked"
    ANSWERED = "answered", "answered"
    ASKED_AGAIN = "asked-again", "asked again"
    PASSED_ON = "passed-on", "passed on"
    CLOSED = "closed", "closed"
    REOPENED = "reopened", "reopened"


@audited(
    patient="(SELECT q.patient_id FROM queries_query q WHERE q.id = r.query_id)",
    entry="(SELECT q.entry_id FROM queries_query q WHERE q.id = r.query_id)",
    append_only=True,
)
class Message(models.Model):
    """One thing said in a query, or done with it. What was said stays as it was said."""

    query = models.ForeignKey(Query, models.PROTECT, related_name="messages")
    act = models.CharField(max_length=12, choices=Act)
    text = models.TextField(blank=True)
    value = models.TextField(blank=True, help_text="The item in words at that moment")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    together = models.PositiveIntegerField(
        null=True, help_text="For so many queries one act of the list was asked; none: for this one by itself"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.query_id}: {self.act}"
