-- Nothing stands in what is struck out: no form at a struck out visit, neither form nor visit of a struck out patient.

CREATE OR REPLACE FUNCTION casebook_refuse_in_struck() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above text;
BEGIN
    SELECT 'Patient ' || p.number || ' was struck out: ' || p.struck_reason INTO above
    FROM casebook_patient p WHERE p.id = NEW.patient_id AND p.struck_at IS NOT NULL;
    IF above IS NULL AND TG_TABLE_NAME = 'casebook_entry' THEN
        SELECT 'Visit ' || v.code || ' of ' || p.number || ' was struck out: ' || v.struck_reason INTO above
        FROM casebook_visit v JOIN casebook_patient p ON p.id = v.patient_id
        WHERE v.id = (to_jsonb(NEW) ->> 'visit_id')::bigint AND v.struck_at IS NOT NULL;
    END IF;
    IF above IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'EC004', MESSAGE = rtrim(above, '. ') || '. Nothing was changed.';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER casebook_refuse_in_struck BEFORE INSERT OR UPDATE OF struck_at ON casebook_visit FOR EACH ROW
    WHEN (NEW.struck_at IS NULL) EXECUTE FUNCTION casebook_refuse_in_struck();
CREATE OR REPLACE TRIGGER casebook_refuse_in_struck BEFORE INSERT OR UPDATE OF struck_at ON casebook_entry FOR EACH ROW
    WHEN (NEW.struck_at IS NULL) EXECUTE FUNCTION casebook_refuse_in_struck();
