"""What every list of the monitor's admin is: readable, searchable by patient number, and nothing else."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.roles import Right
from ecrf.casebook.labels import form_title, visit_label
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.read_by_safety import patients_with_serious_event
from ecrf.casebook.schedule.completion import form_state
from ecrf.monitoring.lists.changelist import (
    ROWS,
    FirstRows,
    ReviewList,
    by_number,
    chip,
    ids,
    open_words,
    quiet,
    struck_through,
)
from ecrf.monitoring.lists.filters import ChoiceFilter
from ecrf.monitoring.reach import reader
from ecrf.queries.lookup import count_open_of_entries


def practice_tag() -> SafeString:
    """Beside the number of a patient who is for training and no part of the study."""
    return format_html(' <span class="tag tag-practice">{}</span>', pgettext("tag: for training", "practice"))


class ReviewAdmin(admin.ModelAdmin):
    """A list and a page for each row, to read only; `number_path` leads from the row to the patient's number.

    Of the admin it uses columns, filters and order of a list. Nobody has one of its rights to add, change or delete.
    """

    actions = None
    list_per_page = list_max_show_all = ROWS
    # Each would cost a count of the whole table.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = FirstRows
    empty_value_display = "–"
    list_display_links: Any = ("the_form",)
    search_fields = ("number",)
    number_path: ClassVar[str] = "patient__number"
    struck_path: ClassVar[str] = ""
    """Leads from the row to when it was struck out: such rows are shown, and not counted."""
    right: Right = Right.REVIEW
    heading: str | Promise = ""
    order_words: str | Promise = ""
    empty_words: str | Promise = ""
    searched_by: str | Promise = gettext_lazy("Patient number")
    is_by_site: bool = False
    """Whether a search goes by the code of the site, and not by the patient's number."""
    beside: str | Promise = ""
    beside_url: str = ""
    """The name and the address of a page that belongs to the list."""
    page: ClassVar[Callable[..., HttpResponse] | None] = None
    """A row's page; None where the list is all there is."""

    def list_urls(self) -> list[URLPattern]:
        """The list, and the page of a row."""
        address = f"{self.opts.app_label}/{self.opts.model_name}/"
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        see = self.admin_site.admin_view
        urls = [path(address, see(self.list_page), name=f"{name}_changelist")]
        if page := type(self).page:
            urls.append(path(f"{address}<int:pk>/change/", see(page), name=f"{name}_change"))
        return urls

    def list_page(self, request: HttpRequest) -> HttpResponse:
        if self.right not in reader(request).rights:
            raise PermissionDenied(gettext("Your role does not let you read this list."))
        try:
            context = {"cl": self.get_changelist_instance(request)}
        except SuspiciousOperation:
            return render(request, "monitoring/lists/no_such_list.html", {"list": self}, status=400)
        return render(request, "monitoring/lists/list.html", context)

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest | None = None) -> bool:
        """What a list's own filters name, and no column of the database."""
        return lookup in {choice.parameter_name for choice in self.list_filter}  # type: ignore[union-attr]

    @property
    def is_narrowed_by_choice(self) -> bool:
        """Whether its filters are chosen from lists, in one form."""
        return any(issubclass(one, ChoiceFilter) for one in self.list_filter)  # type: ignore[arg-type]

    @property
    def at_practice(self) -> Q:
        """Which rows are of patients for training."""
        return Q(**{f"{self.number_path.removesuffix('number')}site__is_practice": True})

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def load_columns(self, rows: list[Any]) -> None:
        """Load what the columns need beside the rows: a fixed number of statements a page."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return reachable(reader(request), self.rows(), self.right).order_by(*self.get_ordering(request))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ReviewList]:
        return ReviewList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return by_number(queryset, self.number_path, search_term), False

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Only columns that name an order; every one of these stands on an index."""
        return None

    def patient_column(self, user: User, of: Callable[[Any], Patient]) -> Callable[[Any], str]:
        """The patient's number, a link for those who may read the whole patient."""
        of_safety = set() if Right.REVIEW in user.rights else patients_with_serious_event()

        @admin.display(description=gettext_lazy("Patient"), ordering=self.number_path)
        def number(row: Any) -> str:
            patient = of(row)
            mark = practice_tag() if patient.site.is_practice else ""
            if not user.may(Right.REVIEW, patient.site) and patient.pk not in of_safety:
                return format_html("{}{}", patient.number, mark)
            address = reverse("monitor:casebook_patient_change", args=[patient.pk])
            return format_html('<a href="{}">{}</a>{}', address, patient.number, mark)

        return number

    @admin.display(description=gettext_lazy("Site"))
    def the_site(self, row: Any) -> str:
        return str(row.site.code)

    @admin.display(description=gettext_lazy("Queries"))
    def the_queries(self, row: Any) -> str:
        return open_words(row.open_queries)

    @admin.display(description=gettext_lazy("Verified"))
    def the_verified(self, row: Any) -> str:
        words: str = row.progress.verified_words
        return words

    @admin.display(description=pgettext_lazy("head of a column", "Signed"))
    def the_signed(self, row: Any) -> str:
        words: str = row.progress.signed_words
        return words


class FormColumns(ReviewAdmin):
    """The columns that every list of forms has; `entry_of` gives the row's entry."""

    def entry_of(self, row: Any) -> Entry:
        raise NotImplementedError

    def load_columns(self, rows: list[Any]) -> None:
        """Two statements: the queries, and the entries below those of the page."""
        counts = count_open_of_entries(ids(rows))
        below = list(Entry.objects.filter(parent__in=ids(rows)).select_related("parent"))
        for row in rows:
            entry = self.entry_of(row)
            row.open_queries = counts.get(row.pk, 0)
            row.form_state = form_state(entry.crf, [entry, *(e for e in below if e.parent_id == entry.pk)])

    @admin.display(description=gettext_lazy("Visit"))
    def the_visit(self, row: Any) -> str:
        return visit_label(self.entry_of(row).visit) or quiet("–")

    @admin.display(description=gettext_lazy("Form"))
    def the_form(self, row: Any) -> str:
        title = form_title(self.entry_of(row))
        return struck_through(title) if self.entry_of(row).is_struck else title

    @admin.display(description=pgettext_lazy("head of a column", "Status"))
    def the_status(self, row: Any) -> str:
        if self.entry_of(row).is_struck:
            return chip("struck", gettext("struck out"))
        form = row.form_state
        known = {
            "complete": pgettext("state of a form", "complete"),
            "ready": pgettext("state of a form", "to complete"),
        }
        missing = gettext("%(number)d missing") % {"number": form.missing}
        return chip(form.state, known.get(form.state, missing))
