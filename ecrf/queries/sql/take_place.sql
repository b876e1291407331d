-- What a site asked or noted at a form that nobody had begun stands in the form's entry as soon as there is one, however
-- it was begun. In the database, for a save costs no statement more; the index of forms not begun is nearly always empty.

CREATE OR REPLACE FUNCTION queries_take_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above integer;
BEGIN
    IF NEW.parent_id IS NOT NULL THEN
        SELECT e.number INTO above FROM casebook_entry e WHERE e.id = NEW.parent_id;
    END IF;
    UPDATE queries_query q
    SET entry_id = NEW.id, visit_id = NULL, crf = NULL, form_number = NULL, parent_number = NULL
    WHERE q.entry_id IS NULL AND q.patient_id = NEW.patient_id AND q.crf = NEW.crf
        AND q.visit_id IS NOT DISTINCT FROM NEW.visit_id AND q.form_number = NEW.number
        AND q.parent_number IS NOT DISTINCT FROM above;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER queries_take_place AFTER INSERT ON casebook_entry FOR EACH ROW
    EXECUTE FUNCTION queries_take_place();
