"""Where a file goes, as an address names it: a form of a visit or a log, an item of it, a query, or the patient."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from ecrf.access.joined import headed
from ecrf.access.models import User
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right
from ecrf.casebook.labels import element_id, place_of_form
from ecrf.casebook.log_pieces import query_with
from ecrf.casebook.models import STANDING, Entry, Patient, Visit
from ecrf.files.models import StoredFile
from ecrf.files.services import FilePlace
from ecrf.forms.protocol import CASEBOOK
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Query


@dataclass(frozen=True)
class FormChoice:
    """A form that a file can be added to."""

    pk: int
    label: str


def place_in(patient: Patient, given: QueryDict) -> FilePlace:
    """404 for what is not this patient's. A form that nobody has begun is no place yet: LookupError."""
    if text := given.get("query"):
        query = Query.every.filter(patient=patient, number=whole_number(text) or 0).first()
        if query is None or query.entry is None:
            raise Http404
        return FilePlace(patient, query.entry, query.item, query)
    item = given.get("item", "")
    if text := given.get("entry"):
        entry = _entries(patient).filter(pk=whole_number(text) or 0).first()
        if entry is None:
            raise Http404
        return FilePlace(patient, entry, _item(entry, item))
    if form := given.get("form"):
        entry = _named(patient, given.get("at", CASEBOOK), form)
        return FilePlace(patient, entry, _item(entry, item))
    return FilePlace(patient)


def _entries(patient: Patient) -> QuerySet[Entry]:
    found = Entry.objects.filter(patient=patient, struck_at=None, crf__in=list(CRFS))
    return found.select_related("visit", "parent", "patient__site")


def _named(patient: Patient, segment: str, form: str) -> Entry:
    """`vital-signs:1`, `laboratory:1.3`, as the entry pages name places."""
    crf, _, address = form.partition(":")
    parts = [whole_number(part) or 0 for part in address.split(".")]
    if crf not in CRFS or len(parts) > 2:
        raise Http404
    where: dict[str, object] = {"crf": crf, "number": parts[-1]}
    if segment == CASEBOOK:
        where["visit"] = None
    else:
        where["visit"] = Visit.objects.filter(STANDING, patient=patient, code=segment).first()
        if where["visit"] is None:
            raise Http404
    where |= {"parent__number": parts[0]} if len(parts) == 2 else {"parent": None}
    entry = _entries(patient).filter(**where).first()
    if entry is None:
        raise LookupError(f"{CRFS[crf].title}")
    return entry


def _item(entry: Entry, item: str) -> str:
    if item and item not in CRFS[entry.crf].entered:
        raise Http404
    return item


def items_of(entry: Entry) -> list[tuple[str, str]]:
    """(name, what it is called), of the items that a copy can prove."""
    definition = CRFS[entry.crf]
    return [(name, str(definition.items[name].verbose_name)) for name in definition.entered]


def forms_of(patient: Patient, code: str = "") -> list[FormChoice]:
    """The forms with something in them, of one visit or of all; those of logs behind."""
    found = _entries(patient).filter(parent=None)
    if code:
        found = found.filter(visit__code=code, visit__struck_at=None)
    entries = sorted(found, key=lambda one: (one.visit_id is None, one.visit_id or 0, one.pk))
    return [FormChoice(entry.pk, place_of_form(entry)) for entry in entries]


def words_of(place: FilePlace) -> str:
    """`Week 4, Laboratory: Haemoglobin`, `Query Q1042`, `Patient 01-001`: what the file proves."""
    if place.query:
        return place.query.name
    if place.entry:
        where = place_of_form(place.entry)
        return headed(where, _item_label(place.entry, place.item)) if place.item else where
    if place.patient:
        return gettext("Patient %(number)s") % {"number": place.patient}
    return str(place.site or pgettext("what a document belongs to", "the study"))


def words_of_file(file: StoredFile) -> str:
    return words_of(FilePlace(file.patient, file.entry, file.item, file.query, file.of_site))


def _item_label(entry: Entry, item: str) -> str:
    definition = CRFS.get(entry.crf)
    known = definition.items.get(item) if definition else None
    return str(known.verbose_name) if known else item


def page_of_entry(user: User, entry: Entry, item: str = "") -> str:
    """Where this person reads the form: where the site enters it, or in Review."""
    id_ = element_id(entry.crf, entry.address, item)
    number = entry.patient.number
    if user.may(Right.READ, entry.site):
        if entry.visit:
            return f"{reverse('visit', args=[number, entry.visit.code])}#{id_}"
        key = CRFS[entry.crf].row_of or entry.crf if entry.crf in CRFS else entry.crf
        return f"{reverse('log', args=[number, key])}{query_with((entry.parent or entry).number)}#{id_}"
    return f"{reverse('monitor:casebook_entry_change', args=[entry.parent_id or entry.pk])}#{id_}"
