-- A signature breaks with any change of what it covers.

CREATE OR REPLACE FUNCTION signatures_break() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE signatures_signature s SET broken_position = NEW.position, broken_at = NEW.at
    FROM casebook_entry e
    WHERE e.id = NEW.entry_id AND s.patient_id = NEW.chain AND s.broken_position IS NULL
        AND (s.scope = 'casebook' OR s.visit_id = e.visit_id OR s.entry_id IN (e.id, e.parent_id));
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER signatures_break AFTER INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.entry_id IS NOT NULL AND NOT audit_is_review(NEW."table"))
    EXECUTE FUNCTION signatures_break();
