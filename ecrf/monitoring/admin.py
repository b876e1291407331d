"""Registers the monitor's lists and pages: patients, visits, forms, and one list for every kind of form."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.casebook.models import Crf, Entry, Patient, Status, Visit
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.monitoring import pages, reaching
from ecrf.monitoring.lists import ROWS, FirstRows, ReviewList, asked, by_number, chip, ids, quiet
from ecrf.monitoring.questions import count_open, count_open_of_entries
from ecrf.monitoring.site import monitor_site
from ecrf.monitoring.wording import form_title, plural_title, visit_label

FIRST_ITEMS = 4
"""How many of a form's items its list shows."""


class ReviewAdmin(admin.ModelAdmin):
    """A list and a page for each row, to read only; `number_path` leads from the row to the patient's number."""

    actions = None
    list_per_page = list_max_show_all = ROWS
    show_full_result_count = False
    paginator = FirstRows
    empty_value_display = "–"
    list_display_links: Any = ("title",)
    search_fields = ("number",)
    number_path: ClassVar[str] = "patient__number"
    right: Right = Right.REVIEW
    heading: str = ""
    page: ClassVar[Callable[..., HttpResponse]]

    def get_urls(self) -> list[URLPattern]:  # type: ignore[override]
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        guard = self.admin_site.admin_view
        return [
            path("", guard(self.changelist_view), name=f"{name}_changelist"),
            path("<int:pk>/change/", guard(type(self).page), name=f"{name}_change"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.right in request.user.rights

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest | None = None) -> bool:
        return False

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def dress(self, rows: list[Any]) -> None:
        """Load what the columns need beside the rows: a fixed number of statements a page."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return reachable(request.user, self.rows(), self.right).order_by(*self.get_ordering(request))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ReviewList]:
        return ReviewList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return by_number(queryset, self.number_path, search_term), False

    def patient_column(self, user: User, of: Callable[[Any], Patient]) -> Callable[[Any], str]:
        """The patient's number, a link for those who may read the whole patient."""

        @admin.display(description="Patient", ordering=self.number_path)
        def number(row: Any) -> str:
            patient = of(row)
            if not user.may(Right.REVIEW, patient.site):
                return patient.number
            address = reverse("monitor:casebook_patient_change", args=[patient.pk])
            return format_html('<a href="{}">{}</a>', address, patient.number)

        return number

    @admin.display(description="Site")
    def site_code(self, row: Any) -> str:
        return str(row.site.code)

    @admin.display(description="Questions")
    def questions(self, row: Any) -> str:
        return asked(row.open_questions)


@admin.register(Patient, site=monitor_site)
class PatientAdmin(ReviewAdmin):
    """Patients with where they are in the schedule."""

    heading = "Patients"
    page = staticmethod(pages.patient)
    number_path = "number"
    ordering = ("number",)
    list_display = ("title", "site_code", "state", "last_visit", "next_visit", "questions")

    def rows(self) -> QuerySet[Patient]:
        return reaching.patients().select_related("outlook")

    def dress(self, rows: list[Any]) -> None:
        counts = count_open("entry__patient", ids(rows))
        for row in rows:
            row.open_questions = counts.get(row.pk, 0)
            row.seen = getattr(row, "outlook", None)

    @admin.display(description="Patient", ordering="number")
    def title(self, row: Patient) -> str:
        return row.number

    @admin.display(description="State")
    def state(self, row: Any) -> str:
        return row.seen.state.capitalize() if row.seen else quiet("–")

    @admin.display(description="Last visit")
    def last_visit(self, row: Any) -> str:
        if not row.seen or not row.seen.last_on:
            return quiet("none yet")
        return format_html("{} {}", _label(row.seen.last_code), quiet(row.seen.last_on.isoformat()))

    @admin.display(description="Next visit")
    def next_visit(self, row: Any) -> str:
        if not row.seen or not row.seen.next_code:
            return quiet("–")
        late = row.seen.closes_on and row.seen.closes_on < row.site.today()
        due_on = row.seen.due_on.isoformat() if row.seen.due_on else ""
        when = chip("overdue", f"{due_on}, overdue") if late else quiet(due_on)
        return format_html("{} {}", _label(row.seen.next_code), when)


@admin.register(Visit, site=monitor_site)
class VisitAdmin(ReviewAdmin):
    """Visits the sites have opened, with how much of each is complete."""

    heading = "Visits"
    page = staticmethod(pages.visit)
    ordering = ("patient__number", "pk")

    def rows(self) -> QuerySet[Visit]:
        return reaching.visits()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(request.user, lambda row: row.patient)
        return [patient, "site_code", "title", "visited_on", "forms", "questions"]

    def dress(self, rows: list[Any]) -> None:
        questions = count_open("entry__visit", ids(rows))
        trial = protocol()
        found = CRFS[trial.visit_form].model._default_manager.filter(entry__visit__in=ids(rows))
        facts = {row.entry.visit_id: row for row in found.select_related("entry")}
        kinds = Entry.objects.filter(visit__in=ids(rows), parent=None).order_by().values("visit_id", "crf")
        kinds = kinds.annotate(unfinished=Count("pk", filter=~Q(status=Status.COMPLETE)))
        done = [kind["visit_id"] for kind in kinds if not kind["unfinished"]]
        for row in rows:
            row.open_questions = questions.get(row.pk, 0)
            row.on = getattr(facts.get(row.pk), trial.visit_date_item, None)
            row.was_missed = getattr(facts.get(row.pk), trial.visit_fate_item, None) == trial.visit_missed
            row.forms_complete = done.count(row.pk)

    @admin.display(description="Visit")
    def title(self, row: Visit) -> str:
        return visit_label(row)

    @admin.display(description="Date")
    def visited_on(self, row: Any) -> str:
        if row.was_missed:
            return chip("missed", "missed")
        return row.on.isoformat() if row.on else quiet("none yet")

    @admin.display(description="Forms")
    def forms(self, row: Any) -> str:
        plan = protocol().plan(row.code)
        wanted = len(plan.forms) if plan and not row.was_missed else 1
        state = "complete" if row.forms_complete >= wanted else "begun"
        return chip(state, f"{row.forms_complete} of {wanted} complete")


class FormColumns(ReviewAdmin):
    """The columns that every list of forms has; `entry_of` gives the row's entry."""

    def entry_of(self, row: Any) -> Entry:
        raise NotImplementedError

    def dress(self, rows: list[Any]) -> None:
        counts = count_open_of_entries(ids(rows))
        for row in rows:
            row.open_questions = counts.get(row.pk, 0)

    @admin.display(description="Visit")
    def visit(self, row: Any) -> str:
        return visit_label(self.entry_of(row).visit) or quiet("–")

    @admin.display(description="Form")
    def title(self, row: Any) -> str:
        return form_title(self.entry_of(row))

    @admin.display(description="Status")
    def status(self, row: Any) -> str:
        entry = self.entry_of(row)
        if entry.status == Status.COMPLETE:
            return chip("complete", "complete")
        return chip("begun", f"{entry.missing} missing") if entry.missing else chip("ready", "to complete")


@admin.register(Entry, site=monitor_site)
class EntryAdmin(FormColumns):
    """Every form the sites have begun; the rows of a form are read on its page."""

    heading = "Forms"
    page = staticmethod(pages.form)
    ordering = ("patient__number", "pk")

    def rows(self) -> QuerySet[Entry]:
        return reaching.entries().filter(parent=None)

    def entry_of(self, row: Any) -> Entry:
        return row

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(request.user, lambda row: row.patient)
        return [patient, "site_code", "visit", "title", "status", "questions"]

    def get_urls(self) -> list[URLPattern]:
        address = "<int:pk>/<slug:name>/history/"
        history = path(address, self.admin_site.admin_view(pages.history), name="item-history")
        return [*super().get_urls(), history]


class CrfAdmin(FormColumns):
    """All forms of one kind, with their first items in words. Subclassed for each CRF by the loop below."""

    definition: ClassVar[CrfDefinition]
    number_path = "entry__patient__number"

    def rows(self) -> QuerySet[Crf]:
        return reaching.rows(self.definition)

    def entry_of(self, row: Any) -> Entry:
        return row.entry

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(request.user, lambda row: row.entry.patient)
        items = [_item_column(name, item) for name, item in list(self.definition.items.items())[:FIRST_ITEMS]]
        visit = [] if self.is_without_visit else ["visit"]
        return [patient, "site_code", *visit, "title", *items, "status", "questions"]

    @property
    def is_without_visit(self) -> bool:
        return self.definition.key in (*protocol().logs, *protocol().patient_forms)


def _item_column(name: str, item: Any) -> Callable[[Any], str]:
    @admin.display(description=str(item.verbose_name))
    def words(row: Crf) -> str:
        if name in row.missing_reasons:
            return quiet(row.missing_reasons[name]["reason"].replace("-", " "))
        found = str(item.words(getattr(row, name)))
        return found or quiet("blank")

    return words


def _label(code: str) -> str:
    plan = protocol().plan(code)
    return plan.label if plan else code


def _register(definition: CrfDefinition) -> None:
    """A list of its own for one kind of form; logs begin with the newest, the others go by patient."""

    def page(request: HttpRequest, pk: int) -> HttpResponse:
        return pages.form(request, pk, definition.key)

    is_log = definition.key in protocol().logs
    options = {
        "definition": definition,
        "heading": plural_title(definition),
        "right": reaching.right_to_read(definition),
        "ordering": ("-pk",) if is_log else ("entry__patient__number", "pk"),
        "page": staticmethod(page),
    }
    monitor_site.register(definition.model, type(f"{definition.model.__name__}Admin", (CrfAdmin,), options))


for _definition in CRFS.values():
    _register(_definition)
