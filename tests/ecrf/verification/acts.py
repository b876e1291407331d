"""A reviewer at the page: what its keys send."""

from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditChain
from ecrf.verification import services

IN_PLACE = {"HX-Request": "true"}


def length(patient) -> int:
    return AuditChain.objects.get(chain=patient.pk).length


def verify(entry, by, item="pulse", seen=None, **more):
    actor = by.acting_at(entry.site, Right.VERIFY)
    seen = length(entry.patient) if seen is None else seen
    return services.verify(entry=entry, item=item, seen=seen, by=by, actor=actor, **more)


def take_back(verification, by):
    actor = by.acting_at(verification.site, Right.VERIFY)
    services.take_back(verification=verification, by=by, actor=actor)


def press_v(client, entry, item="pulse", seen=None, in_place=True, **more):
    seen = length(entry.patient) if seen is None else seen
    url = reverse("monitor:verify", args=[entry.pk, item])
    return client.post(url, {"seen": seen, **more}, headers=IN_PLACE if in_place else {})


def press_q(client, entry, item="pulse", in_place=True, **data):
    url = reverse("monitor:ask", args=[entry.pk, item])
    return client.post(url, data, headers=IN_PLACE if in_place else {})


def press_u(client, verification, in_place=True):
    url = reverse("monitor:take-back", args=[verification.pk])
    return client.post(url, headers=IN_PLACE if in_place else {})


def verify_shown(client, entry, items, count=None, seen=None):
    data = {
        "item": [f"{entry.pk}.{item}" for item in items],
        "count": str(len(items)) if count is None else count,
        "seen": length(entry.patient) if seen is None else seen,
        "where": f"visit:{entry.visit_id}",
    }
    return client.post(reverse("monitor:verify-shown", args=[entry.patient_id]), data)
