"""Reaches patients: those that a user enters or reviews, and the turns of sites and of all their patients."""

from django.db import connection

from ecrf.access.models import Site, User
from ecrf.access.reach import reach
from ecrf.access.roles import READERS
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.transfer.stays import patients_with_moves


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user enters or reviews there."""
    return reach(user, patients_with_moves(), *READERS, number=number)


def reach_visit(user: User, number: str, code: str) -> Visit:
    """An opened visit of that patient."""
    visits = Visit.objects.select_related("patient__site")
    return reach(user, visits, *READERS, patient__number=number, code=code)


def take_turn_of_sites(*sites: Site) -> None:
    """Wait for whoever changes what a whole site's patients hang on, such as its ranges, or moves a patient from or to
    one of them; before the turn of any patient is taken."""
    with connection.cursor() as cursor:
        for pk in sorted({site.pk for site in sites}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ecrf.site'), %s::integer)", [pk])


def take_turns_of(site: Site) -> None:
    """Wait for whoever writes of a patient who is or was at the site; nobody else writes of them until this transaction
    ends, and none moves from it or to it.

    Before anything is written to the chain of what belongs to no patient: who holds a patient may wait for that.
    """
    take_turn_of_sites(site)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('ecrf.patient'), p.id) FROM ("
            "SELECT id::integer FROM casebook_patient WHERE site_id = %s"
            " UNION SELECT patient_id::integer FROM casebook_transfer WHERE from_site_id = %s ORDER BY id) p",
            [site.pk, site.pk],
        )
