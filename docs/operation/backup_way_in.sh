# PostgreSQL's image lets nobody in from the network who copies the whole database.
echo "host replication ecrf_backup all scram-sha-256" >> "$PGDATA/pg_hba.conf"
