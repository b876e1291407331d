-- Of the role that makes backups: it may copy the files of the database, and read no table.
\set backup_password `cat /run/secrets/backup_password`
CREATE ROLE ecrf_backup LOGIN REPLICATION PASSWORD :'backup_password';
GRANT pg_read_all_settings, pg_read_all_stats, pg_checkpoint TO ecrf_backup;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO ecrf_backup;
GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO ecrf_backup;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO ecrf_backup;
GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO ecrf_backup;
