"""Opens the main pages as one person of each role, and says which answered with a page."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse

from ecrf.access.models import Membership, User
from ecrf.casebook.models import Patient
from ecrf.forms.protocol import protocol

OF_THE_STUDY = (
    "today",
    "checks",
    "queries",
    "exports",
    "monitor:index",
    "monitor:locks",
    "people",
    "outcomes",
)
OF_A_PATIENT = ("patient", "print-casebook", "patient-trail")
AS_THEY_ARE = "django.contrib.staticfiles.storage.StaticFilesStorage"
ANSWERED = (200, 302, 403)
"""A page; the way to another one; or that it is not this role's."""


def open_pages() -> dict[str, Any]:
    """{role: {opened, refused, failed}}: numbers, and what failed by address and status."""
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": AS_THEY_ARE}}
    with override_settings(STORAGES=storages, SECOND_FACTOR_FOR="none"):
        return {role: _open_as(user) for role, user in _people()}


def _people() -> Iterator[tuple[str, User]]:
    """Who has been there longest of each role."""
    for role in Membership.objects.filter(is_current=True).values_list("role", flat=True).distinct():
        held = Membership.objects.filter(role=role, is_current=True, user__is_active=True)
        if first := held.select_related("user").order_by("pk").first():
            yield role, first.user


def _open_as(user: User) -> dict[str, Any]:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    opened, refused, failed = 0, 0, []
    for address in _addresses():
        answer = client.get(address, secure=settings.TLS, headers={"host": settings.ALLOWED_HOSTS[0]})
        opened += answer.status_code == 200
        refused += answer.status_code == 403
        # Another site's patient is not there for who is of this one.
        if answer.status_code not in (*ANSWERED, 404):
            failed.append(f"{answer.status_code} {address}")
    return {"opened": opened, "refused": refused, "failed": failed}


def _addresses() -> Iterator[str]:
    for name in OF_THE_STUDY:
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue
    patient = Patient.objects.select_related("site").order_by("pk").first()
    if patient is None:
        return
    yield from (reverse(name, args=[patient.number]) for name in OF_A_PATIENT)
    yield from (reverse("visit", args=[patient.number, visit.code]) for visit in patient.visits.all()[:5])
    yield from (reverse("log", args=[patient.number, key]) for key in protocol().logs[:2])
    yield reverse("monitor:casebook_patient_change", args=[patient.pk])
