"""What is in the way of a lock: missing items, unfinished forms, overdue visits, open queries, unverified, unsigned."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy

from ecrf.access.models import Site
from ecrf.casebook.labels import form_title, label_of, visit_label
from ecrf.casebook.models import Entry, Patient, PatientStatus, Status, Visit, not_struck
from ecrf.casebook.review_status import ReviewStatus, unsigned
from ecrf.casebook.schedule.completion import visit_states
from ecrf.casebook.schedule.due import LIVING
from ecrf.casebook.schedule.status import ends_of, fact_of, overdue, planned_forms
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.models import LockScope
from ecrf.queries.lookup import open_of_sites, open_queries

Counts = dict[str, int]
"""{kind of open point: how many}"""


@dataclass(frozen=True)
class Kind:
    """One kind of open point: its name, the head of its column, which says what is counted, and its words with how
    many there are. What is kept with a lock is kept by the name."""

    name: Promise
    head: Promise
    counted: Any

    def of(self, number: int) -> str:
        """`3 forms not signed`."""
        return str(self.counted % {"number": number})


KINDS = {
    "overdue": Kind(
        gettext_lazy("Overdue"),
        gettext_lazy("Visits overdue"),
        ngettext_lazy("%(number)d visit overdue", "%(number)d visits overdue", "number"),
    ),
    "not-begun": Kind(
        gettext_lazy("Not begun"),
        gettext_lazy("Forms not begun"),
        ngettext_lazy("%(number)d form not begun", "%(number)d forms not begun", "number"),
    ),
    "unfinished": Kind(
        gettext_lazy("Not finished"),
        gettext_lazy("Patients not finished"),
        ngettext_lazy(
            "%(number)d patient with a visit that is not complete",
            "%(number)d patients with a visit that is not complete",
            "number",
        ),
    ),
    "draft": Kind(
        gettext_lazy("Not complete"),
        gettext_lazy("Forms not complete"),
        ngettext_lazy("%(number)d form not complete", "%(number)d forms not complete", "number"),
    ),
    "empty": Kind(
        gettext_lazy("Items empty"),
        gettext_lazy("Items empty in forms begun"),
        ngettext_lazy("%(number)d required item empty", "%(number)d required items empty", "number"),
    ),
    "queries": Kind(
        gettext_lazy("Open queries"),
        gettext_lazy("Open queries"),
        ngettext_lazy("%(number)d open query", "%(number)d open queries", "number"),
    ),
    "unverified": Kind(
        gettext_lazy("Not verified"),
        gettext_lazy("Items not verified"),
        ngettext_lazy(
            "%(number)d planned item not verified", "%(number)d planned items not verified", "number"
        ),
    ),
    "unsigned": Kind(
        gettext_lazy("Not signed"),
        gettext_lazy("Forms not signed"),
        ngettext_lazy("%(number)d form not signed", "%(number)d forms not signed", "number"),
    ),
}


@dataclass(frozen=True)
class OpenPlace:
    """One visit, log or form with something open; `page` says of what kind `pk` is: form, visit or patient."""

    words: str
    page: str
    pk: int
    site: int
    counts: Counts


@dataclass(frozen=True)
class Checklist:
    """What is open, place by place, none left out; `not_begun` names the forms that nobody has begun. `of_site`: how
    many questions and notes of the site are open, which are in nobody's way."""

    places: list[OpenPlace] = field(default_factory=list)
    not_begun: list[str] = field(default_factory=list)
    of_site: int = 0

    @property
    def totals(self) -> Counts:
        """{kind: how many}, in the order of the kinds; none where nothing is open."""
        return total(place.counts for place in self.places)

    @property
    def points(self) -> list[str]:
        """`3 forms not signed`, a line for each kind."""
        named = gettext(", ").join(self.not_begun)
        return [
            gettext("%(what)s: %(forms)s") % {"what": KINDS[kind].of(n), "forms": named}
            if kind == "not-begun"
            else KINDS[kind].of(n)
            for kind, n in self.totals.items()
        ]

    @property
    def as_kept(self) -> dict[str, Any]:
        """As it is kept with the lock."""
        places = [
            {"place": place.words, "open": {str(KINDS[kind].name): n for kind, n in place.counts.items()}}
            for place in self.places
        ]
        return {"points": self.points, "places": places}

    @property
    def by_site(self) -> dict[int, Counts]:
        """{site id: what is open there}."""
        sites: dict[int, list[Counts]] = {}
        for place in self.places:
            sites.setdefault(place.site, []).append(place.counts)
        return {site: total(counts) for site, counts in sites.items()}


def total(several: Iterable[Counts]) -> Counts:
    """The sum of each kind."""
    sums = dict.fromkeys(KINDS, 0)
    for counts in several:
        for kind, count in counts.items():
            sums[kind] += count
    return {kind: count for kind, count in sums.items() if count}


@dataclass(frozen=True)
class Target:
    """What a freeze or a lock is put on, with all that it hangs on."""

    scope: LockScope
    site: Site | None = None
    patient: Patient | None = None
    visit: Visit | None = None
    entry: Entry | None = None

    @classmethod
    def of(
        cls,
        scope: LockScope,
        *,
        site: Site | None = None,
        patient: Patient | None = None,
        visit: Visit | None = None,
        entry: Entry | None = None,
    ) -> "Target":
        """The target named by its innermost part; ValueError if that is not there."""
        patient = patient or (visit or entry).patient if (visit or entry) else patient  # type: ignore[union-attr]
        site = site or (patient.site if patient else None)
        named = {
            LockScope.FORM: entry,
            LockScope.VISIT: visit,
            LockScope.PATIENT: patient,
            LockScope.SITE: site,
            LockScope.STUDY: scope,
        }[scope]
        if named is None:
            raise ValueError(f"No {scope} is named.")
        keeps = {
            LockScope.FORM: (site, patient, None, entry),
            LockScope.VISIT: (site, patient, visit, None),
            LockScope.PATIENT: (site, patient, None, None),
            LockScope.SITE: (site, None, None, None),
            LockScope.STUDY: (None, None, None, None),
        }[scope]
        return cls(scope, *keeps)  # type: ignore[arg-type]

    @property
    def columns(self) -> dict[str, Any]:
        """As the columns of a lock."""
        return {"site": self.site, "patient": self.patient, "visit": self.visit, "entry": self.entry}

    @property
    def words(self) -> str:
        """`Week 4 of 01-001`."""
        if self.entry:
            parts = [visit_label(self.entry.visit), form_title(self.entry)]
            what = " · ".join(part for part in parts if part)
            return gettext("%(what)s of %(patient)s") % {"what": what, "patient": self.patient}
        if self.visit:
            what = visit_label(self.visit)
            return gettext("%(what)s of %(patient)s") % {"what": what, "patient": self.patient}
        if self.patient:
            return gettext("Patient %(number)s") % {"number": self.patient}
        return gettext("Site %(code)s") % {"code": self.site.code} if self.site else gettext("The study")

    def narrow(self, path: str = "") -> Q:
        """The filter on rows that hang on an entry by `path` ("" for entries, "entry__" for what belongs to one)."""
        if self.entry:
            return Q(**{f"{path}pk": self.entry.pk}) | Q(**{f"{path}parent": self.entry.pk})
        if self.visit:
            return Q(**{f"{path}visit": self.visit.pk})
        return self.narrow_by_patient(path)

    def narrow_by_patient(self, path: str = "") -> Q:
        """As `narrow`, of a patient, a site or the study, on rows that have a patient."""
        if self.patient:
            return Q(**{f"{path}patient": self.patient.pk})
        # Practice patients are never study data: they are in nobody's way.
        site = f"{path}patient__site"
        return Q(**{site: self.site.pk}) if self.site else Q(**{f"{site}__is_practice": False})


def checklist(target: Target) -> Checklist:
    """What is open, by visit and log, within a visit or a form by form; a fixed number of statements, however large the
    target."""
    open_at: dict[tuple[Any, ...], Counts] = {}
    is_one_visit = bool(target.visit or target.entry)
    for kind, counts in _counts(target.narrow, _patient, _form if is_one_visit else _visit).items():
        for place, count in counts.items():
            open_at.setdefault(place, {})[kind] = count
    if is_one_visit:
        places = _forms(open_at)
        not_begun = _forms_to_begin(target.visit) if target.visit else []
        if target.visit and not_begun:
            words = f"{target.visit.patient} · {visit_label(target.visit)}"
            whole = OpenPlace(
                words, "visit", target.visit.pk, target.visit.patient.site_id, {"not-begun": len(not_begun)}
            )
            places = [whole, *places]
        return Checklist(places, not_begun, _of_site(target))
    return Checklist(_visits(open_at, _late(target)), of_site=_of_site(target))


def _of_site(target: Target) -> int:
    """Also at forms that nobody has begun; one statement."""
    here = target.narrow("entry__")
    if not target.entry:
        here |= (
            Q(entry=None, visit=target.visit) if target.visit else Q(entry=None) & target.narrow_by_patient()
        )
    return open_of_sites().filter(here).count()


def open_by_site(sites: Iterable[Site]) -> dict[int, Counts]:
    """{site id: what is open there}, none where nothing is; seven statements, whatever the number of sites."""
    here, by_site = list(sites), dict[int, Counts]()
    at_sites = _of_entries(
        lambda to: Q(**{f"{to}patient__site__in": here}), lambda to: F(f"{to}patient__site")
    )
    # These know their site, and there is none of what is struck out: nothing has to be joined to tens of thousands.
    at_sites |= _of_statuses(ReviewStatus.objects.filter(site__in=here), lambda _path: F("site"))
    for kind, counts in at_sites.items():
        for (site,), count in counts.items():
            by_site.setdefault(site, {})[kind] = count
    for kind, rows, _name in _late_statuses(PatientStatus.objects.filter(site__in=here), here):
        for site, count in rows.order_by().values_list("site").annotate(n=Count("pk")):
            by_site.setdefault(site, {})[kind] = count
    return by_site


Key = Callable[[str], Any]
ByKey = dict[tuple[Any, ...], int]


def _counts(narrow: Callable[[str], Q], *keys: Key) -> dict[str, ByKey]:
    """{kind: how many}; five statements. The rows of a form count with their form."""
    statuses = ReviewStatus.objects.filter(narrow("entry__"), not_struck("entry__"))
    return _of_entries(narrow, *keys) | _of_statuses(statuses, *keys)


def _of_entries(narrow: Callable[[str], Q], *keys: Key) -> dict[str, ByKey]:
    entries = Entry.objects.filter(narrow(""), not_struck())
    queries = open_queries().filter(narrow("entry__"))
    return {
        "draft": _by_key(entries.filter(status=Status.DRAFT, parent=None), "", Count("pk"), keys),
        "empty": _by_key(entries.filter(missing__gt=0), "", Sum("missing"), keys),
        "queries": _by_key(queries, "entry__", Count("pk"), keys),
    }


def _of_statuses(statuses: QuerySet[ReviewStatus], *keys: Key) -> dict[str, ByKey]:
    left = statuses.filter(planned__gt=F("verified"))
    return {
        "unverified": _by_key(left, "entry__", Sum(F("planned") - F("verified")), keys),
        "unsigned": _by_key(statuses.filter(unsigned(), entry__parent=None), "entry__", Count("pk"), keys),
    }


def _by_key(rows: QuerySet[Any], path: str, what: Any, keys: Iterable[Key]) -> ByKey:
    named = {f"key_{number}": key(path) for number, key in enumerate(keys)}
    counts = rows.order_by().annotate(**named).values_list(*named).annotate(n=what)
    return {tuple(line[:-1]): line[-1] for line in counts}


def _patient(path: str) -> F:
    return F(f"{path}patient")


def _visit(path: str) -> F:
    return F(f"{path}visit")


def _form(path: str) -> Coalesce:
    return Coalesce(f"{path}parent", f"{path}pk")


def _forms(open_at: dict[tuple[Any, ...], Counts]) -> list[OpenPlace]:
    """Each form with its own page."""
    entries = Entry.objects.filter(pk__in=[form for _patient, form in open_at])
    return [
        OpenPlace(
            _form_words(entry), "form", entry.pk, entry.patient.site_id, open_at[entry.patient_id, entry.pk]
        )
        for entry in entries.select_related("patient", "visit", "parent").order_by("pk")
    ]


def _form_words(entry: Entry) -> str:
    parts = [str(entry.patient), visit_label(entry.visit), form_title(entry)]
    return " · ".join(part for part in parts if part)


def _visits(open_at: dict[tuple[Any, ...], Counts], late: dict[tuple[int, str], Counts]) -> list[OpenPlace]:
    """Patient by patient, the visits in the order of the schedule, then the logs; two statements."""
    visits = Visit.objects.filter(pk__in={visit for _, visit in open_at if visit})
    codes = dict(visits.values_list("pk", "code"))
    pages = {(patient, codes.get(visit, "")): visit for patient, visit in open_at}
    counts = {place: dict(missed) for place, missed in late.items()}
    for (patient, visit), here in open_at.items():
        counts.setdefault((patient, codes.get(visit, "")), {}).update(here)
    patients = {
        patient.pk: patient for patient in Patient.objects.filter(pk__in={pk for pk, _code in counts})
    }

    def rank(place: tuple[int, str]) -> tuple[str, tuple[int, ...]]:
        pk, code = place
        return patients[pk].number, protocol().rank(code, {}) if code else (len(protocol().visits),)

    places = []
    for pk, code in sorted(counts, key=rank):
        words = f"{patients[pk]} · {label_of(code) if code else gettext('Logs')}"
        visit = pages.get((pk, code))
        page, at = ("visit", visit) if visit else ("patient", pk)
        places.append(OpenPlace(words, page, at, patients[pk].site_id, counts[pk, code]))
    return places


def _late(target: Target) -> dict[tuple[int, str], Counts]:
    """{(patient, code of the visit): overdue, or not complete}; two statements."""
    sites = [target.site] if target.site else list(Site.objects.filter(is_practice=False))
    whose = Q(patient=target.patient) if target.patient else Q(site__in=sites)
    late: dict[tuple[int, str], Counts] = {}
    for kind, rows, name in _late_statuses(PatientStatus.objects.filter(whose), sites):
        for place in rows.values_list("patient", name):
            late.setdefault(place, {})[kind] = 1
    return late


Late = tuple[str, QuerySet[PatientStatus], str]


def _late_statuses(statuses: QuerySet[PatientStatus], sites: Iterable[Site]) -> list[Late]:
    """The kind of open point, the patients that have it, and the column that names the visit."""
    is_overdue = overdue({site.pk: site.today() for site in sites}) & Q(state__in=LIVING)
    return [
        ("overdue", statuses.filter(is_overdue), "next_code"),
        ("unfinished", statuses.exclude(unfinished_code=""), "unfinished_code"),
    ]


def _forms_to_begin(visit: Visit) -> list[str]:
    """The forms of a visit that nobody has begun."""
    entries = list(visit.entries.select_related("parent"))
    form = CRFS[protocol().visit_form].model._default_manager.filter(entry__visit=visit).first()
    fact = fact_of(visit.code, entries, form)
    plan, end = protocol().plan(visit.code), ends_of([visit.patient]).get(visit.patient_id)
    planned = planned_forms(plan, missed=fact.missed, visited_on=fact.visited_on, end=end)
    states = visit_states(plan, entries, planned)
    return [CRFS[key].title for key, state in states.items() if state.state == "empty" and key in CRFS]
