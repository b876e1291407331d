"""A visit that is locked is not signed either: its signature names no form, so the trail's own trigger cannot tell."""

from django.db import migrations

REFUSE = r"""
CREATE FUNCTION signatures_refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint;
BEGIN
    -- As in locks_refuse: who locks waits for all who write, and who writes after that sees the lock.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ecrf.locks'), 0);
    SELECT l.id INTO held FROM locks_lock l
    WHERE l.lifted_at IS NULL AND l.kind = 'lock' AND l.scope = 'visit' AND l.visit_id = NEW.visit_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'This visit is locked.' USING ERRCODE = 'EC004', DETAIL = held::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER signatures_refuse_locked BEFORE INSERT ON signatures_signature FOR EACH ROW
    WHEN (NEW.visit_id IS NOT NULL) EXECUTE FUNCTION signatures_refuse_locked();
"""
BACK = """
DROP TRIGGER signatures_refuse_locked ON signatures_signature;
DROP FUNCTION signatures_refuse_locked();
"""


class Migration(migrations.Migration):
    dependencies = [("signatures", "0003_identity_and_declaration"), ("locks", "0002_refused_by_the_database")]
    operations = [migrations.RunSQL(REFUSE, BACK)]
