-- What triggers write into columns that the trail does not show (fallen, broken, counted), nobody writes beside them: a
-- statement of one's own stands at depth one.
CREATE OR REPLACE FUNCTION audit_only_by_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'What follows from the trail in % is written by the database only.', TG_TABLE_NAME USING ERRCODE = 'EC002';
    END IF;
    RETURN NEW;
END
$$;
