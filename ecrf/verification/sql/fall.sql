-- A verification falls with the value it was given to.

CREATE OR REPLACE FUNCTION verification_fall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE verification_verification v SET fallen_position = NEW.position, fell_at = NEW.at
    WHERE v.entry_id = NEW.entry_id AND v.undone_at IS NULL AND v.fallen_position IS NULL
        AND (NEW.changes ? v.item OR NEW.changes ? (v.item || '.missing') OR NEW.calculated ? v.item);
    RETURN NULL;
END
$$;
-- Only events of the typed forms change items; the entry's own columns (status, struck out) are none.
CREATE OR REPLACE TRIGGER verification_fall AFTER INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.entry_id IS NOT NULL AND NEW.operation = 'UPDATE' AND NOT audit_is_review(NEW."table") AND NEW."table" NOT LIKE 'casebook\_%' )
    EXECUTE FUNCTION verification_fall();
