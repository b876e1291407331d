"""What is to do at one site: what changed, what is left by plan, what is not signed, what is overdue."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from functools import partial

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ecrf.access.models import Site
from ecrf.casebook.labels import counted, form_title, label_of
from ecrf.casebook.models import Patient, PatientStatus
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import overdue
from ecrf.forms.protocol import protocol
from ecrf.locks.lookup import ends_review
from ecrf.monitoring.home.log_lines import log, queries
from ecrf.monitoring.home.site_counts import COUNTED, in_words
from ecrf.monitoring.home.work_lines import Place, Places, Since, WorkLine, WorkSection, day_and_time
from ecrf.signatures.lookup import broken_places, unsigned_places

BROKEN = " (signature broken)"
REVIEW_STATUSES = 2_000
"""So many of the forms and rows that changed last are looked at."""


def changed(site: Site, since: Since, limit: int) -> WorkSection:
    """The visits and logs of which a complete form changed, the newest first; four statements.

    Those with something left to verify stand in that list, and not in two. Only the two thousand that changed last
    are looked at: the count says "over" behind these.
    """
    review_statuses = ReviewStatus.objects.filter(site=site)
    if since.at:
        review_statuses = review_statuses.filter(changed_at__gt=since.at)
    newest = review_statuses.order_by("-changed_at").values("pk")[:REVIEW_STATUSES]
    same_place = Q(patient=OuterRef("patient"), place=Coalesce(OuterRef("visit"), 0))
    left = Exists(_left(site).annotate(place=Coalesce("visit", 0)).filter(same_place))
    places = ReviewStatus.objects.filter(pk__in=newest).annotate(has_left=left).order_by()
    sums = places.values_list("patient_id", "visit_id", "has_left")
    looked_at = list(sums.annotate(last=Max("changed_at"), forms=Count("pk")).order_by("-last"))
    changed_places = [
        (patient, visit, last) for patient, visit, has_left, last, _forms in looked_at if not has_left
    ]
    shown = changed_places[:limit]
    titles = _titles(review_statuses, {(patient, visit) for patient, visit, _last in shown})
    named = Places((patient, visit) for patient, visit, _last in shown)
    lines = [
        named.line(
            (patient, visit),
            words=_forms_in_words(titles[patient, visit]),
            note=day_and_time(last, site),
        )
        for patient, visit, last in shown
    ]
    is_cut = sum(forms for *_place, forms in looked_at) == REVIEW_STATUSES
    return WorkSection(
        "changed",
        f"Changed since {since.visit}" if since.at else "Complete, nothing left to verify",
        lines,
        f"over {len(changed_places)}" if is_cut else str(len(changed_places)),
        len(changed_places) > limit,
        f"Which began on {day_and_time(since.at, site)}. Nothing is left to verify in these."
        if since.at
        else since.never,
        "Nothing has changed but what is left to verify."
        if since.at
        else "No form is complete and verified yet.",
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


def left_by_place(site: Site, since: Since, limit: int = COUNTED) -> WorkSection:
    """The same by visit, as a monitoring visit goes through it, and what of it changed; three statements."""
    sums = (
        _left(site)
        .values_list("patient_id", "visit_id")
        .annotate(left=Sum(F("planned") - F("verified")), last=Max("changed_at"))
    )
    places = list(sums.order_by("patient_id", "visit_id")[: limit + 1])
    named = Places((patient, visit) for patient, visit, _left, _last in places)
    lines = [
        named.line(
            (patient, visit),
            words=_items(count),
            left=count,
            note=f"changed {day_and_time(last, site)}" if since.at and last > since.at else "",
        )
        for patient, visit, count, last in places[:limit]
    ]
    return WorkSection("left", "Left to verify by plan", lines, in_words(len(places)), len(places) > limit)


def _left(site: Site) -> QuerySet[ReviewStatus]:
    """What a lock holds is nobody's to verify."""
    left = ReviewStatus.objects.filter(site=site, planned__gt=F("verified")).order_by()
    return left.filter(~ends_review("site", "patient", visits=("visit",), entries=("entry", "entry__parent")))


def _items(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def unsigned(site: Site, limit: int) -> WorkSection:
    """The visits and logs with a complete form that nobody signed, a line a patient; four statements."""
    places, broken = _unsigned(site), broken_places(site=site)
    by_patient: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_patient[place[0]].append(place)
    shown = dict(list(by_patient.items())[:limit])
    named = Places(place for own in shown.values() for place in own)
    lines = [
        WorkLine(
            patient,
            named.numbers[patient],
            words=_forms_in_words(
                [f"{named.label(visit)}{BROKEN if (pk, visit) in broken else ''}" for pk, visit in own], 5
            ),
        )
        for patient, own in shown.items()
    ]
    return _unsigned_section(lines, len(places), len(by_patient) > limit)


def unsigned_by_place(site: Site, limit: int = COUNTED) -> WorkSection:
    """The same, a line a visit; four statements."""
    places, broken = _unsigned(site), broken_places(site=site)
    named = Places(places[:limit])
    lines = [named.line(place, note=BROKEN.strip() if place in broken else "") for place in places[:limit]]
    return _unsigned_section(lines, len(places), len(places) > limit)


def _unsigned(site: Site) -> list[Place]:
    """Those whose signature is broken too: it covers nothing any more."""
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
