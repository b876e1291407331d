-- That a signature broke is written by the trail's own trigger only, and a form's review status begins with those that stand.

CREATE OR REPLACE TRIGGER signatures_guard BEFORE UPDATE OF broken_position, broken_at ON signatures_signature
    FOR EACH ROW WHEN ((OLD.broken_position, OLD.broken_at) IS DISTINCT FROM (NEW.broken_position, NEW.broken_at))
    EXECUTE FUNCTION audit_only_by_trigger();

CREATE OR REPLACE FUNCTION signatures_review_status_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT EXISTS (
        SELECT 1 FROM signatures_signature s
        WHERE s.patient_id = e.patient_id AND s.broken_position IS NULL
            AND (s.scope = 'casebook' OR s.visit_id = e.visit_id OR s.entry_id IN (e.id, e.parent_id))
    ) INTO NEW.is_signed FROM casebook_entry e WHERE e.id = NEW.entry_id;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER signatures_review_status_begins BEFORE INSERT ON casebook_reviewstatus FOR EACH ROW
    EXECUTE FUNCTION signatures_review_status_begins();
