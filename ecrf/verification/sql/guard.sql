-- That a verification fell is written by the trail's own trigger only, and a form's review status begins with those that stand.

CREATE OR REPLACE TRIGGER verification_guard BEFORE UPDATE OF fallen_position, fell_at ON verification_verification
    FOR EACH ROW WHEN ((OLD.fallen_position, OLD.fell_at) IS DISTINCT FROM (NEW.fallen_position, NEW.fell_at))
    EXECUTE FUNCTION audit_only_by_trigger();

CREATE OR REPLACE FUNCTION verification_review_status_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT count(*) FILTER (WHERE is_critical), count(*) FILTER (WHERE NOT is_critical)
        INTO NEW.critical_verified, NEW.rest_verified
        FROM verification_verification
        WHERE entry_id = NEW.entry_id AND undone_at IS NULL AND fallen_position IS NULL;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER verification_review_status_begins BEFORE INSERT ON casebook_reviewstatus FOR EACH ROW
    EXECUTE FUNCTION verification_review_status_begins();
