-- Who freezes or locks takes all it needs at once, or nothing: so nobody who saves waits for it in a circle. A writer
-- holds its chain's head and then waits for the shared lock (`locks_refuse`); who locks would hold the lock and wait for
-- the head. What was taken inside the block goes back with it. With the rights of the owner: the web role may only read
-- the heads.

CREATE OR REPLACE FUNCTION locks_taken_alone(which bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('ecrf.locks'), 0) THEN
        RETURN false;
    END IF;
    PERFORM 1 FROM audit_auditchain c WHERE c.chain = which FOR UPDATE NOWAIT;
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$$;
