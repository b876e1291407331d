"""One page of the grid: whose rows it holds, in which order, and which of their cells are looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, sites
from ecrf.access.roles import READERS
from ecrf.casebook.models import STANDING, Patient
from ecrf.grid.cells import FormCell, VisitCell
from ecrf.grid.columns import ColumnChoice, GridColumn
from ecrf.grid.load import PatientRow, patient_rows
from ecrf.grid.narrowing import SORTS, STATE_FILTERS, ordered

FIRST, MORE = 18, 40
"""How many rows the first screen holds, and how many come at once as one scrolls."""
CELLS_AT_ONCE = 1_300
"""Where each form has its column, fewer rows come at once."""
ON_PAPER = 1_000
"""How many patients one print holds."""

ABOUT = 6
"""Columns about the patient: number, site, state, when the next visit is due, what is missing, open queries."""

AnyCell = FormCell | VisitCell


def _site_words(site: Site) -> str:
    return gettext("%(site)s (practice)") % {"site": site} if site.is_practice else str(site)


class GridQuery(forms.Form):
    """What the address says: of which site, by what, only with which state, from which row on."""

    site = forms.ChoiceField(required=False, label=gettext_lazy("Site"))
    sort = forms.ChoiceField(required=False, choices=list(SORTS.items()), label=gettext_lazy("Sort"))
    state = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Any state")), *((key, f.label) for key, f in STATE_FILTERS.items())],
        label=pgettext_lazy("label: of a cell", "State"),
    )
    start = forms.IntegerField(
        required=False, min_value=0, max_value=1_000_000, label=pgettext_lazy("first row", "Start")
    )

    def __init__(self, data: Any, where: list[Site]) -> None:
        super().__init__(data)
        named = [(site.code, _site_words(site)) for site in where]
        self.fields["site"].choices = [("", gettext("All sites")), *named]  # type: ignore[attr-defined]
        for name in ("site", "sort", "state"):
            self.fields[name].widget.attrs["class"] = "form-select"
            self.fields[name].error_messages["invalid_choice"] = gettext(
                "“%(value)s” is none of these; everything is shown."
            )


@dataclass(frozen=True)
class GridScope:
    """What is shown of whom: the sites that may be seen, the site asked for, order, state, the columns."""

    user: User
    where: list[Site]
    choice: ColumnChoice
    site: str = ""
    sort: str = "patient"
    state: str = ""
    start: int = 0

    @cached_property
    def columns(self) -> list[GridColumn]:
        return self.choice.columns

    @cached_property
    def patients(self) -> QuerySet[Patient]:
        """Those who may have such a cell, in order; practice patients last."""
        found = reachable(
            self.user, Patient.objects.filter(STANDING).select_related("schedule_status"), *READERS
        )
        if self.site:
            found = found.filter(site__in=[site for site in self.where if site.code == self.site])
        if self.state:
            found = found.filter(STATE_FILTERS[self.state].candidates({s.pk: s.today() for s in self.where}))
        return ordered(found, self.sort)

    def address(self, **changes: Any) -> str:
        """The query of the same page with something changed."""
        said = {"site": self.site, "sort": self.sort if self.sort != "patient" else "", "state": self.state}
        given = {name: value for name, value in {**said, **changes}.items() if value}
        return f"?{urlencode(given)}" if given else ""

    @property
    def state_label(self) -> str:
        return str(STATE_FILTERS[self.state].label) if self.state else ""

    @property
    def print_address(self) -> str:
        return self.address(all="yes")

    @property
    def words(self) -> str:
        """In one line, as the download's own line of the trail says it."""
        return f"state: {self.state_label.lower()}" if self.state else ""

    def shown_cells(self, row: PatientRow) -> Iterator[AnyCell]:
        for column in self.columns:
            yield from cells_in(row, column)

    def matches(self, cell: AnyCell) -> bool:
        return bool(self.state) and self.state in cell.states


@dataclass(frozen=True)
class GridPage:
    """Some rows, and from which on the next ones come; None behind the last."""

    scope: GridScope
    rows: list[PatientRow]
    next: int | None = None

    @property
    def next_address(self) -> str:
        return self.scope.address(start=self.next)

    @property
    def width(self) -> int:
        """How many columns the table has, those about the patient with them."""
        return ABOUT + self.scope.choice.width


def scope_of(user: User, query: GridQuery, where: list[Site], choice: ColumnChoice) -> GridScope:
    """What a valid query asks for; of another, everything."""
    said = query.cleaned_data if query.is_valid() else {}
    return GridScope(
        user,
        where,
        choice,
        said.get("site", ""),
        said.get("sort") or "patient",
        said.get("state", ""),
        said.get("start") or 0,
    )


def sites_in_grid(user: User) -> list[Site]:
    """Where the person enters or reviews, practice sites last; refused (403) to who does neither anywhere."""
    if not user.rights & set(READERS):
        raise PermissionDenied(gettext("Your role does not let you see the grid of all patients."))
    return list(sites(user, *READERS).order_by("is_practice", "code"))


def page_of(scope: GridScope, most: int = 0) -> GridPage:
    """The rows from the scope's start on; as many as fit the screen, unless `most` says how many."""
    wanted = most or min(MORE if scope.start else FIRST, max(CELLS_AT_ONCE // (scope.choice.width or 1), 5))
    found = list(scope.patients[scope.start : scope.start + wanted + 1])
    rows = rows_of(scope, found[:wanted])
    return GridPage(scope, rows, scope.start + wanted if len(found) > wanted else None)


def rows_of(scope: GridScope, patients: list[Patient]) -> list[PatientRow]:
    """Without those that have no cell in the state that is looked for."""
    by_id = {site.pk: site for site in scope.where}
    for patient in patients:
        patient.site = by_id[patient.site_id]
    rows = patient_rows(patients)
    if not scope.state:
        return rows
    return [row for row in rows if any(map(scope.matches, scope.shown_cells(row)))]


def counts_of(scope: GridScope) -> tuple[int, int]:
    """How many patients, and how many practice patients apart from them; one statement."""
    by_kind = scope.patients.order_by().values_list("site__is_practice").annotate(count=Count("pk"))
    counts = {is_practice: count for is_practice, count, *_more in by_kind}
    return counts.get(False, 0), counts.get(True, 0)


def struck_out_at(where: list[Site]) -> int:
    """How many patients of these sites are struck out, and in no row; one statement."""
    return Patient.objects.filter(site__in=where, struck_at__isnull=False).count()


def cells_in(row: PatientRow, column: GridColumn) -> list[AnyCell]:
    """What stands in the column: one visit or each of its forms, all unscheduled visits, one log."""
    if column.plan is None:
        return [row.logs[column.key.partition(":")[2]]]
    if column.is_unscheduled:
        return [visit for visit in row.visits if visit.due.plan.repeats]
    visit = row.by_code.get(column.plan.code)
    if visit is None:
        return []
    if not column.forms:
        return [visit]
    return [form for form in visit.forms if form.key in column.forms]
