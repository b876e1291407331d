"""What the Today page lists, from each patient's schedule status: a bounded number of rows, however many patients."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext, pgettext

from ecrf.access.models import Site, User
from ecrf.access.reach import reachable, site_ids
from ecrf.access.roles import Right
from ecrf.access.statements import written_once
from ecrf.appointments.lines import AppointmentLine, open_of
from ecrf.casebook.labels import label_of
from ecrf.casebook.models import Entry, Patient, PatientStatus, not_struck
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import due_within, overdue
from ecrf.casebook.transfer.models import Transfer
from ecrf.entry.queries.list import QueryLine, count_to_answer, oldest_to_answer
from ecrf.entry.today.sparklines import Sparkline, sparklines
from ecrf.entry.today.unfinished import Unfinished, missing_of, unfinished, unfinished_visits
from ecrf.entry.visit.guard import Withheld, withheld
from ecrf.locks.lookup import over_sites
from ecrf.locks.models import Lock

CARD_ROWS = 8
PAGE_ROWS = 25


@dataclass
class ToDoLine:
    """One patient on the page; `days` from today at the site to the due day, negative when past."""

    schedule_status: PatientStatus
    today: date
    missing: int = 0
    story: Sparkline | None = None
    queries: int = 0
    appointment: AppointmentLine | None = None

    @property
    def patient(self) -> Patient:
        return self.schedule_status.patient

    @property
    def days(self) -> int | None:
        return (self.schedule_status.due_on - self.today).days if self.schedule_status.due_on else None

    @property
    def days_late(self) -> int:
        return -(self.days or 0)

    @property
    def is_overdue(self) -> bool:
        return self.schedule_status.is_overdue(self.today)

    def label(self, code: str) -> str:
        return label_of(code)

    @property
    def next_label(self) -> str:
        return self.label(self.schedule_status.next_code)

    @property
    def last_label(self) -> str:
        return self.label(self.schedule_status.last_code)

    @property
    def is_practice(self) -> bool:
        return self.schedule_status.site.is_practice


@dataclass
class Card:
    """One of the boxes at the top: its rows, and whether there are more than it shows."""

    title: str
    kind: str
    lines: list[ToDoLine]
    empty: str
    more: bool = False


@dataclass
class ToDoList:
    """Everything of the Today page. `entering`: the sites where the person enters now; `withheld`: why not; `held`:
    the sites that are frozen or locked as a whole, where nobody enters."""

    sites: list[Site]
    cards: list[Card]
    unfinished: list[Unfinished]
    lines: list[ToDoLine]
    more_unfinished: int = 0
    next_after: str = ""
    queries: list[QueryLine] = field(default_factory=list)
    more_queries: bool = False
    entering: list[Site] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    held: list[tuple[Site, Lock]] = field(default_factory=list)

    @property
    def struck_out(self) -> int:
        """How many patients of these sites are struck out."""
        return sum(getattr(site, "struck_out", None) or 0 for site in self.sites)

    @property
    def moved(self) -> int:
        """How many patients left one of these sites for another."""
        return sum(getattr(site, "moved", None) or 0 for site in self.sites)

    @property
    def entering_ids(self) -> set[int]:
        return {site.pk for site in self.entering}


def to_do_list(user: User, *, query: str = "", after: str = "") -> ToDoList:
    """The sites' patients with what is due, overdue and unfinished; `after` continues the list behind a number."""
    where: list[Site] = _sites.rows(site_ids(user, Right.READ))
    today = {site.pk: site.today() for site in where}
    cards = _cards(today) if where else []
    _load_appointments(cards)
    if query:
        rows = _statuses(list(today)).filter(patient__in=reachable(user, Patient.objects.all(), Right.READ))
        listed = _from(rows, after).filter(
            Q(patient__number__startswith=query) | Q(patient__number__contains=f"-{query}")
        )
        patients = list(listed[: PAGE_ROWS + 1])
    else:
        patients = _listed.rows(list(today), after or None)
    lines = [ToDoLine(row, today[row.site_id]) for row in patients[:PAGE_ROWS]]
    _load_stories(lines)
    _count_queries(user, lines)
    begun = [] if query or not where else unfinished_visits(list(today), CARD_ROWS)
    missing = _count_missing(lines, begun)
    to_finish, more = ([], 0) if query or not where else unfinished(where, begun, missing, CARD_ROWS)
    after = lines[-1].patient.number if len(patients) > PAGE_ROWS else ""
    queries = [] if query else oldest_to_answer(user, CARD_ROWS + 1)
    held = over_sites(where) if where else {}
    return ToDoList(
        where,
        cards,
        to_finish,
        lines,
        more_unfinished=more,
        next_after=after,
        queries=queries[:CARD_ROWS],
        more_queries=len(queries) > CARD_ROWS,
        entering=[site for site in where if site.pk not in held and user.may(Right.ENTER, site)],
        withheld=[why for site in where if (why := withheld(user, site))],
        held=[(site, held[site.pk][0]) for site in where if site.pk in held],
    )


def is_own_patient(user: User, number: str) -> bool:
    """Whether this is the whole number of a patient whose data the user enters."""
    return reachable(user, Patient.objects.filter(number=number), Right.READ).exists()


@written_once
def _sites(ids: list[int] | None) -> QuerySet[Site]:
    """These, or all, each with how many patients are struck out and have left."""
    struck = Patient.objects.filter(site=OuterRef("pk"), struck_at__isnull=False).order_by().values("site")
    struck_out = Subquery(struck.annotate(n=Count("pk")).values("n"))
    left = Transfer.objects.filter(from_site=OuterRef("pk")).order_by().values("from_site")
    moved = Subquery(left.annotate(n=Count("patient", distinct=True)).values("n"))
    found = Site.objects.all() if ids is None else Site.objects.filter(pk__in=ids)
    return found.annotate(struck_out=struck_out, moved=moved)


def _statuses(sites: list[int]) -> QuerySet[PatientStatus]:
    return PatientStatus.objects.filter(site__in=sites).select_related("patient", "site")


def _from(rows: QuerySet[PatientStatus], after: str | None) -> QuerySet[PatientStatus]:
    """In the order of the numbers, behind this one."""
    found = rows if after is None else rows.filter(patient__number__gt=after)
    return found.order_by("patient__number")


@written_once
def _listed(sites: list[int], after: str | None) -> QuerySet[PatientStatus]:
    return _from(_statuses(sites), after)[: PAGE_ROWS + 1]


@written_once
def _due(today: dict[int, date]) -> QuerySet[PatientStatus]:
    living = _statuses(list(today)).filter(state__in=LIVING)
    return living.filter(due_within(7, today)).order_by("closes_on")[: CARD_ROWS + 1]


@written_once
def _overdue(today: dict[int, date]) -> QuerySet[PatientStatus]:
    living = _statuses(list(today)).filter(state__in=LIVING)
    return living.filter(overdue(today)).order_by("closes_on")[: CARD_ROWS + 1]


def _cards(today: dict[int, date]) -> list[Card]:
    none_due, none_late = (
        gettext("No visit is due in the next seven days."),
        gettext("No visit is overdue."),
    )
    return [
        _card(gettext("Due this week"), "due", _due.rows(today), today, none_due),
        _card(
            pgettext("title of a list of visits", "Overdue"),
            "overdue",
            _overdue.rows(today),
            today,
            none_late,
        ),
    ]


def _card(title: str, kind: str, rows: list[PatientStatus], today: dict[int, date], empty: str) -> Card:
    lines = [ToDoLine(row, today[row.site_id]) for row in rows]
    return Card(title, kind, lines[:CARD_ROWS], empty, more=len(lines) > CARD_ROWS)


def _load_appointments(cards: list[Card]) -> None:
    """The appointment for the visit of each line, where there is one: one statement for all cards."""
    lines = [line for card in cards for line in card.lines]
    booked = open_of({line.patient.pk for line in lines}) if lines else {}
    for line in lines:
        line.appointment = booked.get(line.patient.pk, {}).get(line.schedule_status.next_code)


def _count_missing(lines: list[ToDoLine], begun: list[PatientStatus]) -> dict[int, int]:
    """How many required items are empty in what was begun, with the forms not begun of the unfinished visit; and what
    `missing_of` says of all of these visits and of those that are `begun`: asked once for both."""
    sums = dict(_missing_elsewhere.lines([line.patient.pk for line in lines]))
    listed = [line.schedule_status for line in lines if line.schedule_status.unfinished_code]
    at_visit = missing_of(list({status.pk: status for status in (*listed, *begun)}.values()))
    for line in lines:
        line.missing = sums.get(line.patient.pk, 0) + at_visit.get(line.patient.pk, 0)
    return at_visit


@written_once
def _missing_elsewhere(patients: list[int]) -> QuerySet:
    elsewhere = Entry.objects.filter(not_struck(), patient__in=patients, missing__gt=0).exclude(
        visit__code=F("patient__schedule_status__unfinished_code")
    )
    return elsewhere.values_list("patient").annotate(total=Sum("missing"))


def _count_queries(user: User, lines: list[ToDoLine]) -> None:
    """How many queries wait for the site: one statement for all the lines."""
    counts = count_to_answer(user, [line.patient.pk for line in lines])
    for line in lines:
        line.queries = counts.get(line.patient.pk, 0)


def _load_stories(lines: list[ToDoLine]) -> None:
    """The course of each listed patient in small: one statement for all the lines."""
    curves = sparklines([line.patient.pk for line in lines])
    for line in lines:
        line.story = curves.get(line.patient.pk)
