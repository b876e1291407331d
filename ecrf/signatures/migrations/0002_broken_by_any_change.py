"""A signature breaks with any change of what it covers; the marks of the forms say which are signed."""

from django.db import migrations

BREAK = r"""
CREATE FUNCTION signatures_break() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE signatures_signature s SET broken_position = NEW.position, broken_at = NEW.at
    FROM casebook_entry e
    WHERE e.id = NEW.entry_id AND s.patient_id = NEW.chain AND s.broken_position IS NULL
        AND (s.scope = 'casebook' OR s.visit_id = e.visit_id OR s.entry_id IN (e.id, e.parent_id));
    RETURN NULL;
END
$$;
CREATE TRIGGER signatures_break AFTER INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.entry_id IS NOT NULL AND split_part(NEW."table", '_', 1)
        NOT IN ('checks', 'queries', 'verification', 'signatures', 'locks'))
    EXECUTE FUNCTION signatures_break();

CREATE FUNCTION signatures_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casebook_reviewmark m SET is_signed = found.is_signed
    FROM (
        SELECT e.id, EXISTS (
            SELECT 1 FROM signatures_signature s
            WHERE s.patient_id = NEW.patient_id AND s.broken_position IS NULL
                AND (s.scope = 'casebook' OR s.visit_id = e.visit_id OR s.entry_id IN (e.id, e.parent_id))
        ) AS is_signed
        FROM casebook_entry e WHERE e.patient_id = NEW.patient_id
    ) found
    WHERE m.entry_id = found.id AND m.is_signed <> found.is_signed;
    RETURN NULL;
END
$$;
CREATE TRIGGER signatures_mark AFTER INSERT OR UPDATE ON signatures_signature FOR EACH ROW
    EXECUTE FUNCTION signatures_mark();
"""
BACK = """
DROP TRIGGER signatures_mark ON signatures_signature;
DROP FUNCTION signatures_mark();
DROP TRIGGER signatures_break ON audit_auditevent;
DROP FUNCTION signatures_break();
"""


class Migration(migrations.Migration):
    dependencies = [("signatures", "0001_signatures"), ("audit", "0003_audit_write_of_the_owner")]
    operations = [migrations.RunSQL(BREAK, BACK)]
