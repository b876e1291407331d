"""Reaches patients: those that a user enters or reviews, and the turns of all patients of a site."""

from django.db import connection
from django.http import Http404

from ecrf.access.models import Site, User
from ecrf.access.reach import reach, reachable
from ecrf.access.roles import READERS, Right
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import STANDING, Patient, Visit


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user enters or reviews there."""
    return reach(user, Patient.objects.select_related("site"), *READERS, number=number)


class StruckOut(Http404):
    """The address names a visit that is struck out: `number` and `pk` lead to where it is shown."""

    def __init__(self, visit: Visit) -> None:
        super().__init__(
            f"{visit_label(visit)} of {visit.patient.number} was struck out: {visit.struck_reason}"
        )
        self.number, self.pk = visit.patient.number, visit.pk


def reach_standing_visit(user: User, number: str, code: str, *rights: Right) -> Visit:
    """The visit of this code that stands; StruckOut where there is only one that does not."""
    visits = Visit.objects.select_related("patient__site")
    which = {"patient__number": number, "code": code}
    try:
        return reach(user, visits.filter(STANDING), *rights, **which)
    except Http404:
        struck = (
            reachable(user, visits.exclude(STANDING), *rights).filter(**which).order_by("-struck_at").first()
        )
        if struck is None:
            raise
    raise StruckOut(struck)


def reach_visit(user: User, number: str, code: str) -> Visit:
    """An opened visit of that patient, which is not struck out."""
    return reach_standing_visit(user, number, code, *READERS)


def take_turns_of(site: Site) -> None:
    """Wait for whoever writes of one of the site's patients; nobody else writes of them until this transaction ends.

    Before anything is written to the chain of what belongs to no patient: who holds a patient may wait for that.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('ecrf.patient'), p.id)"
            " FROM (SELECT id::integer FROM casebook_patient WHERE site_id = %s ORDER BY id) p",
            [site.pk],
        )
