-- Run by PostgreSQL when the database is first made. There is no table yet: what
-- each role may do there, the migrations grant. What the roles ask is shown to no other session (`track_activities`): a
-- session's secret stands in it.
\set owner_password `cat /run/secrets/owner_password`
\set web_password `cat /run/secrets/web_password`
\set reader_password `cat /run/secrets/reader_password`
CREATE ROLE ecrf_owner LOGIN PASSWORD :'owner_password';
ALTER DATABASE ecrf OWNER TO ecrf_owner;
GRANT SET ON PARAMETER "ecrf.redacting" TO ecrf_owner;
CREATE ROLE ecrf_web LOGIN PASSWORD :'web_password';
CREATE ROLE ecrf_reader LOGIN PASSWORD :'reader_password';
ALTER ROLE ecrf_web SET track_activities = off;
ALTER ROLE ecrf_reader SET track_activities = off;
REVOKE TEMPORARY ON DATABASE ecrf FROM PUBLIC;
