"""The lines of the monitor's lists of work: of which patient, where, what in words, and where it is opened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf.access.models import Site
from ecrf.access.moments import moment_words
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import Patient, Visit

Place = tuple[int, int | None]
"""A patient's visit; without one, the patient's logs."""

LOGS = gettext_lazy("Logs")
"""Where the forms of a patient stand that belong to no visit."""


@dataclass(frozen=True)
class WorkLine:
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
    late: str = ""

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
class WorkSection:
    """One list of the work: its first lines, and how many there are in words. `note` stands under the title; `empty`
    is said where there is no line, and `empty_after_title` where that follows the title in one line.

    `patients`: whom it is about, those behind the lines too, where that is known.
    """

    key: str
    title: str
    lines: list[WorkLine] = field(default_factory=list)
    count: str = "0"
    has_more: bool = False
    note: str = ""
    empty: str = ""
    empty_after_title: str = ""
    patients: tuple[int, ...] = ()


def next_to_verify(patient: int) -> str:
    """The review of the next visit of the patient that has something to verify."""
    try:
        return reverse("monitor:next-to-verify", args=[patient])
    except NoReverseMatch:
        return reverse("monitor:casebook_patient_change", args=[patient])


def day_and_time(moment: datetime, site: Site) -> str:
    return moment_words(moment, site.zone)


@dataclass(frozen=True)
class Since:
    """What "new" means to a reader at a site: after the start of the last monitoring visit that ended there.

    `counts`: how many lines a section has, where the page has counted them before.
    """

    at: datetime | None = None
    is_own: bool = True
    counts: dict[str, int] | None = None

    @property
    def never(self) -> str:
        if self.is_own:
            return gettext("No visit of yours has ended here yet: everything is new.")
        return gettext("No monitoring visit has ended here yet: everything is new.")


class Places:
    """The patients' numbers and the visits' labels of these places; two statements."""

    def __init__(self, places: Iterable[Place]) -> None:
        named = list(places)
        patients = {patient for patient, _visit in named}
        self.numbers = dict(Patient.objects.filter(pk__in=patients).values_list("pk", "number"))
        opened = Visit.objects.filter(pk__in={visit or 0 for _patient, visit in named})
        self.labels = {visit.pk: visit_label(visit) for visit in opened}

    def label(self, visit: int | None) -> str:
        return self.labels[visit] if visit else str(LOGS)

    def line(self, place: Place, **more: Any) -> WorkLine:
        patient, visit = place
        return WorkLine(patient, self.numbers[patient], self.label(visit), visit=visit, **more)


def day(moment: datetime, site: Site) -> str:
    return f"{moment.astimezone(site.zone):%Y-%m-%d}"


def since_words(moment: datetime, site: Site) -> str:
    """`2026-11-18 (9 days)`, in days of the site's calendar: a letter is read on another day than it was written."""
    days = (site.today() - moment.astimezone(site.zone).date()).days
    return days_in_words(day(moment, site), days)


def days_in_words(iso: str, days: int) -> str:
    """`2026-11-18 (9 days)`."""
    if days < 1:
        return gettext("%(day)s (today)") % {"day": iso}
    return ngettext("%(day)s (%(number)d day)", "%(day)s (%(number)d days)", days) % {
        "day": iso,
        "number": days,
    }
