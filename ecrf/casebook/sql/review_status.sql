-- Every change of a complete form moves the moment in its review status, whoever makes it and however.

CREATE OR REPLACE FUNCTION casebook_review_status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE casebook_reviewstatus SET changed_at = NEW.at WHERE entry_id = NEW.entry_id;
    RETURN NULL;
END
$$;
-- What was asked, verified, signed or locked about a form is no change of the form.
CREATE OR REPLACE TRIGGER casebook_review_status_changed AFTER INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.entry_id IS NOT NULL AND NOT audit_is_review(NEW."table"))
    EXECUTE FUNCTION casebook_review_status_changed();
