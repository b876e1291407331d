-- The review status of each form counts the verifications that stand.

CREATE OR REPLACE FUNCTION verification_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casebook_reviewstatus r SET critical_verified = c.critical, rest_verified = c.rest
    FROM (
        SELECT count(*) FILTER (WHERE is_critical) AS critical, count(*) FILTER (WHERE NOT is_critical) AS rest
        FROM verification_verification
        WHERE entry_id = NEW.entry_id AND undone_at IS NULL AND fallen_position IS NULL
    ) c
    WHERE r.entry_id = NEW.entry_id AND (r.critical_verified, r.rest_verified) <> (c.critical, c.rest);
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER verification_count AFTER INSERT OR UPDATE ON verification_verification FOR EACH ROW
    EXECUTE FUNCTION verification_count();
