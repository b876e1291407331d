"""What happens to a discrepancy: the site confirms it, or its check is gone; and who is told of it."""

from django.db.models import QuerySet
from django.utils import timezone

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.casebook.models import Patient
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.stored_rows import lines_of, read_json, user_of
from ecrf.checks.models import Discrepancy, DiscrepancyState
from ecrf.checks.registry import CHECKS
from ecrf.forms.registry import CRFS

ON_ENTRIES = """
    SELECT to_jsonb(d)::text, u.id, u.username, u.full_name
    FROM checks_discrepancy d LEFT JOIN access_user u ON u.id = d.confirmed_by_id
    WHERE d.entry_id = ANY(%s) ORDER BY d.id
"""


def notify(patient: Patient, discrepancies: list[Discrepancy]) -> None:
    """Let the apps above see what has just opened, cleared or been confirmed, in the same transaction."""
    for step in HOOKS.after_discrepancies:
        step(patient, discrepancies)


def discrepancies_with_place() -> QuerySet[Discrepancy]:
    """All discrepancies, each with what says where it stands."""
    return Discrepancy.objects.select_related("entry__patient__site", "entry__visit", "entry__parent")


def discrepancies_on(entries: list[int]) -> list[Discrepancy]:
    """All that checks ever asked of these entries, with who confirmed it; one statement."""
    return [
        read_json(Discrepancy, text, confirmed_by=user_of(*confirmer) if confirmer[0] else None)
        for text, *confirmer in lines_of(ON_ENTRIES, [entries])
    ]


def confirm(*, discrepancy: Discrepancy, by: User, actor: Actor, asked: str, source: str = "site") -> bool:
    """The site confirms the value against the source.

    `asked` is the identity of the question that the page showed: False, and nothing done, if another one is asked now.
    """
    with acting(actor, patient_id=discrepancy.entry.patient_id, source=source):
        discrepancy.refresh_from_db(fields=[*Discrepancy.QUESTION, "state"])
        if discrepancy.identity != asked or discrepancy.state == DiscrepancyState.CLEARED:
            return False
        if discrepancy.state == DiscrepancyState.OPEN:
            discrepancy.state = DiscrepancyState.CONFIRMED
            discrepancy.confirmed_at, discrepancy.confirmed_by = timezone.now(), by
            discrepancy.save(update_fields=["state", "confirmed_at", "confirmed_by"])
            notify(discrepancy.entry.patient, [discrepancy])
    return True


def is_known(discrepancy: Discrepancy) -> bool:
    """Whether the check, the form and the item are still part of the trial."""
    definition = CRFS.get(discrepancy.entry.crf)
    return definition is not None and discrepancy.item in definition.items and discrepancy.check_id in CHECKS


def clear_retired(patient: Patient, by: Actor) -> int:
    """Clear one patient's discrepancies that nobody can answer any more, their check or item being gone; how many."""
    with acting(by, patient_id=patient.pk, source="system"):
        asked = Discrepancy.objects.filter(entry__patient=patient).exclude(state=DiscrepancyState.CLEARED)
        retired = [one for one in asked.select_related("entry") if not is_known(one)]
        for discrepancy in retired:
            discrepancy.state = DiscrepancyState.CLEARED
        if retired:
            Discrepancy.objects.bulk_update(retired, ["state"])
            notify(patient, retired)
    return len(retired)
