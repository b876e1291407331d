"""Discrepancies: what soft checks asked about saved values, and what the site answered."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, pgettext_lazy

from ecrf.access.kept_words import as_read
from ecrf.access.language import MASTER, in_master
from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.models import Entry
from ecrf.checks.registry import CHECKS, Check, Question
from ecrf.checks.texts import identity
from ecrf.forms.crf import Crf


class DiscrepancyState(models.TextChoices):
    OPEN = "open", pgettext_lazy("state of a discrepancy", "To answer")
    CONFIRMED = "confirmed", pgettext_lazy("state of a discrepancy", "Confirmed against the source")
    CLEARED = "cleared", pgettext_lazy("state of a discrepancy", "No longer so")


class AskedByCheck(models.Model):
    """What a check asks, as data: the same question as long as the check's version and the values are the same.

    `text_as_asked` is for the trail, and for a check that the code no longer has; nothing compares it.
    """

    QUESTION: ClassVar = ("check_version", "variant", "parameters", "text_as_asked")
    """The columns that say what is asked."""

    check_id = models.CharField(max_length=40)
    check_version = models.PositiveSmallIntegerField(default=1)
    variant = models.CharField(max_length=40, blank=True, help_text="Which of the check's texts")
    parameters = models.JSONField(
        default=dict, help_text="The values it speaks of: {name in the text: value}"
    )
    text_as_asked = models.TextField(help_text="In words, when it was asked")

    class Meta:
        abstract = True

    @property
    def text(self) -> str:
        """In the check's words of today; as it was asked where today's check speaks of other things, which is read in
        the reader's language as far as its words are known."""
        check = CHECKS.get(self.check_id)
        if check is None or check.version != self.check_version:
            return self._text_as_read
        if not check.can_fill(self.variant, self.parameters):
            return self._text_as_read
        return check.texts[self.variant].filled(self.parameters, check.on)

    @property
    def _text_as_read(self) -> str:
        """What a person asked (of a query, which then names no check) stays as written."""
        return as_read(self.text_as_asked) if self.check_id else self.text_as_asked

    def as_read(self, asked: str) -> str:
        """What it asks, or asked before, as it is stored in English, in the reader's language: by the values where it
        still asks that, else by the words."""
        is_question = asked == self.text_as_asked and get_language() != MASTER
        return self.text if is_question else as_read(asked)

    @property
    def identity(self) -> str:
        """Changes with the check's version and the values, and with nothing else."""
        return identity(self.check_version, self.parameters)


@audited(patient="(SELECT e.patient_id FROM casebook_entry e WHERE e.id = r.entry_id)", entry="r.entry_id")
class Discrepancy(AskedByCheck):
    """One soft check's question on one item of one entry. Another value asks anew; the same one stays answered."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="discrepancies")
    item = models.CharField(max_length=63)
    state = models.CharField(max_length=10, choices=DiscrepancyState, default=DiscrepancyState.OPEN)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    site_path: ClassVar[str] = "entry__patient__site"
    row: Crf | None = None
    """The row it is asked about, where the checks have just read it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "check_id", "item"], name="discrepancy_once"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="discrepancy_confirmed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} {self.item}"

    def ask(self, check: Check, question: Question) -> None:
        """Take what the check asks now; it is open, whatever was answered before."""
        self.check_id, self.check_version = check.id, check.version
        self.variant, self.parameters = question.variant, question.parameters
        with in_master():
            self.text_as_asked = check.text_of(question)
        self.state, self.confirmed_at, self.confirmed_by = DiscrepancyState.OPEN, None, None

    @property
    def site(self) -> Site:
        return self.entry.patient.site
