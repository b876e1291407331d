"""What is to do at one site: what changed, what is left by plan, open queries, unsigned, deviations, serious events."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from ecrf.access.models import Site
from ecrf.casebook.due import LIVING
from ecrf.casebook.many_outlooks import overdue
from ecrf.casebook.marks import ReviewMark
from ecrf.casebook.models import Patient, PatientOutlook, Visit
from ecrf.casebook.protocol import protocol
from ecrf.casebook.registry import CRFS, WORDS_OF, CrfDefinition
from ecrf.casebook.wording import form_title, reading_id, visit_label
from ecrf.monitoring.numbers import COUNTED, in_words, is_new, log_rows, unsigned_places
from ecrf.queries.models import Query, Turn
from ecrf.queries.reading import open_queries

MARKS = 4_000
"""So many of the forms and rows that changed last are looked at."""

Place = tuple[int, int | None]
"""A patient's visit; without one, the patient's logs."""

LOGS = "Logs"
"""Where the forms of a patient stand that belong to no visit."""


@dataclass(frozen=True)
class Line:
    """One point: of which patient, where, what in words. `visit`, `entry`, `query`: the ids it hangs on.

    `left` is how many items were left to verify there; `note` says when, since when or how much.
    """

    patient: int
    number: str
    where: str = ""
    words: str = ""
    note: str = ""
    visit: int | None = None
    entry: int | None = None
    query: int | None = None
    anchor: str = ""
    left: int = 0
    is_new: bool = False
    next_to_verify: bool = False

    @property
    def url(self) -> str:
        if self.next_to_verify:
            return next_to_verify(self.patient)
        if self.visit:
            page = reverse("monitor:casebook_visit_change", args=[self.visit])
        elif self.entry:
            page = reverse("monitor:casebook_entry_change", args=[self.entry])
        else:
            page = reverse("monitor:casebook_patient_change", args=[self.patient])
        return f"{page}#{self.anchor}" if self.anchor else page


@dataclass(frozen=True)
class Section:
    """One list of the work: its first lines, and how many there are in words. `note` stands under the title.

    `patients`: whom it is about, those behind the lines too, where that is known.
    """

    key: str
    title: str
    lines: list[Line] = field(default_factory=list)
    count: str = "0"
    has_more: bool = False
    note: str = ""
    empty: str = ""
    patients: tuple[int, ...] = ()


def next_to_verify(patient: int) -> str:
    """The review of the next visit of the patient that has something to verify."""
    try:
        return reverse("monitor:next-to-verify", args=[patient])
    except NoReverseMatch:
        return reverse("monitor:casebook_patient_change", args=[patient])


def day_and_time(moment: datetime, site: Site) -> str:
    return f"{moment.astimezone(site.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class Since:
    """What "new" means to a reader at a site: after the start of the last monitoring visit that ended there."""

    at: datetime | None = None
    is_own: bool = True

    @property
    def visit(self) -> str:
        return "your last visit" if self.is_own else "the last monitoring visit"

    @property
    def never(self) -> str:
        whose = "No visit of yours" if self.is_own else "No monitoring visit"
        return f"{whose} has ended here yet: everything is new."


def changed(site: Site, since: Since, limit: int) -> Section:
    """The visits and logs of which a complete form changed, the newest first; four statements.

    Only the newest marks are looked at, four thousand of them: the count says "over" behind these.
    """
    marks = ReviewMark.objects.filter(site=site)
    if since.at:
        marks = marks.filter(changed_at__gt=since.at)
    newest = marks.order_by("-changed_at").values("pk")[:MARKS]
    places = ReviewMark.objects.filter(pk__in=newest).order_by().values_list("patient_id", "visit_id")
    found = list(places.annotate(last=Max("changed_at"), forms=Count("pk")).order_by("-last"))
    shown = found[:limit]
    titles = _titles(marks, {(patient, visit) for patient, visit, _last, _forms in shown})
    named = _Places((patient, visit) for patient, visit, _last, _forms in shown)
    lines = [
        named.line(
            (patient, visit),
            words=_forms_in_words(titles[patient, visit]),
            note=day_and_time(last, site),
        )
        for patient, visit, last, _forms in shown
    ]
    is_cut = sum(forms for *_place, forms in found) == MARKS
    return Section(
        "changed",
        f"Changed since {since.visit}" if since.at else "Complete, newest first",
        lines,
        f"over {len(found)}" if is_cut else str(len(found)),
        len(found) > limit,
        f"Which began on {day_and_time(since.at, site)}." if since.at else since.never,
        "No complete form has changed." if since.at else "No form is complete yet.",
    )


def _titles(marks: QuerySet[ReviewMark], places: set[Place]) -> dict[Place, list[str]]:
    """{place: the titles of its forms among the marks, for a row that of the form it belongs to}; one statement."""
    at_visits = Q(visit__in=[visit for _patient, visit in places if visit])
    in_logs = Q(visit=None, patient__in=[patient for patient, visit in places if not visit])
    here = marks.filter(at_visits | in_logs).select_related("entry__parent", "visit").order_by("-changed_at")
    titles: dict[Place, list[str]] = defaultdict(list)
    for mark in here[:MARKS]:
        form = mark.entry.parent or mark.entry
        form.visit = mark.visit
        titles[mark.patient_id, mark.visit_id].append(form_title(form))
    return titles


def _forms_in_words(titles: list[str], most: int = 3) -> str:
    """`MRC strength, Grip strength and 3 more`; `Adverse events 1, 2` stay as they are called."""
    once = list(dict.fromkeys(titles))
    more = len(once) - most
    return ", ".join(once[:most]) + (f" and {more} more" if more > 0 else "")


class _Places:
    """The patients' numbers and the visits' labels of these places; two statements."""

    def __init__(self, places: Iterable[Place]) -> None:
        found = list(places)
        patients = {patient for patient, _visit in found}
        self.numbers = dict(Patient.objects.filter(pk__in=patients).values_list("pk", "number"))
        opened = Visit.objects.filter(pk__in={visit for _patient, visit in found if visit})
        self.labels = {visit.pk: visit_label(visit) for visit in opened}

    def label(self, visit: int | None) -> str:
        return self.labels[visit] if visit else LOGS

    def line(self, place: Place, **more: Any) -> Line:
        patient, visit = place
        return Line(patient, self.numbers[patient], self.label(visit), visit=visit, **more)


def left_by_patient(site: Site, limit: int) -> Section:
    """The patients with items left to verify, most left first; one statement."""
    left = _left(site).values_list("patient_id", "patient__number")
    sums = left.annotate(left=Sum(F("planned") - F("verified"))).order_by("-left", "patient__number")
    found = list(sums[: COUNTED + 1])
    lines = [
        Line(patient, number, words=_items(count) + " left", left=count, next_to_verify=True)
        for patient, number, count in found[:limit]
    ]
    return Section(
        "left",
        "Left to verify by plan",
        lines,
        in_words(len(found)),
        len(found) > limit,
        empty="Everything that is complete and planned is verified.",
        patients=tuple(patient for patient, _number, _count in found),
    )


def left_by_place(site: Site, limit: int = COUNTED) -> Section:
    """The same by visit, as a monitoring visit goes through it; three statements."""
    sums = _left(site).values_list("patient_id", "visit_id").annotate(left=Sum(F("planned") - F("verified")))
    found = list(sums.order_by("patient_id", "visit_id")[: limit + 1])
    named = _Places((patient, visit) for patient, visit, _left in found)
    lines = [
        named.line((patient, visit), words=f"{_items(count)} left to verify", left=count)
        for patient, visit, count in found[:limit]
    ]
    return Section("left", "Left to verify by plan", lines, in_words(len(found)), len(found) > limit)


def _left(site: Site) -> QuerySet[ReviewMark]:
    return ReviewMark.objects.filter(site=site, planned__gt=F("verified")).order_by()


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def queries(site: Site, limit: int) -> Section:
    """The open queries, the oldest first; two statements."""
    found = open_queries().filter(site=site)
    rows = found.select_related("patient", "entry__visit", "entry__parent").order_by("opened_at", "pk")
    lines, count = [query_line(query) for query in rows[:limit]], found.count()
    return Section(
        "queries", "Open queries, oldest first", lines, str(count), count > limit, empty="No query is open."
    )


def query_line(query: Query) -> Line:
    entry = query.entry
    item = CRFS[entry.crf].items.get(query.item)
    label = str(item.verbose_name) if item else query.item
    return Line(
        query.patient_id,
        query.patient.number,
        f"{visit_label(entry.visit) or LOGS}, {form_title(entry)}, {label}",
        query.text,
        f"{Turn(query.turn).label}’s turn for {days_words(query.turn_since)}, asked {days_words(query.opened_at)} ago",
        entry.visit_id,
        entry.pk,
        query.pk,
        reading_id(entry.crf, entry.address, query.item),
    )


def days_words(since: datetime) -> str:
    days = (timezone.now() - since).days
    return "less than a day" if days < 1 else "1 day" if days == 1 else f"{days} days"


def unsigned(site: Site, limit: int) -> Section:
    """The visits and logs with a complete form that nobody signed, a line a patient; three statements."""
    places = _unsigned(site)
    by_patient: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_patient[place[0]].append(place)
    shown = dict(list(by_patient.items())[:limit])
    named = _Places(place for own in shown.values() for place in own)
    lines = [
        Line(patient, named.numbers[patient], words=_forms_in_words([named.label(v) for _, v in own], 5))
        for patient, own in shown.items()
    ]
    return _unsigned_section(lines, len(places), len(by_patient) > limit)


def unsigned_by_place(site: Site, limit: int = COUNTED) -> Section:
    """The same, a line a visit; three statements."""
    places = _unsigned(site)
    named = _Places(places[:limit])
    lines = [named.line(place, words="not signed") for place in places[:limit]]
    return _unsigned_section(lines, len(places), len(places) > limit)


def _unsigned(site: Site) -> list[Place]:
    return list(unsigned_places().filter(site=site).values_list("patient_id", "visit_id")[: COUNTED + 1])


def _unsigned_section(lines: list[Line], count: int, has_more: bool) -> Section:
    return Section(
        "unsigned",
        "Not signed",
        lines,
        in_words(count),
        has_more,
        "Visits and logs with complete forms that no signature covers.",
        "Every complete form is signed.",
    )


def overdue_visits(site: Site, limit: int) -> Section:
    """The patients whose next visit's window has closed, the longest overdue first; one statement."""
    late = overdue({site.pk: site.today()})
    rows = PatientOutlook.objects.filter(late, state__in=LIVING).select_related("patient")
    found = list(rows.order_by("closes_on")[: COUNTED + 1])
    lines = [_overdue_line(row, site.today()) for row in found[:limit]]
    return Section(
        "overdue",
        "Overdue visits",
        lines,
        in_words(len(found)),
        len(found) > limit,
        empty="No visit is overdue.",
    )


def _overdue_line(row: PatientOutlook, today: date) -> Line:
    assert row.closes_on
    plan, days = protocol().plan(row.next_code), (today - row.closes_on).days
    note = f"window closed {row.closes_on}, {days} {'day' if days == 1 else 'days'} ago"
    return Line(
        row.patient_id, row.patient.number, plan.label if plan else row.next_code, "visit overdue", note
    )


def log(site: Site, key: str, since: Since, limit: int, *, only_new: bool = False) -> Section:
    """A log's entries at the site, the newest first, those since the last visit marked as new; three statements."""
    definition = CRFS[key]
    rows = log_rows(key).filter(entry__patient__site=site)
    if only_new and since.at:
        rows = rows.filter(is_new(since.at))
    count = rows.values("pk")[: COUNTED + 1].count()
    found = list(rows.select_related("entry__patient", "entry__mark").order_by("-pk")[:limit])
    linked = _linked(definition, found)
    lines = [_log_line(row, since, linked) for row in found]
    return Section(key, definition.plural, lines, in_words(count), count > limit, empty="None is recorded.")


Linked = dict[tuple[str, int, str], str]
"""{(kind of form, patient id, how another form names it): the entry in a line}"""


def _linked(definition: CrfDefinition, rows: list[Any]) -> Linked:
    """What the rows' links to other logs lead to; a statement for each link."""
    found: Linked = {}
    for name, link in definition.links.items():
        named = {getattr(row, name) for row in rows} - {None}
        if link.to not in protocol().logs or not named:
            continue
        targets = log_rows(link.to).filter(entry__patient__in={row.entry.patient_id for row in rows})
        numbers = [int(each) for each in named if each.isdecimal()]
        for target in targets.filter(entry__number__in=numbers).select_related("entry"):
            found[link.to, target.entry.patient_id, target.entry.link] = CRFS[link.to].in_a_line(target)
    return found


def _log_line(row: Any, since: Since, linked: Linked) -> Line:
    entry, mark = row.entry, getattr(row.entry, "mark", None)
    return Line(
        entry.patient_id,
        entry.patient.number,
        form_title(entry),
        _in_a_line(row, linked),
        "" if mark else "not complete yet",
        entry=entry.pk,
        left=mark.planned - mark.verified if mark else 0,
        is_new=bool(since.at and (mark is None or mark.completed_at > since.at)),
    )


def _in_a_line(row: Any, linked: Linked) -> str:
    """The first columns of a log's row in words; a link to another log says what stands there."""
    definition, words = CRFS[row.entry.crf], []
    for name, item in definition.column_items.items():
        value = getattr(row, name)
        if name in definition.links and value:
            to = definition.links[name].to
            words.append(linked.get((to, row.entry.patient_id, value)) or _visit_named(value) or item.words(value))
        else:
            words.append(item.words(value))
    return " · ".join([each for each in words if each][:WORDS_OF])


def _visit_named(link: str) -> str:
    plan = protocol().plan(link.rpartition(".")[0])
    return plan.label if plan else ""


Builder = Callable[[Site, Since, int], Section]


def builders() -> dict[str, Builder]:
    """{section's key in addresses: what builds it}, in the order of the first page."""
    trial = protocol()
    found: dict[str, Builder] = {
        "changed": changed,
        "left": lambda site, _since, limit: left_by_patient(site, limit),
        "queries": lambda site, _since, limit: queries(site, limit),
        "unsigned": lambda site, _since, limit: unsigned(site, limit),
        "overdue": lambda site, _since, limit: overdue_visits(site, limit),
    }
    for key in (trial.serious_log, trial.deviation_log):
        if key:
            found[key] = partial(_log_section, key)
    return found


def _log_section(key: str, site: Site, since: Since, limit: int) -> Section:
    return log(site, key, since, limit)
