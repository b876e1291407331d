"""Who freezes or locks takes all it needs at once, or nothing: so nobody who saves waits for it in a circle."""

from django.db import migrations

# A writer holds its chain's head and then waits for the shared lock (`locks_refuse`); who locks would hold the lock
# and wait for the head. What was taken inside the block goes back with it. With the rights of the owner: the web role
# may only read the heads.
TAKE = r"""
CREATE FUNCTION locks_taken_alone(which bigint) RETURNS boolean
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
"""


class Migration(migrations.Migration):
    dependencies = [("locks", "0003_open_points"), ("audit", "0003_audit_write_of_the_owner")]
    operations = [migrations.RunSQL(TAKE, "DROP FUNCTION locks_taken_alone(bigint)")]
