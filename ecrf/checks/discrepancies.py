"""What the site does with a discrepancy."""

from django.db.models import QuerySet
from django.utils import timezone

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.checks.followers import notify
from ecrf.checks.models import Discrepancy, DiscrepancyState


def discrepancies_with_place() -> QuerySet[Discrepancy]:
    """All discrepancies, each with what says where it stands."""
    return Discrepancy.objects.select_related("entry__patient__site", "entry__visit", "entry__parent")


def confirm(*, discrepancy: Discrepancy, by: User, actor: Actor, text: str, source: str = "site") -> bool:
    """The site confirms the value against the source.

    `text` is the question as the page showed it: False, and nothing done, if it asks about another value by now.
    """
    with acting(actor, patient_id=discrepancy.entry.patient_id, source=source):
        discrepancy.refresh_from_db(fields=["text", "state"])
        if discrepancy.text != text or discrepancy.state == DiscrepancyState.CLEARED:
            return False
        if discrepancy.state == DiscrepancyState.OPEN:
            discrepancy.state = DiscrepancyState.CONFIRMED
            discrepancy.confirmed_at, discrepancy.confirmed_by = timezone.now(), by
            discrepancy.save(update_fields=["state", "confirmed_at", "confirmed_by"])
            notify(discrepancy.entry.patient, [discrepancy])
    return True
