"""The reviewer's list of queries: by turn, age, check and site; each row leads to its conversation."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.checks.registry import CHECKS
from ecrf.monitoring.lists.changelist import chip, ids, quiet
from ecrf.monitoring.lists.read_only import ReviewAdmin
from ecrf.monitoring.queries import views
from ecrf.monitoring.reach import reader
from ecrf.monitoring.site import monitor_site
from ecrf.queries.lookup import placed
from ecrf.queries.models import Query, Turn

CUT = 90
"""How many characters of a query its list shows."""


class _Narrowing(SimpleListFilter):
    """One choice at a time; anything that is no choice is no list (404)."""

    template = "monitoring/lists/_narrow.html"
    first = "All"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        known = [key for key, _words in self.lookup_choices]
        if chosen is not None and chosen not in known:
            raise Http404
        return self.narrowed(queryset, chosen)

    def narrowed(self, queryset: QuerySet[Any], chosen: str | None) -> QuerySet[Any]:
        raise NotImplementedError

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for key, words in ((None, self.first), *self.lookup_choices):
            parameter = str(self.parameter_name)
            address = changelist.get_query_string({parameter: key})
            yield {"selected": self.value() == key, "query_string": address, "display": words}


class TurnFilter(_Narrowing):
    title, parameter_name, first = "Whose turn", "turn", "Open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        turns = [(turn.value, f"{turn.label}'s turn") for turn in Turn if turn != Turn.NOBODY]
        return [*turns, ("closed", "Closed")]

    def narrowed(self, queryset: QuerySet[Any], chosen: str | None) -> QuerySet[Any]:
        if chosen is None:
            return queryset.exclude(turn=Turn.NOBODY)
        return queryset.filter(turn=Turn.NOBODY if chosen == "closed" else chosen)


class AgeFilter(_Narrowing):
    title, parameter_name, first = "Waiting", "over", "Any age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("7", "Over 7 days"), ("30", "Over 30 days")]

    def narrowed(self, queryset: QuerySet[Any], chosen: str | None) -> QuerySet[Any]:
        if chosen is None:
            return queryset
        return queryset.filter(turn_since__lt=timezone.now() - timedelta(days=int(chosen)))


class SiteFilter(_Narrowing):
    title, parameter_name, first = "Site", "site", "All sites"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(site.code, f"Site {site.code}") for site in sites(reader(request), Right.REVIEW)]

    def narrowed(self, queryset: QuerySet[Any], chosen: str | None) -> QuerySet[Any]:
        return queryset.filter(site__code=chosen) if chosen else queryset


class CheckFilter(_Narrowing):
    """People's, checks', or those of one check, which its own link in the list names."""

    title, parameter_name, first = "Asked by", "check", "People and checks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = request.GET.get(self.parameter_name, "")
        return [
            ("none", "People"),
            ("any", "Checks"),
            *([(named, named)] if named in CHECKS or _is_past(named) else []),
        ]

    def narrowed(self, queryset: QuerySet[Any], chosen: str | None) -> QuerySet[Any]:
        if chosen == "any":
            return queryset.exclude(check_id="")
        return queryset if chosen is None else queryset.filter(check_id="" if chosen == "none" else chosen)


def _is_past(named: str) -> bool:
    """Whether a check of an earlier version has asked under this id."""
    return "\x00" not in named and Query.objects.filter(check_id=named).exclude(check_id="").exists()


@admin.register(Query, site=monitor_site)
class QueryAdmin(ReviewAdmin):
    """Queries, those first that wait longest."""

    heading = "Queries"
    order_words = "longest waiting first"
    empty_words = "No query fits this choice."
    beside, beside_url = "Noisy checks", "monitor:noisy-checks"
    page = staticmethod(views.query)
    list_display_links = ("the_query",)
    ordering = ("turn_since", "pk")
    list_filter = (TurnFilter, AgeFilter, CheckFilter, SiteFilter)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        patient = self.patient_column(reader(request), lambda row: row.patient)
        where = ["the_site", "the_visit", "the_form", "the_item"]
        return ["the_query", patient, *where, "the_words", "the_turn", "the_days", "the_check"]

    def rows(self) -> QuerySet[Query]:
        return Query.objects.all()

    def load_columns(self, rows: list[Any]) -> None:
        """Where each stands; one statement."""
        rows[:] = placed(ids(rows))

    @admin.display(description="No.")
    def the_query(self, row: Query) -> str:
        return str(row.number)

    @admin.display(description="Visit")
    def the_visit(self, row: Query) -> str:
        return row.visit_words or quiet("–")

    @admin.display(description="Form")
    def the_form(self, row: Query) -> str:
        return row.form_words

    @admin.display(description="Item")
    def the_item(self, row: Query) -> str:
        return row.item_label

    @admin.display(description="Question")
    def the_words(self, row: Query) -> str:
        return format_html('<span dir="auto">{}</span>', Truncator(row.text).chars(CUT))

    @admin.display(description="Turn")
    def the_turn(self, row: Query) -> str:
        states = {Turn.SITE: "due", Turn.NOBODY: "complete"}
        return chip(states.get(Turn(row.turn), "question"), row.get_turn_display().lower())

    @admin.display(description="Since", ordering="turn_since")
    def the_days(self, row: Query) -> str:
        words = {0: "today", 1: "1 day"}.get(row.days, f"{row.days} days")
        return chip("overdue", words) if row.is_open and row.days > 30 else words

    @admin.display(description="Check")
    def the_check(self, row: Query) -> str:
        return row.check_id or quiet(row.opened_by.username if row.opened_by else "–")
