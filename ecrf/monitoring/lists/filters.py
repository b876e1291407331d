"""Narrows the monitor's lists: patients by where they are in the study, forms by their choices and their visit."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.casebook.models import STANDING, PatientStatus
from ecrf.casebook.schedule.due import LIVING, PatientState
from ecrf.casebook.schedule.status import due_within, overdue
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CrfDefinition
from ecrf.formview.form_view import YES_NO
from ecrf.monitoring.reach import reader

STATES = {state.value.replace(" ", "-"): state for state in PatientState}
DUE, OVERDUE, STRUCK = "due", "overdue", "struck-out"


class PatientFilter(SimpleListFilter):
    """One choice at a time, from a fixed list; anything else in the address is no list (404)."""

    title = "Show"
    parameter_name = "show"
    template = "monitoring/lists/_narrow.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        states = [(key, state.value.capitalize()) for key, state in STATES.items()]
        return [(DUE, "Due in 7 days"), (OVERDUE, "Overdue"), *states, (STRUCK, "Struck out")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen == STRUCK:
            return queryset.exclude(STANDING)
        queryset = queryset.filter(STANDING)
        if chosen is None:
            return queryset
        if chosen in STATES:
            return queryset.filter(schedule_status__state=STATES[chosen])
        if chosen not in (DUE, OVERDUE):
            raise Http404
        today = {site.pk: site.today() for site in sites(reader(request), Right.REVIEW)}
        rule = overdue(today) if chosen == OVERDUE else due_within(7, today)
        return queryset.filter(schedule_status__in=PatientStatus.objects.filter(rule, state__in=LIVING))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Each choice with its address; the search by patient number stays, the page begins anew."""
        for key, words in ((None, "All"), *self.lookup_choices):
            address = changelist.get_query_string({self.parameter_name: key})
            yield {"selected": self.value() == key, "query_string": address, "display": words}


class StandingFilter(PatientFilter):
    """Those that stand, or those that are struck out."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(STRUCK, "Struck out")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in (None, STRUCK):
            raise Http404
        return queryset.exclude(STANDING) if self.value() else queryset.filter(STANDING)


ONLY = "only-"
"""Begins the name of each choice in the address: it is no item that could be entered."""


class ChoiceFilter(SimpleListFilter):
    """One item of a form with few answers, or its visit: a value that is none of these is no list (404)."""

    template = "monitoring/lists/_choose.html"
    path: ClassVar[str]
    options: ClassVar[list[tuple[str, str]]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return self.options

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in dict(self.options):
            raise Http404
        return queryset.filter(self.which(chosen))

    def which(self, chosen: str) -> Q:
        return Q(**{self.path: {"yes": True, "no": False}.get(chosen, chosen)})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"value": "", "display": "All", "selected": not self.value()}
        for value, words in self.options:
            yield {"value": value, "display": words, "selected": self.value() == value}


class VisitFilter(ChoiceFilter):
    """All unscheduled visits, and others that repeat, are chosen together."""

    title, parameter_name, path = "Visit", f"{ONLY}visit", "entry__visit__code"
    options: ClassVar[list[tuple[str, str]]] = []

    def which(self, chosen: str) -> Q:
        return Q(**{self.path: chosen}) | Q(**{f"{self.path}__startswith": f"{chosen}-"})


def filters_of(definition: CrfDefinition) -> list[type[ChoiceFilter]]:
    """Of a form's list: its visit, where it has one, and the columns with few answers."""
    named = dict.fromkeys((*definition.columns, *definition.model.listed))
    names = [name for name in named if name in definition.items]
    filters: list[type[ChoiceFilter]] = []
    key = definition.row_of or definition.key
    at = [(plan.code, plan.label) for plan in protocol().visits if key in (*plan.forms, *plan.optional)]
    if len(at) > 1:
        filters.append(type("VisitFilter", (VisitFilter,), {"options": at}))
    for name in names:
        item = definition.items[name]
        if item.kind == "choice":
            options = [(str(code), str(words)) for code, words in item.flatchoices or YES_NO]
            shown = {
                "title": str(item.verbose_name),
                "parameter_name": f"{ONLY}{name}",
                "path": name,
                "options": options,
            }
            filters.append(type("ChoiceFilter", (ChoiceFilter,), shown))
    return filters
