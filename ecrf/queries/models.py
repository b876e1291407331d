"""Queries, questions and notes of the site, and what was said in them."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.models import Site
from ecrf.audit.triggers import audited
from ecrf.casebook.labels import element_id, form_title, visit_label
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.role_words import words_of_role
from ecrf.checks.models import AskedByCheck, Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.queries.quotes import quoted_as_read


class Turn(models.TextChoices):
    """Whose turn it is. An open note waits for nobody: whoever may write there may add to it. What is closed is
    nobody's turn."""

    SITE = "site", pgettext_lazy("whose turn a query is", "Site")
    MONITOR = "monitor", pgettext_lazy("whose turn a query is", "Monitor")
    DATA_MANAGER = "data-manager", pgettext_lazy("whose turn a query is", "Data manager")
    SAFETY = "safety", pgettext_lazy("whose turn a query is", "Safety")
    ANYBODY = "anybody", pgettext_lazy("whose turn a query is", "Anybody")
    NOBODY = "", pgettext_lazy("whose turn a query is", "Closed")

    @property
    def who(self) -> str:
        """`the monitor`, `safety`: as a sentence names them."""
        return str(WHO.get(self, self.label))


WHO: dict[str, Promise] = {
    Turn.SITE: pgettext_lazy("whose turn it is, in a sentence", "the site"),
    Turn.MONITOR: pgettext_lazy("whose turn it is, in a sentence", "the monitor"),
    Turn.DATA_MANAGER: pgettext_lazy("whose turn it is, in a sentence", "the data manager"),
    Turn.SAFETY: pgettext_lazy("whose turn it is, in a sentence", "safety"),
}
WAITED_FOR = tuple(turn for turn in Turn if turn not in (Turn.ANYBODY, Turn.NOBODY))
"""Those for whom a query or a question waits."""


class QueryKind(models.TextChoices):
    """What a site opens; that which asks the site is a query, and has no kind."""

    QUESTION = "question", gettext_lazy("Question of the site")
    NOTE = "note", gettext_lazy("Note")


WORDS: dict[str | None, Promise] = {
    None: pgettext_lazy("in a sentence", "query"),
    QueryKind.QUESTION: pgettext_lazy("in a sentence", "question"),
    QueryKind.NOTE: pgettext_lazy("in a sentence", "note"),
}
NAMES: dict[str | None, Promise] = {
    None: gettext_lazy("Query %(number)s"),
    QueryKind.QUESTION: gettext_lazy("Question %(number)s"),
    QueryKind.NOTE: gettext_lazy("Note %(number)s"),
}


class OnlyQueries(models.Manager["Query"]):
    """What asks the site. What a site opens is taken by `Query.every` alone, so that it holds up, counts and verifies
    nothing by accident."""

    def get_queryset(self) -> "models.QuerySet[Query]":
        return super().get_queryset().filter(kind=None)


def asked_by_check(check_id: str) -> str:
    return gettext("check %(id)s") % {"id": check_id}


def code_of(pk: object) -> str:
    return f"Q{pk}"


def at_and_by(name: str, *, by_may_be_empty: bool = False) -> models.Q:
    """A moment and a person come in pairs; the system itself is no person."""
    both = models.Q(**{f"{name}_at__isnull": False})
    if not by_may_be_empty:
        both &= models.Q(**{f"{name}_by__isnull": False})
    return models.Q(**{f"{name}_at__isnull": True, f"{name}_by__isnull": True}) | both


@audited(patient="r.patient_id", entry="r.entry_id", ignore=["site_id"])
class Query(AskedByCheck):
    """What was asked about one item. Opened by a person, or by an edit check whose question stands unanswered in a
    complete form; a check has one query for each discrepancy, which closes and reopens by itself.

    With a `kind`, a question or a note of the site: the same conversation the other way round. It may stand at an item
    of a form that nobody has begun: `entry` is then none, and the place is named instead."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="queries")
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="+", help_text="The patient's, kept here for lists; it moves along"
    )
    # In addresses and exports; people read the code.
    number = models.PositiveIntegerField(help_text="Given by the system, from 1 at each patient")
    kind = models.CharField(max_length=8, choices=QueryKind, null=True, help_text="None: a query")
    entry = models.ForeignKey(
        Entry, models.PROTECT, null=True, related_name="queries", help_text="None: nobody has begun the form"
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, related_name="+", help_text="Of a form not begun, as the next three"
    )
    crf = models.CharField(max_length=40, null=True)
    form_number = models.PositiveSmallIntegerField(null=True)
    parent_number = models.PositiveSmallIntegerField(null=True)
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

    objects: ClassVar[OnlyQueries] = OnlyQueries()
    every: ClassVar[models.Manager["Query"]] = models.Manager()

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
            models.CheckConstraint(
                condition=models.Q(kind__isnull=True) | models.Q(kind__in=QueryKind.values), name="query_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(turn="")
                | models.Q(kind=QueryKind.NOTE, kind__isnull=False, turn=Turn.ANYBODY)
                | (
                    (models.Q(kind__isnull=True) | models.Q(kind=QueryKind.QUESTION))
                    & ~models.Q(turn=Turn.ANYBODY)
                ),
                name="query_note_waits_for_nobody",
            ),
            models.CheckConstraint(
                condition=models.Q(entry__isnull=False, crf__isnull=True, form_number__isnull=True)
                | models.Q(
                    entry__isnull=True, kind__isnull=False, crf__isnull=False, form_number__isnull=False
                ),
                name="query_stands_somewhere",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "turn", "turn_since"], name="query_open", condition=~models.Q(turn="")
            ),
            models.Index(fields=["entry", "item"], name="query_item"),
            models.Index(fields=["check_id"], name="query_check", condition=~models.Q(check_id="")),
            # Looked into each time a form is begun; nearly always empty.
            models.Index(
                fields=["patient", "crf"], name="query_form_not_begun", condition=models.Q(entry__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.patient}"

    @property
    def word(self) -> str:
        """`query`, `question` or `note`."""
        return str(WORDS[self.kind])

    @property
    def code(self) -> str:
        """`Q1042`: how everybody calls it, wherever it is read. No other one of the study has it."""
        return code_of(self.pk)

    @property
    def name(self) -> str:
        """`Query Q1042`."""
        return str(NAMES[self.kind]) % {"number": self.code}

    @property
    def is_of_site(self) -> bool:
        """Whether the site opened it, as a question or a note."""
        return self.kind is not None

    @property
    def is_note(self) -> bool:
        return self.kind == QueryKind.NOTE

    @property
    def form(self) -> Entry:
        """The entry it stands in; of a form that nobody has begun, one that is not stored."""
        if self.entry is not None:
            return self.entry
        above = Entry(number=self.parent_number) if self.parent_number else None
        return Entry(
            patient=self.patient,
            visit=self.visit,
            crf=self.crf or "",
            number=self.form_number or 1,
            parent=above,
        )

    @property
    def address(self) -> str:
        """Of a form that nobody has begun, as `Entry.address`."""
        return f"{self.parent_number}.{self.form_number}" if self.parent_number else str(self.form_number)

    @property
    def spot(self) -> int | str:
        """Names the form it stands in among those of a page: the entry's id, or the place of one not begun."""
        return self.entry_id or f"{self.crf}:{self.address}"

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
    def answered_by(self) -> "Message | None":
        """Of what the site opened: the last thing that a reviewer wrote or did there after the site's own last word."""
        site_wrote = max((said.pk for said in self.said if not said.is_of_review), default=0)
        return next(
            (said for said in reversed(self.said) if said.is_of_review and said.pk > site_wrote), None
        )

    @property
    def asker(self) -> str:
        if self.opened_by:
            return self.opened_by.username
        return asked_by_check(self.check_id)

    @property
    def item_label(self) -> str:
        """What the form calls the item; of one that the form no longer has, its name."""
        definition = CRFS.get(self.form.crf)
        item = definition.items.get(self.item) if definition else None
        return str(item.verbose_name) if item else self.item

    @property
    def value_words(self) -> str:
        """The value when it was asked, in the reader's language."""
        return quoted_as_read(self.item, self.value)

    @property
    def visit_words(self) -> str:
        return visit_label(self.form.visit)

    @property
    def form_words(self) -> str:
        return form_title(self.form)

    @property
    def where(self) -> str:
        """Visit and form, as people say it."""
        return " · ".join(part for part in (self.visit_words, self.form_words) if part)

    @property
    def anchor(self) -> str:
        """The id of the item on the monitor's page of its visit or form."""
        return element_id(self.form.crf, self.form.address, self.item)


class Act(models.TextChoices):
    """What a message did."""

    OPENED = "opened", pgettext_lazy("what a message of a query did", "asked")
    ANSWERED = "answered", pgettext_lazy("what a message of a query did", "answered")
    ASKED_AGAIN = "asked-again", pgettext_lazy("what a message of a query did", "asked again")
    PASSED_ON = "passed-on", pgettext_lazy("what a message of a query did", "passed on")
    CLOSED = "closed", pgettext_lazy("what a message of a query did", "closed")
    REOPENED = "reopened", pgettext_lazy("what a message of a query did", "reopened")
    ADDED = "added", pgettext_lazy("what a message of a query did", "added")
    READ = "read", pgettext_lazy("what a message of a query did", "read")


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

    @property
    def words(self) -> str:
        """What was said, to be read: of a check and of the product in the reader's language, of a person as written.
        Whoever lists messages gives them their queries."""
        return self.text if self.said_by_id else self.query.as_read(self.text)

    @property
    def value_words(self) -> str:
        """The value at that moment, in the reader's language."""
        return quoted_as_read(self.query.item, self.value)

    @property
    def role_words(self) -> str:
        return words_of_role(self.role)

    @property
    def is_of_review(self) -> bool:
        """Whether a monitor, a data manager or safety said it."""
        return self.role in WAITED_FOR and self.role != Turn.SITE
