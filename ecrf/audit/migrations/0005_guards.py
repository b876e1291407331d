"""What follows from the trail is written by triggers only, entries stay where they were begun, and of hidden columns
the trail keeps a fingerprint."""

from ecrf.audit.functions import install
from django.db import migrations

# Before, the program said when it completed a form, some milliseconds later than the trail.
MOMENTS = """
    UPDATE casebook_reviewstatus r SET completed_at = coalesce(told.completed_at, r.completed_at), changed_at = told.changed_at
    FROM (
        SELECT e.entry_id, (array_agg(e.at ORDER BY e.position DESC))[1] AS changed_at,
            min(e.at) FILTER (WHERE e."table" = 'casebook_entry' AND e.changes #>> '{status,1}' = 'complete') AS completed_at
        FROM audit_auditevent e WHERE e.entry_id IS NOT NULL AND NOT audit_is_review(e."table") GROUP BY e.entry_id
    ) told WHERE told.entry_id = r.entry_id
"""


class Migration(migrations.Migration):

    rewrites = {"casebook_reviewstatus": "the moments are those of the trail, a few milliseconds earlier"}

    dependencies = [
        ('audit', '0003_revoke_columns'),
        ('casebook', '0005_transfer'),
        ('signatures', '0001_initial'),
        ('verification', '0002_verified_together'),
    ]

    operations = [
        migrations.RunSQL(MOMENTS, migrations.RunSQL.noop),
        install(
            "audit/sql/guards.sql", "audit/sql/write.sql", "audit/sql/redact.sql", "casebook/sql/stays.sql",
            "casebook/sql/review_status_begins.sql", "verification/sql/guard.sql", "signatures/sql/guard.sql",
        ),
    ]
