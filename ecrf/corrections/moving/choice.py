"""What is to be moved and whereto, as the page's address says it: read, checked, and offered."""

from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext

from ecrf.access.joined import headed
from ecrf.access.models import User
from ecrf.access.reach import reachable
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right
from ecrf.audit.texts import fold
from ecrf.casebook.data import PatientData
from ecrf.casebook.labels import label_of, place_of_form
from ecrf.casebook.models import STANDING, Entry, Patient
from ecrf.casebook.moving import Destination
from ecrf.casebook.moving.destination import is_filled
from ecrf.forms.protocol import CASEBOOK, VisitPlan, protocol
from ecrf.forms.registry import CRFS

OFFERED = 500
"""Patients whose numbers are proposed; any other is typed."""
MOST = 500
"""Forms that one move takes at most."""


@dataclass(frozen=True)
class MoveChoice:
    """The forms, by their ids, the patient's number and the visit's code as given; `segment`: where they stand now."""

    patient: Patient
    segment: str
    entries: list[int] = field(default_factory=list)
    number: str = ""
    code: str = ""

    @classmethod
    def of(cls, patient: Patient, segment: str, given: QueryDict) -> "MoveChoice":
        ids = [whole_number(text) for text in given.getlist("entry")[:MOST]]
        return cls(
            patient,
            segment,
            [pk for pk in ids if pk is not None],
            fold(given.get("to", "")).strip() or ("" if segment == CASEBOOK else patient.number),
            "" if segment == CASEBOOK else given.get("code", ""),
        )

    @property
    def query(self) -> str:
        entries = [("entry", str(pk)) for pk in self.entries]
        return urlencode([*entries, ("to", self.number), ("code", self.code)])

    @property
    def forms(self) -> list[Entry]:
        """Struck out ones too: whoever comes second is told where they went."""
        here = {"visit": None} if self.segment == CASEBOOK else {"visit__code": self.segment}
        found = Entry.objects.filter(patient=self.patient, parent=None, pk__in=self.entries, **here)
        entries = list(found.select_related("patient__site", "visit").order_by("pk"))
        for entry in entries:
            entry.patient = self.patient
        return entries

    def destination(self, user: User) -> Destination | str:
        """Where to; or in words why that is nowhere."""
        if "\x00" in self.number + self.code:
            return gettext("That is no patient and no visit.")
        to = self.target(user)
        if to is None and not self.number:
            return gettext("Type the number of the patient to whom it belongs.")
        if to is None:
            words = gettext("There is no patient %(number)s at your site. Type the number as in %(example)s.")
            return words % {"number": self.number, "example": self.patient.number}
        if self.segment != CASEBOOK and protocol().plan(self.code) is None:
            return gettext("Choose the visit to which it belongs.")
        return Destination(to, self.code)

    def target(self, user: User) -> Patient | None:
        """The patient to whom it is moved; None where the number names none whom the user may correct."""
        if "\x00" in self.number:
            return None
        patients = reachable(user, Patient.objects.select_related("site"), Right.ENTER, Right.LOCK)
        return patients.filter(number=self.number).first()

    def numbered(self, user: User) -> "MoveChoice":
        """With the number of the new visit, where a new one of several such visits is chosen."""
        plan = next((one for one in protocol().visits if one.repeats and one.code == self.code), None)
        to = self.target(user) if plan else None
        return replace(self, code=_next_code(to, plan)) if plan and to else self


def forms_to_choose(patient: Patient, segment: str) -> list[tuple[Entry, str]]:
    """The forms that hold something there, with their names, in the order of the page; one statement."""
    data = PatientData(patient)
    data.load(*CRFS)
    plan = protocol().plan(segment)
    order = dict.fromkeys([*plan.forms, *plan.optional, *CRFS] if plan else CRFS)
    keys = [key for key in order if not CRFS[key].row_of]
    rows = [row for key in keys for row in data.rows(key) if is_filled(row, data)]
    here = [row for row in rows if (row.entry.visit.code if row.entry.visit else CASEBOOK) == segment]
    return [(row.entry, _name(row.entry, CRFS[row.entry.crf].first_in_a_line(row))) for row in here]


def _name(entry: Entry, about: str) -> str:
    where = place_of_form(entry)
    return where if entry.visit or not about else headed(where, about)


def visits_to_choose(patient: Patient) -> list[tuple[str, str]]:
    """(code, label) of every visit of the schedule at which this patient can get something; of one that repeats, those
    that stand and a new one, whose number follows from the patient."""
    found, standing = [], set(patient.visits.filter(STANDING).values_list("code", flat=True))
    for plan in protocol().visits:
        if not plan.repeats:
            found.append((plan.code, plan.label))
            continue
        codes = sorted((code for code in standing if code.startswith(f"{plan.code}-")), key=_number)
        found += [(code, label_of(code)) for code in codes]
        found.append((plan.code, gettext("%(visit)s, a new one") % {"visit": plan.label}))
    return found


def _next_code(patient: Patient, plan: VisitPlan) -> str:
    """One that was struck out keeps its number."""
    ever = patient.visits.filter(code__startswith=f"{plan.code}-").values_list("code", flat=True)
    return plan.numbered(max(map(_number, ever), default=0) + 1).code


def _number(code: str) -> int:
    return int(code.rpartition("-")[2])


def numbers_to_choose(user: User, patient: Patient) -> list[str]:
    patients = reachable(user, Patient.objects.filter(STANDING, site=patient.site), Right.ENTER, Right.LOCK)
    return list(patients.order_by("number").values_list("number", flat=True)[:OFFERED])
