#!/bin/sh
# Run once, on the server that is first: what PostgreSQL's image does by itself, and the roles of docker-compose.yml.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$1" --command "CREATE DATABASE ecrf ENCODING 'UTF8'"
for file in /docker-entrypoint-initdb.d/*.sql; do
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$1" --command "\\connect ecrf" --file "$file"
done
