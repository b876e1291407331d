"""What `verify_audit` recomputes of verification: which ones fell, and the review status of every complete form."""

from collections.abc import Iterator

from django.db.models import Count, Q

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.recomputed import compared, compared_by
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Patient
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.schedule.proof import recomputed_by_patient
from ecrf.verification.models import STANDS, Verification
from ecrf.verification.review_status import review_statuses_of

COUNTED = ("patient_id", "site_id", "visit_id", "sample", "is_sampled", "critical", "rest")
VERIFIED = ("critical_verified", "rest_verified")

# As `verification_fall` does, from the trail alone: the first change of the item between its verification and the act
# that undid it.
_FALLEN = """
    WITH given AS (
        SELECT v.id, v.patient_id, v.entry_id, v.item, v.fallen_position, v.fell_at, (
                SELECT e.position FROM audit_auditevent e
                WHERE e."table" = 'verification_verification' AND e."row" = v.id::text AND e.operation = 'INSERT'
            ) AS begun, (
                SELECT min(e.position) FROM audit_auditevent e
                WHERE e."table" = 'verification_verification' AND e."row" = v.id::text AND e.changes ? 'undone_at'
                    AND e.operation = 'UPDATE'
            ) AS undone
        FROM verification_verification v
    ), fell AS (
        SELECT DISTINCT ON (g.id) g.id, e.position, e.at
        FROM given g JOIN audit_auditevent e ON e.chain = g.patient_id AND e.entry_id = g.entry_id
        WHERE e.position > g.begun AND (g.undone IS NULL OR e.position < g.undone) AND e.operation = 'UPDATE'
            AND NOT audit_is_review(e."table") AND e."table" NOT LIKE 'casebook\\_%'
            AND (e.changes ? g.item OR e.changes ? (g.item || '.missing') OR e.calculated ? g.item)
        ORDER BY g.id, e.position
    )
    SELECT g.id, fell.position, fell.at, g.fallen_position, g.fell_at FROM given g LEFT JOIN fell ON fell.id = g.id
    WHERE g.begun IS NOT NULL AND (fell.position, fell.at) IS DISTINCT FROM (g.fallen_position, g.fell_at) ORDER BY g.id
"""


@recomputes("fallen", "Verifications that fell", verification_verification=["fallen_position", "fell_at"])
def fallen_verifications(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("verification_verification", _FALLEN, "fallen_position", "fell_at")


@recomputed_by_patient("Review status", casebook_reviewstatus=["entry_id", *COUNTED, *VERIFIED])
def review_statuses(data: PatientData) -> Iterator[Fault]:
    verified = _verified(data.patient)
    derived = {
        one.entry_id: {name: getattr(one, name) for name in COUNTED}
        | verified.get(one.entry_id, dict.fromkeys(VERIFIED, 0))
        for one in review_statuses_of(data)
    }
    rows = ReviewStatus.objects.filter(patient=data.patient).values("entry_id", *COUNTED, *VERIFIED)
    yield from compared("casebook_reviewstatus", derived, {row["entry_id"]: row for row in rows})


def _verified(patient: Patient) -> dict[int, dict[str, int]]:
    """{entry id: how many of its items are verified}."""
    critical = Count("pk", filter=Q(is_critical=True))
    standing = Verification.objects.filter(STANDS, patient=patient).order_by().values_list("entry")
    counts = standing.annotate(critical=critical, all=Count("pk"))
    return {entry: {"critical_verified": own, "rest_verified": every - own} for entry, own, every in counts}
