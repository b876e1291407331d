"""Leads a newcomer to the practice site, where a guide stands above the forms of each visit."""

from dataclasses import dataclass

from django.urls import reverse

from ecrf.access.models import Site, User
from ecrf.audit.models import AuditEvent, Operation
from ecrf.casebook.models import Entry, Patient, PatientStatus, Visit


@dataclass(frozen=True)
class PracticeStart:
    """Where to begin: at a visit that is begun, else at a patient; "" where the site has none yet."""

    site: Site
    number: str = ""
    url: str = ""


def practice_start(user: User, entering: list[Site]) -> PracticeStart | None:
    """For who enters at a practice site and has entered nothing anywhere; up to three statements, and none for who
    has no such site."""
    site = next((site for site in entering if site.is_practice), None)
    if site is None or _has_entered(user):
        return None
    standing = PatientStatus.objects.filter(site=site, patient__struck_at=None).select_related("patient")
    # One whose visit is begun comes first: the guide is there at once.
    status = standing.order_by("unfinished_code", "patient__number").last()
    if status is None:
        return PracticeStart(site)
    number, code = status.patient.number, status.unfinished_code
    url = reverse("visit", args=[number, code]) if code else reverse("patient", args=[number])
    return PracticeStart(site, number, url)


def _has_entered(user: User) -> bool:
    """Whether anybody was added, a visit opened or a form begun by this person, at any site.

    Each is asked by an index of who did it: it is asked on every Today of whoever only signs.
    """
    begun = AuditEvent.objects.filter(
        table=Entry._meta.db_table, operation=Operation.INSERT, actor_id=user.pk
    )
    return (
        Patient.objects.filter(added_by=user).exists()
        or Visit.objects.filter(opened_by=user).exists()
        or begun.exists()
    )
