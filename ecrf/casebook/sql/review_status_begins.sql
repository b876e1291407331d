-- A review status begins with the moments that the trail tells, whatever was said; after that triggers alone move what
-- follows from the trail, from verifications and from signatures.

CREATE OR REPLACE FUNCTION casebook_review_status_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(min(e.at) FILTER (WHERE e."table" = 'casebook_entry' AND e.changes #>> '{status,1}' = 'complete'), NEW.completed_at),
        coalesce((array_agg(e.at ORDER BY e.position DESC))[1], NEW.changed_at)
        INTO NEW.completed_at, NEW.changed_at
        FROM audit_auditevent e WHERE e.entry_id = NEW.entry_id AND NOT audit_is_review(e."table");
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER casebook_review_status_begins BEFORE INSERT ON casebook_reviewstatus FOR EACH ROW
    EXECUTE FUNCTION casebook_review_status_begins();
CREATE OR REPLACE TRIGGER casebook_review_status_guard
    BEFORE UPDATE OF entry_id, completed_at, changed_at, critical_verified, rest_verified, is_signed ON casebook_reviewstatus
    FOR EACH ROW WHEN (
        (OLD.entry_id, OLD.completed_at, OLD.changed_at, OLD.critical_verified, OLD.rest_verified, OLD.is_signed)
        IS DISTINCT FROM
        (NEW.entry_id, NEW.completed_at, NEW.changed_at, NEW.critical_verified, NEW.rest_verified, NEW.is_signed)
    ) EXECUTE FUNCTION audit_only_by_trigger();
