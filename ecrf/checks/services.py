"""What the site does with a finding."""

from django.db.models import QuerySet
from django.utils import timezone

from ecrf.access.models import User
from ecrf.audit.actor import Actor, acting
from ecrf.checks.following import told
from ecrf.checks.models import Finding, FindingState


def findings_with_place() -> QuerySet[Finding]:
    """All findings, each with what says where it stands."""
    return Finding.objects.select_related("entry__patient__site", "entry__visit", "entry__parent")


def confirm(*, finding: Finding, by: User, actor: Actor, text: str, source: str = "site") -> bool:
    """The site confirms the value against the source.

    `text` is the question as the page showed it: False, and nothing done, if it asks about another value by now.
    """
    with acting(actor, patient_id=finding.entry.patient_id, source=source):
        finding.refresh_from_db(fields=["text", "state"])
        if finding.text != text or finding.state == FindingState.CLEARED:
            return False
        if finding.state == FindingState.OPEN:
            finding.state = FindingState.CONFIRMED
            finding.confirmed_at, finding.confirmed_by = timezone.now(), by
            finding.save(update_fields=["state", "confirmed_at", "confirmed_by"])
            told(finding.entry.patient, [finding])
    return True
