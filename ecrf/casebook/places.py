"""Where an entry stands, or will stand once something is entered."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from ecrf.casebook.models import STANDING, Entry, Patient, Visit
from ecrf.forms.registry import CRFS, CrfDefinition


@dataclass(frozen=True)
class Place:
    """Where an entry stands or will stand: patient, visit (None in logs), kind of form, number within a repeat.

    `parent` is the number of the entry whose row it is, for the rows of a form.
    """

    patient: Patient
    definition: CrfDefinition
    visit: Visit | None = None
    number: int = 1
    parent: int | None = None

    @classmethod
    def of(cls, entry: Entry) -> "Place":
        """Where this entry stands. LookupError if its form is no longer part of the trial."""
        parent = entry.parent.number if entry.parent else None
        return cls(entry.patient, CRFS[entry.crf], entry.visit, entry.number, parent)

    @property
    def address(self) -> str:
        return str(self.number) if self.parent is None else f"{self.parent}.{self.number}"

    @property
    def above(self) -> "Place | None":
        """Where the form stands whose row this is."""
        if self.parent is None:
            return None
        return Place(self.patient, CRFS[self.definition.row_of], self.visit, self.parent)

    def new_entry(self) -> Entry:
        """An entry that is not saved yet; it keeps the version of its form."""
        definition = self.definition
        return Entry(
            patient=self.patient,
            visit=self.visit,
            crf=definition.key,
            number=self.number,
            form_version=definition.version,
            form_fingerprint=definition.fingerprint,
        )

    def lookup(self) -> dict[str, Any]:
        """The filter that finds the entry, and what was struck out there beside it."""
        parent = {"parent__number": self.parent} if self.parent is not None else {"parent": None}
        return {
            "patient": self.patient,
            "visit": self.visit,
            "crf": self.definition.key,
            "number": self.number,
            **parent,
        }

    def held(self, path: str = "") -> Q:
        """Of entries (to which `path` leads), the one that is at this place: see `keeps_its_place`."""
        found = Q(**{f"{path}{name}": value for name, value in self.lookup().items()})
        if not self.definition.can_repeat:
            found &= Q(**{f"{path}struck_at": None})
        if self.above and not self.above.definition.can_repeat:
            found &= Q(**{f"{path}parent__struck_at": None})
        return found


def keeps_its_place(entry: Entry) -> bool:
    """Whether an entry is found at its place: of several each keeps its number for good, struck out or not. A form
    that is there once leaves it to another when it is struck out, and its rows with it."""
    own = not entry.struck_at or CRFS[entry.crf].can_repeat
    return own and (entry.parent is None or keeps_its_place(entry.parent))


def is_at_its_place(entry: Entry) -> bool:
    """As `keeps_its_place`, where struck out forms are read, too: one that was struck out with its visit or with the
    patient is shown where it was."""
    above = {entry.patient.struck_at, entry.visit.struck_at if entry.visit else None} - {None}
    return (entry.parent or entry).struck_at in above or keeps_its_place(entry)


def is_struck_whole(place: Place) -> bool:
    """Whether the patient, or the visit, is struck out by now."""
    if Patient.objects.filter(pk=place.patient.pk).exclude(STANDING).exists():
        return True
    return place.visit is not None and Visit.objects.filter(pk=place.visit.pk).exclude(STANDING).exists()


def is_stored(place: Place) -> bool:
    """Whether there is an entry at this place."""
    return Entry.objects.filter(place.held()).exists()
