"""Narrows the monitor's list of patients: by where they are in the study, or to visits due or overdue."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from ecrf.access.reach import sites
from ecrf.access.roles import Right
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.schedule.due import LIVING, PatientState
from ecrf.casebook.schedule.status import due_within, overdue
from ecrf.monitoring.reach import reader

STATES = {state.value.replace(" ", "-"): state for state in PatientState}
DUE, OVERDUE = "due", "overdue"


class PatientFilter(SimpleListFilter):
    """One choice at a time, from a fixed list; anything else in the address is no list (404)."""

    title = "Show"
    parameter_name = "show"
    template = "monitoring/lists/_narrow.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        states = [(key, state.value.capitalize()) for key, state in STATES.items()]
        return [(DUE, "Due in 7 days"), (OVERDUE, "Overdue"), *states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
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
