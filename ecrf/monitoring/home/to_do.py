"""What is to do at one site: what changed, what is left by plan, what is not signed, what is overdue."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext, pgettext

from ecrf.access.models import Site
from ecrf.access.statements import written_once
from ecrf.casebook.labels import form_title, label_of
from ecrf.casebook.models import PatientStatus
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import overdue
from ecrf.forms.protocol import protocol
from ecrf.locks.lookup import ends_review
from ecrf.monitoring.home.log_lines import log, queries
from ecrf.monitoring.home.site_counts import COUNTED, in_words
from ecrf.monitoring.home.work_lines import Place, Places, Since, WorkLine, WorkSection, day_and_time
from ecrf.signatures.lookup import broken_places, unsigned_places

REVIEW_STATUSES = 2_000
"""So many of the forms and rows that changed last are looked at."""


def changed(site: Site, since: Since, limit: int) -> WorkSection:
    """The visits and logs of which a complete form changed, the newest first; four statements.

    Those with something left to verify stand in that list, and not in two. Only the two thousand that changed last
    are looked at: the count says "over" behind these.
    """
    looked_at = _looked_at.lines(site.pk, since.at)
    changed_places = [
        (patient, visit, last) for patient, visit, has_left, last, _forms in looked_at if not has_left
    ]
    shown = changed_places[:limit]
    titles = _titles(_since(site.pk, since.at), {(patient, visit) for patient, visit, _last in shown})
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
        _title_of_changed(since),
        lines,
        gettext("over %(number)s") % {"number": len(changed_places)} if is_cut else str(len(changed_places)),
        len(changed_places) > limit,
        gettext("Which began on %(when)s. Nothing is left to verify in these.")
        % {"when": day_and_time(since.at, site)}
        if since.at
        else since.never,
        gettext("Nothing has changed but what is left to verify.")
        if since.at
        else gettext("No form is complete and verified yet."),
        pgettext("after the title of a list", "nothing has changed but what is left to verify.")
        if since.at
        else pgettext("after the title of a list", "no form is complete and verified yet."),
    )


def _since(site: int, at: datetime | None) -> QuerySet[ReviewStatus]:
    found = ReviewStatus.objects.filter(site=site)
    return found if at is None else found.filter(changed_at__gt=at)


@written_once
def _looked_at(site: int, at: datetime | None) -> QuerySet:
    """(patient, visit, whether something is left to verify there, its last change, how many forms changed)."""
    newest = _since(site, at).order_by("-changed_at").values("pk")[:REVIEW_STATUSES]
    same_place = Q(patient=OuterRef("patient"), place=Coalesce(OuterRef("visit"), 0))
    left = Exists(_left(site).annotate(place=Coalesce("visit", 0)).filter(same_place))
    places = ReviewStatus.objects.filter(pk__in=newest).annotate(has_left=left).order_by()
    sums = places.values_list("patient_id", "visit_id", "has_left")
    return sums.annotate(last=Max("changed_at"), forms=Count("pk")).order_by("-last")


def _title_of_changed(since: Since) -> str:
    if not since.at:
        return gettext("Complete, nothing left to verify")
    return (
        gettext("Changed since your last visit")
        if since.is_own
        else gettext("Changed since the last monitoring visit")
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
    forms = gettext(", ").join(once[:most])
    return gettext("%(forms)s and %(number)d more") % {"forms": forms, "number": more} if more > 0 else forms


def left_by_patient(site: Site, limit: int) -> WorkSection:
    """The patients with items left to verify, most left first; one statement."""
    patients = _left_of_patients.lines(site.pk)
    lines = [
        WorkLine(pk, number, words=_items_left(count), left=count, next_to_verify=True)
        for pk, number, count in patients[:limit]
    ]
    return WorkSection(
        "left",
        gettext("Patients with items left to verify by plan"),
        lines,
        in_words(len(patients)),
        len(patients) > limit,
        empty=gettext("Everything that is complete and planned is verified."),
        empty_after_title=pgettext(
            "after the title of a list", "everything that is complete and planned is verified."
        ),
        patients=tuple(patient for patient, _number, _count in patients),
    )


@written_once
def _left_of_patients(site: int) -> QuerySet:
    left = (
        _left(site)
        .values_list("patient_id", "patient__number")
        .annotate(left=Sum(F("planned") - F("verified")))
    )
    return left.order_by("-left", "patient_id")[: COUNTED + 1]


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
            words=items_in_words(count),
            left=count,
            note=gettext("changed %(when)s") % {"when": day_and_time(last, site)}
            if since.at and last > since.at
            else "",
        )
        for patient, visit, count, last in places[:limit]
    ]
    return WorkSection(
        "left",
        gettext("Visits and logs left to verify by plan"),
        lines,
        in_words(len(places)),
        len(places) > limit,
    )


def _left(site: Site | int) -> QuerySet[ReviewStatus]:
    """What a lock holds is nobody's to verify."""
    left = ReviewStatus.objects.filter(site=site, planned__gt=F("verified")).order_by()
    return left.filter(~ends_review("site", "patient", visits=("visit",), forms_or_rows=("entry",)))


def items_in_words(count: int) -> str:
    return ngettext("%(number)d item", "%(number)d items", count) % {"number": count}


def _items_left(count: int) -> str:
    return ngettext("%(number)d item left", "%(number)d items left", count) % {"number": count}


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
                [_named(named.label(visit), (pk, visit) in broken) for pk, visit in own], 5
            ),
        )
        for patient, own in shown.items()
    ]
    return _unsigned_section(lines, len(places), len(by_patient) > limit)


def _named(visit: str, is_broken: bool) -> str:
    return gettext("%(visit)s (signature broken)") % {"visit": visit} if is_broken else visit


def unsigned_by_place(site: Site, limit: int = COUNTED) -> WorkSection:
    """The same, a line a visit; four statements."""
    places, broken = _unsigned(site), broken_places(site=site)
    named = Places(places[:limit])
    lines = [
        named.line(place, note=gettext("(signature broken)") if place in broken else "")
        for place in places[:limit]
    ]
    return _unsigned_section(lines, len(places), len(places) > limit)


def _unsigned(site: Site) -> list[Place]:
    """Those whose signature is broken too: it covers nothing any more."""
    return _unsigned_at.lines(site.pk)


@written_once
def _unsigned_at(site: int) -> QuerySet:
    return unsigned_places().filter(site=site).values_list("patient_id", "visit_id")[: COUNTED + 1]


def _unsigned_section(lines: list[WorkLine], count: int, has_more: bool) -> WorkSection:
    return WorkSection(
        "unsigned",
        gettext("Visits and logs not signed"),
        lines,
        in_words(count),
        has_more,
        gettext("Visits and logs with complete forms that no signature covers."),
        gettext("Every complete form is signed."),
        pgettext("after the title of a list", "every complete form is signed."),
    )


def overdue_visits(site: Site, limit: int) -> WorkSection:
    """The patients whose next visit's window has closed, the longest overdue first; one statement."""
    late = overdue({site.pk: site.today()})
    rows = PatientStatus.objects.filter(late, state__in=LIVING).select_related("patient")
    late_patients = list(rows.order_by("closes_on")[: COUNTED + 1])
    lines = [_overdue_line(row, site.today()) for row in late_patients[:limit]]
    return WorkSection(
        "overdue",
        gettext("Overdue visits"),
        lines,
        in_words(len(late_patients)),
        len(late_patients) > limit,
        empty=gettext("No visit is overdue."),
        empty_after_title=pgettext("after the title of a list", "no visit is overdue."),
    )


def _overdue_line(row: PatientStatus, today: date) -> WorkLine:
    assert row.closes_on
    days = (today - row.closes_on).days
    words = ngettext(
        "window closed %(day)s, %(number)d day ago", "window closed %(day)s, %(number)d days ago", days
    )
    note = words % {"day": row.closes_on, "number": days}
    return WorkLine(
        row.patient_id, row.patient.number, label_of(row.next_code), gettext("visit overdue"), note
    )


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
