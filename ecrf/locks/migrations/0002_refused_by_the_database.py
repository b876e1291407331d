"""What is frozen or locked cannot be written: every write writes an event, and the event is refused."""

from django.db import migrations

REFUSE = r"""
CREATE FUNCTION locks_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held locks_lock;
    site bigint;
    visit bigint;
    parent bigint;
    is_review boolean := split_part(NEW."table", '_', 1) IN ('checks', 'queries', 'verification', 'signatures');
BEGIN
    -- Who locks waits for all who write, and who writes after that sees the lock.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ecrf.locks'), 0);
    IF NOT EXISTS (SELECT 1 FROM locks_lock WHERE lifted_at IS NULL) THEN
        RETURN NEW;
    END IF;
    IF NEW.chain = 0 THEN
        SELECT r.site_id INTO site FROM casebook_referencerange r WHERE r.id = NEW."row"::bigint;
    ELSE
        SELECT p.site_id INTO site FROM casebook_patient p WHERE p.id = NEW.chain;
    END IF;
    IF NEW.entry_id IS NOT NULL THEN
        SELECT e.visit_id, e.parent_id INTO visit, parent FROM casebook_entry e WHERE e.id = NEW.entry_id;
    END IF;
    SELECT * INTO held FROM locks_lock l
    WHERE l.lifted_at IS NULL AND (l.kind = 'lock' OR NOT is_review) AND (
        l.scope = 'study' OR (l.scope = 'site' AND l.site_id = site)
        OR (l.patient_id = NEW.chain AND (
            l.scope = 'patient' OR l.visit_id = visit OR l.entry_id IN (NEW.entry_id, parent)
        ))
    ) ORDER BY l.kind DESC, l.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'This % is %.', held.scope, CASE held.kind WHEN 'lock' THEN 'locked' ELSE 'frozen' END
            USING ERRCODE = 'EC004', DETAIL = held.id::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER locks_refuse BEFORE INSERT ON audit_auditevent FOR EACH ROW
    WHEN ((NEW.chain <> 0 AND NEW."table" <> 'locks_lock') OR NEW."table" = 'casebook_referencerange')
    EXECUTE FUNCTION locks_refuse();
"""
BACK = """
DROP TRIGGER locks_refuse ON audit_auditevent;
DROP FUNCTION locks_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("locks", "0001_locks"),
        ("casebook", "0003_reference_range"),
        ("audit", "0003_audit_write_of_the_owner"),
    ]
    operations = [migrations.RunSQL(REFUSE, BACK)]
