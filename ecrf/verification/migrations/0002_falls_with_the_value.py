"""A verification falls with the value it was given to; the marks of the form count those that stand."""

from django.db import migrations

FALL = r"""
CREATE FUNCTION verification_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE verification_verification v SET fallen_position = NEW.position, fell_at = NEW.at
    WHERE v.entry_id = NEW.entry_id AND v.undone_at IS NULL AND v.fallen_position IS NULL
        AND (NEW.changes ? v.item OR NEW.changes ? (v.item || '.missing') OR NEW.calculated ? v.item);
    RETURN NULL;
END
$$;
-- Only events of the typed forms change items; the entry's own columns (status, struck out) are none.
CREATE TRIGGER verification_fall AFTER INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.entry_id IS NOT NULL AND NEW.operation = 'UPDATE' AND split_part(NEW."table", '_', 1)
        NOT IN ('casebook', 'checks', 'queries', 'verification', 'signatures', 'locks'))
    EXECUTE FUNCTION verification_fall();

CREATE FUNCTION verification_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casebook_reviewmark m SET critical_verified = c.critical, rest_verified = c.rest
    FROM (
        SELECT count(*) FILTER (WHERE is_critical) AS critical, count(*) FILTER (WHERE NOT is_critical) AS rest
        FROM verification_verification
        WHERE entry_id = NEW.entry_id AND undone_at IS NULL AND fallen_position IS NULL
    ) c
    WHERE m.entry_id = NEW.entry_id AND (m.critical_verified, m.rest_verified) <> (c.critical, c.rest);
    RETURN NULL;
END
$$;
CREATE TRIGGER verification_count AFTER INSERT OR UPDATE ON verification_verification FOR EACH ROW
    EXECUTE FUNCTION verification_count();
"""
BACK = """
DROP TRIGGER verification_count ON verification_verification;
DROP FUNCTION verification_count();
DROP TRIGGER verification_fall ON audit_auditevent;
DROP FUNCTION verification_fall();
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_verification"), ("audit", "0003_audit_write_of_the_owner")]
    operations = [migrations.RunSQL(FALL, BACK)]
