"""Narrows the monitor's lists: patients by where they are in the study, forms by their choices and their visit."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, pgettext, pgettext_lazy

from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.casebook.models import STANDING, PatientStatus
from ecrf.casebook.schedule.due import LIVING, PatientState, words_of_state
from ecrf.casebook.schedule.status import due_within, overdue
from ecrf.forms.answers import answers_of
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CrfDefinition
from ecrf.monitoring.reach import reader

STATES = {state.value.replace(" ", "-"): state for state in PatientState}
DUE, OVERDUE, STRUCK = "due", "overdue", "struck-out"


class PatientFilter(SimpleListFilter):
    """One choice at a time, from a fixed list; anything else in the address is no list (404)."""

    title = pgettext_lazy("label: which patients", "Show")
    parameter_name = "show"
    template = "monitoring/lists/_narrow.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        states = [(key, capfirst(words_of_state(state))) for key, state in STATES.items()]
        return [
            (DUE, gettext("Due in 7 days")),
            (OVERDUE, gettext("Overdue")),
            *states,
            (STRUCK, gettext("Struck out")),
        ]

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
        for key, words in ((None, pgettext("choice: all of a list", "All")), *self.lookup_choices):
            address = changelist.get_query_string({self.parameter_name: key})
            yield {"selected": self.value() == key, "query_string": address, "display": words}


class StandingFilter(PatientFilter):
    """Those that stand, or those that are struck out."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(STRUCK, gettext("Struck out"))]

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
    options: ClassVar[Callable[[], list[tuple[str, str]]]]
    """The values with their words, in the language of who asks."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return type(self).options()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if not chosen:
            return queryset
        if chosen not in dict(self.lookup_choices):
            raise Http404
        return queryset.filter(self.which(chosen))

    def which(self, chosen: str) -> Q:
        return Q(**{self.path: {"yes": True, "no": False}.get(chosen, chosen)})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"value": "", "display": pgettext("choice: all of a list", "All"), "selected": not self.value()}
        for value, words in self.lookup_choices:
            yield {"value": value, "display": words, "selected": self.value() == value}


class VisitFilter(ChoiceFilter):
    """All unscheduled visits, and others that repeat, are chosen together."""

    title, parameter_name, path = gettext_lazy("Visit"), f"{ONLY}visit", "entry__visit__code"

    def which(self, chosen: str) -> Q:
        return Q(**{self.path: chosen}) | Q(**{f"{self.path}__startswith": f"{chosen}-"})


def _label(item: Any) -> str:
    return str(item.verbose_name)


label_of = lazy(_label, str)
"""What an item is called, in the language of who reads it later."""


def filters_of(definition: CrfDefinition) -> list[type[ChoiceFilter]]:
    """Of a form's list: its visit, where it has one, and the columns with few answers."""
    named = dict.fromkeys((*definition.columns, *definition.model.listed))
    names = [name for name in named if name in definition.items]
    filters: list[type[ChoiceFilter]] = []
    key = definition.row_of or definition.key
    at = [plan for plan in protocol().visits if key in (*plan.forms, *plan.optional)]
    if len(at) > 1:
        visits = staticmethod(lambda: [(plan.code, plan.label) for plan in at])
        filters.append(type("VisitFilter", (VisitFilter,), {"options": visits}))
    for name in names:
        item = definition.items[name]
        if item.kind == "choice":
            shown = {
                "title": label_of(item),
                "parameter_name": f"{ONLY}{name}",
                "path": name,
                "options": staticmethod(partial(answers_of, item)),
            }
            filters.append(type("ChoiceFilter", (ChoiceFilter,), shown))
    return filters
