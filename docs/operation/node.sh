# Patroni reads secrets from its environment only.
set -eu
export PATRONI_SUPERUSER_PASSWORD="$(cat /run/secrets/superuser_password)"
export PATRONI_REPLICATION_PASSWORD="$(cat /run/secrets/standby_password)"
export PATRONI_REWIND_PASSWORD="$(cat /run/secrets/rewind_password)"
export PATRONI_RESTAPI_PASSWORD="$(cat /run/secrets/patroni_password)"
exec patroni /etc/ecrf/patroni.yaml
