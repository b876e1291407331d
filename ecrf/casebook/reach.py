"""Reaches patients: those that a user enters or reviews, and the turns of sites and of all their patients."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.http import Http404
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.reach import reach, reach_loaded, reachable
from ecrf.access.roles import READERS, Right
from ecrf.audit.turns import take_turns
from ecrf.casebook.labels import visit_label
from ecrf.casebook.log_pieces import with_last_number
from ecrf.casebook.models import STANDING, Patient, Visit
from ecrf.casebook.stored_rows import lines_of, read_json
from ecrf.casebook.transfer.stays import patients_with_moves

# Written out, as every save and every page of a visit begins with one of them: Django would take longer to write such a
# statement than the database to answer it. What can be looked up by its key is: a join takes longer to plan.
VISIT = """
    SELECT to_jsonb(p)::text, (SELECT to_jsonb(s)::text FROM access_site s WHERE s.id = p.site_id), to_jsonb(v)::text,
        (SELECT c.length FROM audit_auditchain c WHERE c.chain = p.id)
    FROM casebook_visit v JOIN casebook_patient p ON p.id = v.patient_id WHERE v.id = %s
"""
STANDING_VISIT = """
    SELECT to_jsonb(p)::text,
        (SELECT to_jsonb(s)::text FROM access_site s WHERE s.id = p.site_id),
        (SELECT to_jsonb(v)::text FROM casebook_visit v
            WHERE v.patient_id = p.id AND v.code = %s AND v.struck_at IS NULL)
    FROM casebook_patient p WHERE p.number = %s
"""


def reach_patient(user: User, number: str) -> Patient:
    """The patient with this number, if the user enters or reviews there."""
    return reach(user, patients_with_moves(), *READERS, number=number)


def reach_patient_with_log(user: User, number: str, kind: str) -> Patient:
    """The same, with the last number of this log."""
    return reach(user, with_last_number(patients_with_moves(), kind), *READERS, number=number)


class StruckOut(Http404):
    """The address names a visit that is struck out: `number` and `pk` lead to where it is shown."""

    def __init__(self, visit: Visit) -> None:
        words = gettext("%(visit)s of %(number)s was struck out: %(reason)s")
        known = {"visit": visit_label(visit), "number": visit.patient.number, "reason": visit.struck_reason}
        super().__init__(words % known)
        self.number, self.pk = visit.patient.number, visit.pk


def reach_standing_visit(user: User, number: str, code: str, *rights: Right) -> Visit:
    """The visit of this code that stands; StruckOut where there is only one that does not."""
    try:
        return reach_loaded(user, _visit_in(STANDING_VISIT, code, number), *rights)
    except Http404:
        others = Visit.objects.select_related("patient__site").exclude(STANDING)
        which = {"patient__number": number, "code": code}
        struck = reachable(user, others, *rights).filter(**which).order_by("-struck_at").first()
        if struck is None:
            raise
    raise StruckOut(struck)


def reach_visit(user: User, number: str, code: str) -> Visit:
    """An opened visit of that patient, which is not struck out."""
    return reach_standing_visit(user, number, code, *READERS)


def visit_by_id(pk: int) -> tuple[Visit | None, int]:
    """With its patient and the site, and how long the patient's chain is: what is read after it was not seen before.
    Whoever asks for it has to be let in to it yet (`access.reach.reached`)."""
    for *line, length in lines_of(VISIT, [pk]):
        return _visit_of(*line), length
    return None, 0


def _visit_in(statement: str, *given: Any) -> Visit | None:
    return next((_visit_of(*line) for line in lines_of(statement, given) if line[-1]), None)


def _visit_of(patient: str, site: str, visit: str) -> Visit:
    return read_json(Visit, visit, patient=read_json(Patient, patient, site=read_json(Site, site)))


def take_turn_of_sites(*sites: Site) -> None:
    """Wait for whoever changes what a whole site's patients hang on, such as its ranges, or moves a patient from or to
    one of them; before the turn of any patient is taken."""
    with connection.cursor() as cursor:
        for pk in sorted({site.pk for site in sites}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ecrf.site'), %s::integer)", [pk])


def take_turns_of_patients(ids: Iterable[int]) -> None:
    """Wait for whoever writes of one of these patients; nobody else does until this transaction ends. All at once and
    in one order, so that two who do it never wait for each other."""
    take_turns(sorted(set(ids)))


def take_turns_of(site: Site) -> None:
    """Wait for whoever writes of a patient who is or was at the site; nobody else writes of them until this transaction
    ends, and none moves from it or to it.

    Before anything is written to the chain of what belongs to no patient: who holds a patient may wait for that.
    """
    take_turn_of_sites(site)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::integer FROM casebook_patient WHERE site_id = %s"
            " UNION SELECT patient_id::integer FROM casebook_transfer WHERE from_site_id = %s ORDER BY 1",
            [site.pk, site.pk],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    take_turns(ids)
