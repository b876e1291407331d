"""Below the first page: the lists to open; and for those who read the safety logs only, how much each site has."""

from dataclasses import dataclass

from django.db.models import Count, Model
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, sites
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient, ReferenceRange, Visit
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.monitoring.reach import right_to_read, rows
from ecrf.queries.models import Query


@dataclass(frozen=True)
class ListGroup:
    """One list that can be opened; `rows` are the lists of a form's rows."""

    title: str
    url: str
    rows: tuple["ListGroup", ...] = ()


@dataclass(frozen=True)
class SiteCount:
    """How many rows of one list belong to a site, and the list of these."""

    number: int
    url: str


@dataclass(frozen=True)
class SiteLine:
    """One site with its numbers, in the order of the columns."""

    site: Site
    counts: list[SiteCount]


@dataclass(frozen=True)
class Overview:
    """Everything of the first page."""

    columns: list[ListGroup]
    lines: list[SiteLine]
    whole: list[ListGroup]
    logs: list[ListGroup]
    forms: list[ListGroup]


def overview(user: User) -> Overview:
    """For reviewers the lists alone: `home.py` has their numbers. For safety, one statement for the sites and one a
    column, whatever the number of sites and patients."""
    trial = protocol()
    logs = [CRFS[key] for key in trial.safety_logs]
    list_groups = [list_group(definition) for definition in logs]
    whole, forms = [], []
    if Right.REVIEW in user.rights:
        whole = [_list_of(Patient, "Patients"), _list_of(Visit, "Visits"), _list_of(Entry, "Forms")]
        whole += [_list_of(Query, "Queries"), ListGroup("Noisy checks", reverse("monitor:noisy-checks"))]
        whole += [
            ListGroup("Freezes and locks", reverse("monitor:locks")),
            ListGroup("What stands out in the trail", reverse("trail-review-all")),
        ]
        whole += [_list_of(ReferenceRange, "Laboratory ranges")] if trial.lab_tests else []
        forms = [list_group(CRFS[key]) for key in trial.scheduled_crfs() if key not in trial.safety_logs]
        return Overview([], [], whole, list_groups, forms)
    columns = []
    for column, definition in zip(list_groups, logs, strict=True):
        standing = rows(definition).filter(entry__struck_at=None)
        readable = reachable(user, standing, right_to_read(definition)).order_by()
        counts = readable.values_list("entry__patient__site").annotate(count=Count("pk"))
        columns.append((column, dict(counts)))
    lines = [_line(site, columns) for site in sites(user, Right.REVIEW, Right.REVIEW_SAFETY)]
    return Overview([column for column, _ in columns], lines, whole, list_groups, forms)


def _line(site: Site, columns: list[tuple[ListGroup, dict[int, int]]]) -> SiteLine:
    """The links lead to the rows whose patient's number begins with the site's code."""
    return SiteLine(
        site,
        [
            SiteCount(counts.get(site.pk, 0), f"{list_group.url}?q={site.code}-")
            for list_group, counts in columns
        ],
    )


def list_group(definition: CrfDefinition) -> ListGroup:
    """The list of one kind of form."""
    inner = tuple(list_group(CRFS[key]) for key in definition.rows)
    return ListGroup(definition.plural, _address(definition.model), inner)


def _list_of(model: type[Model], title: str) -> ListGroup:
    return ListGroup(title, _address(model))


def _address(model: type) -> str:
    return reverse(f"monitor:{model._meta.app_label}_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]
