"""What is to do at one site: what changed, what is left by plan, what is not signed, what is overdue."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from ecrf.access.models import Site
from ecrf.casebook.labels import counted, form_title, label_of
from ecrf.casebook.models import Patient, PatientStatus
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import overdue
from ecrf.forms.protocol import protocol
from ecrf.monitoring.home.log_lines import log, queries
from ecrf.monitoring.home.site_counts import COUNTED, in_words
from ecrf.monitoring.home.work_lines import Place, Places, Since, WorkLine, WorkSection, day_and_time
from ecrf.signatures.lookup import unsigned_places

REVIEW_STATUSES = 2_000
"""So many of the forms and rows that changed last are looked at."""


def changed(site: Site, since: Since, limit: int) -> WorkSection:
    """The visits and logs of which a complete form changed, the newest first; four statements.

    Only the two thousand that changed last are looked at: the count says "over" behind these.
    """
    review_statuses = ReviewStatus.objects.filter(site=site)
    if since.at:
        review_statuses = review_statuses.filter(changed_at__gt=since.at)
    newest = review_statuses.order_by("-changed_at").values("pk")[:REVIEW_STATUSES]
    places = ReviewStatus.objects.filter(pk__in=newest).order_by().values_list("patient_id", "visit_id")
    changed_places = list(places.annotate(last=Max("changed_at"), forms=Count("pk")).order_by("-last"))
    shown = changed_places[:limit]
    titles = _titles(review_statuses, {(patient, visit) for patient, visit, _last, _forms in shown})
    named = Places((patient, visit) for patient, visit, _last, _forms in shown)
    lines = [
        named.line(
            (patient, visit),
            words=_forms_in_words(titles[patient, visit]),
            note=day_and_time(last, site),
        )
        for patient, visit, last, _forms in shown
    ]
    is_cut = sum(forms for *_place, forms in changed_places) == REVIEW_STATUSES
    return WorkSection(
        "changed",
        f"Changed since {since.visit}" if since.at else "Complete, newest first",
        lines,
        f"over {len(changed_places)}" if is_cut else str(len(changed_places)),
        len(changed_places) > limit,
        f"Which began on {day_and_time(since.at, site)}." if since.at else since.never,
        "No complete form has changed." if since.at else "No form is complete yet.",
    )


def _titles(review_statuses: QuerySet[ReviewStatus], places: set[Place]) -> dict[Place, list[str]]:
    """{place: the titles of its forms, for a row that of the form it belongs to}; one statement."""
    at_visits = Q(visit__in=[visit for _patient, visit in places if visit])
    in_logs = Q(visit=None, patient__in=[patient for patient, visit in places if not visit])
    here = (
        review_statuses.filter(at_visits | in_logs)
        .select_related("entry__parent", "visit")
        .order_by("-changed_at")
    )
    titles: dict[Place, list[str]] = defaultdict(list)
    for review_status in here[:REVIEW_STATUSES]:
        form = review_status.entry.parent or review_status.entry
        form.visit = review_status.visit
        titles[review_status.patient_id, review_status.visit_id].append(form_title(form))
    return titles


def _forms_in_words(titles: list[str], most: int = 3) -> str:
    """`Vital signs, Laboratory and 3 more`; `Adverse events 1, 2` stay as they are called."""
    once = list(dict.fromkeys(titles))
    more = len(once) - most
    return ", ".join(once[:most]) + (f" and {more} more" if more > 0 else "")


def left_by_patient(site: Site, limit: int) -> WorkSection:
    """The patients with items left to verify, most left first; two statements."""
    left = _left(site).values_list("patient_id").annotate(left=Sum(F("planned") - F("verified")))
    patients = list(left.order_by("-left", "patient_id")[: COUNTED + 1])
    shown = Patient.objects.in_bulk([patient for patient, _count in patients[:limit]])
    lines = [
        WorkLine(pk, shown[pk].number, words=f"{_items(count)} left", left=count, next_to_verify=True)
        for pk, count in patients[:limit]
    ]
    return WorkSection(
        "left",
        "Left to verify by plan",
        lines,
        in_words(len(patients)),
        len(patients) > limit,
        empty="Everything that is complete and planned is verified.",
        patients=tuple(patient for patient, _count in patients),
    )


def left_by_place(site: Site, limit: int = COUNTED) -> WorkSection:
    """The same by visit, as a monitoring visit goes through it; three statements."""
    sums = _left(site).values_list("patient_id", "visit_id").annotate(left=Sum(F("planned") - F("verified")))
    places = list(sums.order_by("patient_id", "visit_id")[: limit + 1])
    named = Places((patient, visit) for patient, visit, _left in places)
    lines = [
        named.line((patient, visit), words=_items(count), left=count)
        for patient, visit, count in places[:limit]
    ]
    return WorkSection("left", "Left to verify by plan", lines, in_words(len(places)), len(places) > limit)


def _left(site: Site) -> QuerySet[ReviewStatus]:
    return ReviewStatus.objects.filter(site=site, planned__gt=F("verified")).order_by()


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def unsigned(site: Site, limit: int) -> WorkSection:
    """The visits and logs with a complete form that nobody signed, a line a patient; three statements."""
    places = _unsigned(site)
    by_patient: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_patient[place[0]].append(place)
    shown = dict(list(by_patient.items())[:limit])
    named = Places(place for own in shown.values() for place in own)
    lines = [
        WorkLine(patient, named.numbers[patient], words=_forms_in_words([named.label(v) for _, v in own], 5))
        for patient, own in shown.items()
    ]
    return _unsigned_section(lines, len(places), len(by_patient) > limit)


def unsigned_by_place(site: Site, limit: int = COUNTED) -> WorkSection:
    """The same, a line a visit; three statements."""
    places = _unsigned(site)
    named = Places(places[:limit])
    lines = [named.line(place) for place in places[:limit]]
    return _unsigned_section(lines, len(places), len(places) > limit)


def _unsigned(site: Site) -> list[Place]:
    return list(unsigned_places().filter(site=site).values_list("patient_id", "visit_id")[: COUNTED + 1])


def _unsigned_section(lines: list[WorkLine], count: int, has_more: bool) -> WorkSection:
    return WorkSection(
        "unsigned",
        "Not signed",
        lines,
        in_words(count),
        has_more,
        "Visits and logs with complete forms that no signature covers.",
        "Every complete form is signed.",
    )


def overdue_visits(site: Site, limit: int) -> WorkSection:
    """The patients whose next visit's window has closed, the longest overdue first; one statement."""
    late = overdue({site.pk: site.today()})
    rows = PatientStatus.objects.filter(late, state__in=LIVING).select_related("patient")
    late_patients = list(rows.order_by("closes_on")[: COUNTED + 1])
    lines = [_overdue_line(row, site.today()) for row in late_patients[:limit]]
    return WorkSection(
        "overdue",
        "Overdue visits",
        lines,
        in_words(len(late_patients)),
        len(late_patients) > limit,
        empty="No visit is overdue.",
    )


def _overdue_line(row: PatientStatus, today: date) -> WorkLine:
    assert row.closes_on
    note = f"window closed {row.closes_on}, {counted((today - row.closes_on).days, 'day')} ago"
    return WorkLine(row.patient_id, row.patient.number, label_of(row.next_code), "visit overdue", note)


Builder = Callable[[Site, Since, int], WorkSection]


def builders() -> dict[str, Builder]:
    """{section's key in addresses: what builds it}, in the order of the first page."""
    trial = protocol()
    sections: dict[str, Builder] = {
        "changed": changed,
        "left": lambda site, _since, limit: left_by_patient(site, limit),
        "queries": queries,
        "unsigned": lambda site, _since, limit: unsigned(site, limit),
        "overdue": lambda site, _since, limit: overdue_visits(site, limit),
    }
    for key in (trial.serious_log, trial.deviation_log):
        if key:
            sections[key] = partial(_log, key)
    return sections


def _log(key: str, site: Site, since: Since, limit: int) -> WorkSection:
    return log(site, key, since, limit)
