"""Reaches what is struck out, through the person's rights."""

from django.db.models import QuerySet

from ecrf.access.models import User
from ecrf.access.reach import reach, reachable
from ecrf.access.roles import READERS
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.forms.registry import CRFS


def reach_struck_visit(user: User, number: str, pk: int) -> Visit:
    """One visit by its id: of one code, several may be struck out."""
    visits = Visit.objects.select_related("patient__site", "struck_by", "struck_consent_of")
    return reach(user, visits, *READERS, patient__number=number, pk=pk)


def reach_struck_form(user: User, number: str, pk: int) -> Entry:
    """One form by its id, no row of another: of one place, several may be struck out."""
    forms = Entry.objects.filter(parent=None, crf__in=CRFS)
    forms = forms.select_related("patient__site", "visit__patient__site", "struck_by")
    return reach(user, forms, *READERS, patient__number=number, pk=pk)


def only(entry: Entry) -> QuerySet[Entry]:
    """This one entry, as the rights over entries are asked."""
    return Entry.objects.filter(pk=entry.pk)


def struck_visits_of(patient: Patient) -> list[Visit]:
    """Each with who struck it out; one statement."""
    visits = patient.visits.exclude(struck_at=None).select_related(
        "struck_by", "struck_consent_of", "patient__site"
    )
    return list(visits.order_by("pk"))


def struck_patients_of(user: User) -> QuerySet[Patient]:
    """At the sites whose patients this person reads."""
    found = reachable(user, Patient.objects.exclude(struck_at=None), *READERS)
    return found.select_related("site", "struck_by").order_by("number")
