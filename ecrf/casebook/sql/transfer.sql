-- Who began to write of a patient before the transfer and comes after it is refused: nothing of the new site's time is
-- written by the site before. Asked at the trail, since every write of study data writes an event.
CREATE OR REPLACE FUNCTION casebook_refuse_after_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM casebook_transfer t WHERE t.patient_id = NEW.chain) THEN
        RETURN NEW;
    END IF;
    SELECT format(
        'Patient %s was handed over from site %s to site %s on %s. Nothing was changed: site %s enters the data now.',
        p.number, was.code, here.code, t.moved_on, here.code
    ) INTO said
    FROM casebook_patient p
    JOIN access_site here ON here.id = p.site_id
    JOIN casebook_transfer t ON t.patient_id = p.id
    JOIN access_site was ON was.id = t.from_site_id
    WHERE p.id = NEW.chain AND here.code <> NEW.site
    ORDER BY t.id DESC LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'EC004', MESSAGE = said;
    END IF;
    RETURN NEW;
END
$$;
-- The system and whole-study roles act at no site. Ranges of the site before go on to judge the results of its time.
CREATE OR REPLACE TRIGGER casebook_refuse_after_transfer BEFORE INSERT ON audit_auditevent FOR EACH ROW
    WHEN (NEW.chain <> 0 AND NEW.site <> '' AND NEW.source <> 'ranges')
    EXECUTE FUNCTION casebook_refuse_after_transfer();
