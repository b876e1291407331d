"""Registers the monitor's lists and pages: patients, visits, forms, and one list for every kind of form."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.requests import UserRequest
from ecrf.casebook.labels import form_title, label_of, names_by_patient, visit_label, words_of
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.read_by_safety import right_to_read
from ecrf.casebook.report_clock import late_words
from ecrf.casebook.schedule.completion import visit_states
from ecrf.casebook.schedule.status import ends_of, fact_of, planned_forms
from ecrf.forms.crf import Crf
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import said
from ecrf.monitoring import reach
from ecrf.monitoring.lists import ranges  # noqa: F401  (each registers its list)
from ecrf.monitoring.lists.changelist import by_visit, chip, ids, quiet, struck_through
from ecrf.monitoring.lists.facts import linked_rows, missing_words
from ecrf.monitoring.lists.filters import PatientFilter, StandingFilter, filters_of
from ecrf.monitoring.lists.progress import Progress, progress_of
from ecrf.monitoring.lists.read_only import FormColumns, ReviewAdmin, practice_tag
from ecrf.monitoring.queries import list as query_list  # noqa: F401  (each registers its list)
from ecrf.monitoring.reach import reader
from ecrf.monitoring.sdv import views as sdv_views
from ecrf.monitoring.site import monitor_site
from ecrf.queries.lookup import count_open

SHOWN_ITEMS = 5
"""How many of a form's items its list shows."""

UNBROKEN = ("number", "day", "partial-day", "clock")
"""Kinds of item whose values stand on one line."""


@admin.register(Patient, site=monitor_site)
class PatientAdmin(ReviewAdmin):
    """Patients with where they are in the schedule."""

    heading = gettext_lazy("Patients")
    page = staticmethod(sdv_views.patient)
    number_path = "number"
    list_display_links = ("the_number",)
    ordering = ("number",)
    list_filter = (PatientFilter,)
    list_display = (
        *("the_number", "the_site", "the_state", "last_visit", "next_visit"),
        *("the_verified", "the_signed", "the_queries"),
    )

    def rows(self) -> QuerySet[Patient]:
        return reach.patients().select_related("schedule_status")

    def load_columns(self, rows: list[Any]) -> None:
        """Two statements: the queries, the review status."""
        counts, progress = count_open("patient", ids(rows)), progress_of("patient", ids(rows))
        for row in rows:
            row.open_queries = counts.get(row.pk, 0)
            row.progress = progress.get(row.pk, Progress())
            row.seen = getattr(row, "schedule_status", None)

    @admin.display(description=gettext_lazy("Patient"), ordering="number")
    def the_number(self, row: Patient) -> str:
        return format_html("{}{}", row.number, practice_tag()) if row.site.is_practice else row.number

    @admin.display(description=pgettext_lazy("head of a column", "State"))
    def the_state(self, row: Any) -> str:
        return capfirst(row.seen.state_words) if row.seen else quiet("–")

    @admin.display(description=pgettext_lazy("of a patient", "Last visit"))
    def last_visit(self, row: Any) -> str:
        if not row.seen or not row.seen.last_on:
            return quiet(pgettext("a visit", "none yet"))
        return format_html("{} {}", label_of(row.seen.last_code), quiet(row.seen.last_on.isoformat()))

    @admin.display(description=gettext_lazy("Next visit"))
    def next_visit(self, row: Any) -> str:
        if not row.seen or not row.seen.next_code:
            return quiet("–")
        late = row.seen.is_overdue(row.site.today())
        due_on = row.seen.due_on.isoformat() if row.seen.due_on else ""
        when = chip("overdue", gettext("%(day)s, overdue") % {"day": due_on}) if late else quiet(due_on)
        return format_html("{} {}", label_of(row.seen.next_code), when)


@admin.register(Visit, site=monitor_site)
class VisitAdmin(ReviewAdmin):
    """Visits the sites have opened, with how much of each is complete."""

    heading = gettext_lazy("Visits")
    list_filter = (StandingFilter,)
    page = staticmethod(sdv_views.visit)
    list_display_links = ("the_visit",)
    ordering = ("patient__number", "pk")

    def rows(self) -> QuerySet[Visit]:
        return reach.visits()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(reader(request), lambda row: row.patient)
        what = ["the_visit", "the_date", "the_forms", "the_verified", "the_signed", "the_queries"]
        return [patient, "the_site", *what]

    def load_columns(self, rows: list[Any]) -> None:
        """Five statements: the queries, the review status, the visit forms, the entries, the ends of study."""
        queries, trial = count_open("entry__visit", ids(rows)), protocol()
        progress = progress_of("visit", ids(rows))
        stored = CRFS[trial.visit_form].model._default_manager.filter(entry__visit__in=ids(rows))
        visit_forms = {row.entry.visit_id: row for row in stored.select_related("entry")}
        entries = by_visit(Entry.objects.filter(visit__in=ids(rows)).select_related("parent"))
        ends = ends_of([row.patient for row in rows])
        for row in rows:
            row.open_queries = queries.get(row.pk, 0)
            row.progress = progress.get(row.pk, Progress())
            fact = fact_of(row.code, entries[row.pk], visit_forms.get(row.pk))
            row.on, row.was_missed = fact.visited_on, fact.missed
            plan, end = trial.plan(row.code), ends.get(row.patient_id)
            planned = planned_forms(plan, missed=fact.missed, visited_on=fact.visited_on, end=end)
            row.states = visit_states(plan, entries[row.pk], planned)

    @admin.display(description=gettext_lazy("Visit"))
    def the_visit(self, row: Visit) -> str:
        return visit_label(row)

    @admin.display(description=gettext_lazy("Date"))
    def the_date(self, row: Any) -> str:
        if row.was_missed:
            return chip("missed", pgettext("state of a visit", "missed"))
        return row.on.isoformat() if row.on else quiet(pgettext("the date of a visit", "none yet"))

    @admin.display(description=gettext_lazy("Forms"))
    def the_forms(self, row: Any) -> str:
        done = sum(form.state == "complete" for form in row.states.values())
        words = gettext("%(done)d of %(all)d complete") % {"done": done, "all": len(row.states)}
        return chip("complete" if done == len(row.states) else "begun", words)


@admin.register(Entry, site=monitor_site)
class EntryAdmin(FormColumns):
    """Every form the sites have begun; the rows of a form are read on its page."""

    heading = gettext_lazy("Forms")
    struck_path = "struck_at"
    page = staticmethod(sdv_views.form)
    ordering = ("patient__number", "pk")

    def rows(self) -> QuerySet[Entry]:
        return reach.entries().filter(parent=None)

    def entry_of(self, row: Any) -> Entry:
        return row

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(reader(request), lambda row: row.patient)
        return [patient, "the_site", "the_visit", "the_form", "the_status", "the_queries"]


class CrfAdmin(FormColumns):
    """All forms of one kind, with their first items in words. Subclassed for each CRF by the loop below."""

    definition: ClassVar[CrfDefinition]
    number_path = "entry__patient__number"
    struck_path = "entry__struck_at"

    @property
    def heading(self) -> str:  # type: ignore[override]
        """In the language of who reads."""
        return self.definition.plural

    def rows(self) -> QuerySet[Crf]:
        return reach.rows(self.definition)

    def entry_of(self, row: Any) -> Entry:
        return row.entry

    @admin.display(description=gettext_lazy("Form"))
    def the_form(self, row: Any) -> str:
        """The list's head says which kind it is of: its number is seen, its whole name heard."""
        kind, _, number = form_title(row.entry).rpartition(" ")
        if row.entry.parent_id or not kind or not number.isdecimal():
            return super().the_form(row)
        name = format_html('<span class="visually-hidden">{} </span>{}', kind, number)
        return struck_through(name) if row.entry.is_struck else name

    def load_columns(self, rows: list[Any]) -> None:
        """One statement more for each column that names other entries, or shows an item of them."""
        super().load_columns(rows)
        for link in {name.partition(".")[0] for name in self.definition.model.listed if "." in name}:
            targets = linked_rows(self.definition, link, rows)
            for row in rows:
                row.linked = {
                    **getattr(row, "linked", {}),
                    link: targets.get((row.entry.patient_id, getattr(row, link))),
                }
        named = self.definition.model.listed or _shown_items(self.definition)
        names = names_by_patient(self.definition, rows, named)
        for row in rows:
            row.names = names.get(row.entry.patient_id, {})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(reader(request), lambda row: row.entry.patient)
        items = [_column(self.definition, name) for name in self.definition.model.listed]
        items = items or [
            _item_column(name, self.definition.items[name]) for name in _shown_items(self.definition)
        ]
        if self.definition.model.late_words is not Crf.late_words:
            items.append(_in_time)
        visit = [] if self.is_without_visit else ["the_visit"]
        form = [] if self.is_named_by_visit else ["the_form"]
        return [patient, "the_site", *visit, *form, *items, "the_status", "the_queries"]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ["the_visit" if self.is_named_by_visit else "the_form"]

    @property
    def is_named_by_visit(self) -> bool:
        """Whether the visit alone says which form it is."""
        return not (self.is_without_visit or self.definition.repeat or self.definition.row_of)

    @property
    def is_without_visit(self) -> bool:
        return self.definition.key in (*protocol().logs, *protocol().patient_forms)


def _column(definition: CrfDefinition, name: str) -> Callable[[Any], str]:
    """An item, an item of the form that a link names, or what a method says."""
    link, _, item = name.partition(".")
    if item:
        linked = CRFS[definition.links[link].to].items[item]

        @admin.display(description=str(linked.verbose_name))
        def words(row: Any) -> str:
            target = row.linked.get(link)
            found = str(linked.words(getattr(target, item))) if target else ""
            return struck_through(found) if found and row.entry.is_struck else found

        return words
    if name in definition.items:
        return _item_column(name, definition.items[name])

    @admin.display(description=said(definition.model.listed_words[name]))
    def in_words(row: Any) -> str:
        return struck_through(getattr(row, name)()) if row.entry.is_struck else str(getattr(row, name)())

    in_words.__name__ = "words"
    return in_words


@admin.display(description=pgettext_lazy("a report", "In time"))
def _in_time(row: Any) -> str:
    if row.entry.is_struck:
        return quiet("–")
    late = late_words(row, row.site.zone)
    return chip("overdue", late) if late else quiet(row.in_time_words(row.site.zone))


def _shown_items(definition: CrfDefinition) -> list[str]:
    """The items a list shows: those the form names, or the first always asked and the first calculated."""
    if definition.columns:
        return list(definition.columns)
    always = [
        name
        for name, item in definition.entered.items()
        if item.required and not (item.asked_if or item.asked_with)
    ]
    calculated = list(definition.calculated)[:1]
    return [*always[: SHOWN_ITEMS - len(calculated)], *calculated]


def _item_column(name: str, item: Any) -> Callable[[Any], str]:
    @admin.display(description=str(item.verbose_name))
    def words(row: Any) -> str:
        if name in row.missing_reasons:
            return quiet(missing_words(row.missing_reasons[name]["reason"]))
        value = words_of(item, getattr(row, name), row.names)
        if value and row.entry.is_struck:
            return struck_through(value)
        if value:
            return Truncator(value).chars(200)
        is_asked = CRFS[row.entry.crf].asked(row, name)
        if item.rule:
            return quiet(gettext("not calculated"))
        if is_asked:
            return quiet(pgettext("an item without a value", "blank"))
        return quiet(pgettext("an item", "not asked"))

    if item.kind in UNBROKEN:
        words.__name__ = "value"  # the column's class on the page
    return words


def _register(definition: CrfDefinition) -> None:
    """A list of its own for one kind of form; logs begin with the newest, the others go by patient."""

    def page(request: UserRequest, pk: int) -> HttpResponse:
        return sdv_views.form(request, pk, definition.key)

    is_log = definition.key in protocol().logs
    options = {
        "definition": definition,
        "order_words": pgettext_lazy("order of a list", "the last entered first") if is_log else "",
        "right": right_to_read(definition),
        "ordering": ("-pk",) if is_log else ("entry__patient__number", "pk"),
        "page": staticmethod(page),
        "list_filter": tuple(filters_of(definition)),
    }
    monitor_site.register(definition.model, type(f"{definition.model.__name__}Admin", (CrfAdmin,), options))


for _definition in CRFS.values():
    _register(_definition)
