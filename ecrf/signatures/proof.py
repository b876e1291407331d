"""What `verify_audit` recomputes of signatures: which ones broke, and which forms a standing one covers."""

from collections.abc import Iterator

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.audit.verifying.recomputed import compared_by

# As `signatures_break` does, from the trail alone: the first event of study data in what was signed, after that.
_BROKEN = """
    WITH given AS (
        SELECT s.*, (
            SELECT e.position FROM audit_auditevent e
            WHERE e."table" = 'signatures_signature' AND e."row" = s.id::text AND e.operation = 'INSERT'
        ) AS begun FROM signatures_signature s
    ), broke AS (
        SELECT DISTINCT ON (g.id) g.id, e.position, e.at
        FROM given g JOIN audit_auditevent e ON e.chain = g.patient_id AND e.position > g.begun
        JOIN casebook_entry form ON form.id = e.entry_id
        WHERE NOT audit_is_review(e."table")
            AND (g.scope = 'casebook' OR g.visit_id = form.visit_id OR g.entry_id IN (form.id, form.parent_id))
        ORDER BY g.id, e.position
    )
    SELECT g.id, broke.position, broke.at, g.broken_position, g.broken_at
    FROM given g LEFT JOIN broke ON broke.id = g.id
    WHERE g.begun IS NOT NULL AND (broke.position, broke.at) IS DISTINCT FROM (g.broken_position, g.broken_at)
    ORDER BY g.id
"""
_SIGNED = """
    SELECT r.entry_id, found.is_signed, r.is_signed
    FROM casebook_reviewstatus r JOIN casebook_entry e ON e.id = r.entry_id CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT 1 FROM signatures_signature s
            WHERE s.patient_id = e.patient_id AND s.broken_position IS NULL
                AND (s.scope = 'casebook' OR s.visit_id = e.visit_id OR s.entry_id IN (e.id, e.parent_id))
        ) AS is_signed
    ) found
    WHERE found.is_signed <> r.is_signed ORDER BY r.entry_id
"""


@recomputes("broken", "Signatures that broke", signatures_signature=["broken_position", "broken_at"])
def broken_signatures(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("signatures_signature", _BROKEN, "broken_position", "broken_at")


@recomputes("signed", "Which forms a standing signature covers", casebook_reviewstatus=["is_signed"])
def signed_forms(extent: Extent) -> Iterator[Fault]:
    yield from compared_by("casebook_reviewstatus", _SIGNED, "is_signed")
