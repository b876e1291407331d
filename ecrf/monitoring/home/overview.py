"""The first page of those who read the safety logs only: which reports are late, how much each site has."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, sites
from ecrf.access.roles import Right
from ecrf.casebook.labels import form_title
from ecrf.casebook.models import Patient
from ecrf.casebook.read_by_safety import right_to_read
from ecrf.casebook.report_clock import late_words
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.monitoring.queries.my_turn import waiting_longest
from ecrf.monitoring.queries.page import ListedQuery
from ecrf.monitoring.reach import rows

LATE_SHOWN = 20
TURN_LINES = 5
"""So many of the queries that wait for the reader."""


@dataclass(frozen=True)
class ListGroup:
    """One list that can be opened; `rows` are the lists of a form's rows."""

    title: str
    url: str
    rows: tuple["ListGroup", ...] = ()


@dataclass(frozen=True)
class SiteCount:
    """How many rows of one list belong to a site, and where these are listed."""

    column: ListGroup
    number: int
    url: str


@dataclass(frozen=True)
class SiteLine:
    """One site with its numbers, in the order of the columns."""

    site: Site
    counts: list[SiteCount]


@dataclass(frozen=True)
class LateReport:
    """A serious event that was reported late, or waits for it longer than it may."""

    patient: Patient
    title: str
    words: str
    url: str


@dataclass(frozen=True)
class Overview:
    """Everything of the first page of those who read the safety logs only."""

    columns: list[ListGroup]
    lines: list[SiteLine]
    late: list[LateReport]
    more_late: bool
    my_turn: list[ListedQuery]


def overview(user: User) -> Overview:
    """One statement for the sites, one a column, one for what is late and a few for the queries that wait, whatever the
    number of sites and patients."""
    columns = []
    for definition in (CRFS[key] for key in protocol().safety_logs):
        standing = rows(definition).filter(entry__struck_at=None)
        readable = reachable(user, standing, right_to_read(definition)).order_by()
        counts = readable.values_list("entry__patient__site").annotate(count=Count("pk"))
        columns.append((list_group(definition), dict(counts)))
    lines = [_line(site, columns) for site in sites(user, Right.REVIEW, Right.REVIEW_SAFETY)]
    late = late_reports(user)
    more_late = len(late) > LATE_SHOWN
    my_turn = waiting_longest(user, TURN_LINES)
    return Overview([column for column, _ in columns], lines, late[:LATE_SHOWN], more_late, my_turn)


def late_reports(user: User) -> list[LateReport]:
    """Of serious events: what is not reported yet, then what was reported late, the newest first; one statement."""
    trial, clock = protocol(), protocol().serious_clock
    if clock is None:
        return []
    definition = CRFS[trial.serious_log]
    may_be_late = Q(**{f"{clock.reported_on}__isnull": True, f"{clock.aware_on}__isnull": False})
    may_be_late |= Q(**{f"{clock.reported_on}__gt": F(clock.aware_on)})
    standing = rows(definition).filter(may_be_late, entry__struck_at=None)
    order = (F(clock.reported_on).desc(nulls_first=True), "-pk")
    found = reachable(user, standing, right_to_read(definition)).order_by(*order)
    late = [(row, late_words(row, row.entry.patient.site.zone)) for row in found]
    return [
        LateReport(
            row.entry.patient,
            form_title(row.entry),
            words,
            reverse("monitor:casebook_entry_change", args=[row.entry_id]),
        )
        for row, words in late
        if words
    ]


def _line(site: Site, columns: list[tuple[ListGroup, dict[int, int]]]) -> SiteLine:
    """The links lead to the rows whose patient's number begins with the site's code."""
    return SiteLine(
        site,
        [
            SiteCount(column, counts.get(site.pk, 0), f"{column.url}?q={site.code}-")
            for column, counts in columns
        ],
    )


def list_group(definition: CrfDefinition) -> ListGroup:
    """The list of one kind of form."""
    inner = tuple(list_group(CRFS[key]) for key in definition.rows)
    return ListGroup(definition.plural, _address(definition.model), inner)


def _address(model: type) -> str:
    return reverse(f"monitor:{model._meta.app_label}_{model._meta.model_name}_changelist")  # type: ignore[attr-defined]
