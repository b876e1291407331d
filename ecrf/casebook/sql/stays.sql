-- An entry stays where it was begun, and a visit at its patient: what was entered elsewhere is recorded anew there and
-- struck out here (docs/decisions/0037). So nothing is led away from its lock, and no chain is silent about what it lost.
CREATE OR REPLACE FUNCTION casebook_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % stay where they were begun. Record what was entered elsewhere anew.', TG_TABLE_NAME
        USING ERRCODE = 'EC003';
END
$$;
CREATE OR REPLACE TRIGGER casebook_stays
    BEFORE UPDATE OF id, patient_id, visit_id, crf, parent_id, number, form_version, form_fingerprint ON casebook_entry
    FOR EACH ROW WHEN (
        (OLD.id, OLD.patient_id, OLD.visit_id, OLD.crf, OLD.parent_id, OLD.number, OLD.form_version, OLD.form_fingerprint)
        IS DISTINCT FROM
        (NEW.id, NEW.patient_id, NEW.visit_id, NEW.crf, NEW.parent_id, NEW.number, NEW.form_version, NEW.form_fingerprint)
    ) EXECUTE FUNCTION casebook_stays();
CREATE OR REPLACE TRIGGER casebook_stays BEFORE UPDATE OF id, patient_id, code ON casebook_visit FOR EACH ROW
    WHEN ((OLD.id, OLD.patient_id, OLD.code) IS DISTINCT FROM (NEW.id, NEW.patient_id, NEW.code))
    EXECUTE FUNCTION casebook_stays();
CREATE OR REPLACE TRIGGER casebook_stays BEFORE UPDATE OF id, number ON casebook_patient FOR EACH ROW
    WHEN ((OLD.id, OLD.number) IS DISTINCT FROM (NEW.id, NEW.number)) EXECUTE FUNCTION casebook_stays();

-- A patient's site changes with the transfer that was recorded before it: that row asks the locks of the site before,
-- the change of site those of the new one.
CREATE OR REPLACE FUNCTION casebook_moves_by_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM casebook_transfer t
        WHERE t.id = (SELECT max(last.id) FROM casebook_transfer last WHERE last.patient_id = NEW.id)
            AND t.from_site_id = OLD.site_id AND t.to_site_id = NEW.site_id
    ) THEN
        RAISE EXCEPTION 'Patient % changes the site by a recorded transfer only.', OLD.number USING ERRCODE = 'EC003';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER casebook_moves_by_transfer BEFORE UPDATE OF site_id ON casebook_patient FOR EACH ROW
    WHEN (OLD.site_id <> NEW.site_id) EXECUTE FUNCTION casebook_moves_by_transfer();
