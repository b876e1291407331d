-- The review status of each form says whether it is signed.

CREATE OR REPLACE FUNCTION signatures_review_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casebook_reviewstatus r SET is_signed = found.is_signed
    FROM (
        SELECT e.id, EXISTS (
            SELECT 1 FROM signatures_signature s
            WHERE s.patient_id = NEW.patient_id AND s.broken_position IS NULL
                AND (s.scope = 'casebook' OR s.visit_id = e.visit_id OR s.entry_id IN (e.id, e.parent_id))
        ) AS is_signed
        FROM casebook_entry e WHERE e.patient_id = NEW.patient_id
    ) found
    WHERE r.entry_id = found.id AND r.is_signed <> found.is_signed;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER signatures_review_status AFTER INSERT OR UPDATE ON signatures_signature FOR EACH ROW
    EXECUTE FUNCTION signatures_review_status();
