"""Reaches patients: those that a user enters or reviews, and the turns of all patients of a site."""

from django.db import connection

from ecrf.access.models import Site, User
from ecrf.access.reach import reach
from ecrf.access.roles import READERS
from ecrf.casebook.models import STANDING, Patient, Visit


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user enters or reviews there."""
    return reach(user, Patient.objects.select_related("site"), *READERS, number=number)


def reach_visit(user: User, number: str, code: str) -> Visit:
    """An opened visit of that patient, which is not struck out."""
    visits = Visit.objects.filter(STANDING).select_related("patient__site")
    return reach(user, visits, *READERS, patient__number=number, code=code)


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
