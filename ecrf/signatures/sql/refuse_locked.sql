-- A visit that is locked is not signed either: its signature names no form, so the trail's own trigger cannot tell.

CREATE OR REPLACE FUNCTION signatures_refuse_locked() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE OR REPLACE TRIGGER signatures_refuse_locked BEFORE INSERT ON signatures_signature FOR EACH ROW
    WHEN (NEW.visit_id IS NOT NULL) EXECUTE FUNCTION signatures_refuse_locked();
