"""The first page: the reader's sites, how many patients and log entries each has, and the lists to open."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, sites
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.monitoring.reaching import patients, right_to_read, rows
from ecrf.monitoring.wording import plural_title


@dataclass(frozen=True)
class Shelf:
    """One list that can be opened; `rows` are the lists of a form's rows."""

    title: str
    url: str
    rows: tuple["Shelf", ...] = ()


@dataclass(frozen=True)
class SiteLine:
    """One site with its numbers, in the order of the columns; None where the role counts nothing."""

    site: Site
    counts: list[int | None]

    @property
    def begins_with(self) -> str:
        """How the numbers of this site's patients begin."""
        return f"{self.site.code}-"


@dataclass(frozen=True)
class Overview:
    """Everything of the first page."""

    columns: list[Shelf]
    lines: list[SiteLine]
    whole: list[Shelf]
    logs: list[Shelf]
    forms: list[Shelf]


def overview(user: User) -> Overview:
    """One statement for the sites and one a column, whatever the number of sites and patients."""
    logs = [CRFS[key] for key in protocol().logs]
    reviews = Right.REVIEW in user.rights
    counted = [_patients_by_site(user)] if reviews else []
    counted += [_rows_by_site(user, definition) for definition in logs]
    lines = [
        SiteLine(site, [column.get(site.pk, 0) for column in counted])
        for site in sites(user, Right.REVIEW, Right.REVIEW_SAFETY)
    ]
    shelves = [shelf(definition) for definition in logs]
    return Overview(
        columns=[*([_list_of(Patient, "Patients")] if reviews else []), *shelves],
        lines=lines,
        whole=[_list_of(Patient, "Patients"), _list_of(Visit, "Visits"), _list_of(Entry, "Forms")] if reviews else [],
        logs=shelves,
        forms=[shelf(CRFS[key]) for key in protocol().scheduled_crfs() if key not in protocol().logs] if reviews else [],
    )


def shelf(definition: CrfDefinition) -> Shelf:
    """The list of one kind of form."""
    inner = tuple(shelf(CRFS[key]) for key in definition.rows)
    return Shelf(plural_title(definition), _address(definition.model), inner)


def _list_of(model: type[Patient] | type[Visit] | type[Entry], title: str) -> Shelf:
    return Shelf(title, _address(model))


def _address(model: type) -> str:
    return reverse(f"monitor:{model._meta.app_label}_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]


def _patients_by_site(user: User) -> dict[int, int]:
    mine = reachable(user, patients(), Right.REVIEW)
    return dict(mine.order_by().values_list("site").annotate(count=Count("pk")))


def _rows_by_site(user: User, definition: CrfDefinition) -> dict[int, int]:
    mine = reachable(user, rows(definition), right_to_read(definition))
    return dict(mine.order_by().values_list("entry__patient__site").annotate(count=Count("pk")))
