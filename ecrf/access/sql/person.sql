-- For whom a connection acts, and what that person reaches (docs/decisions/0042). The tables' owner, and nobody else, can
-- read what these functions look at; the web role can call some of them, and say in `ecrf.session` which session's secret
-- it was shown.

-- As whom the connection logged in, or which role it has taken since, whosever rights a function works with.
CREATE OR REPLACE FUNCTION access_acting_role() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE current_setting('role') WHEN 'none' THEN session_user::text ELSE current_setting('role') END
$$;

-- Whether it is one that policies and the check of the actor bind: any but the owner of the tables and superusers.
CREATE OR REPLACE FUNCTION access_is_bound() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN NOT pg_has_role(access_acting_role()::name, current_user, 'USAGE');
END
$$;

-- Only its grant counts: whoever may call it reads the whole study, as the exports need it.
CREATE OR REPLACE FUNCTION access_reads_all() RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT true
$$;

-- What only the program and the owner can make of some words: bound to this connection, so that it is of no use on another.
CREATE OR REPLACE FUNCTION access_proof(words text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    secret bytea;
BEGIN
    SELECT k.key INTO secret FROM access_programkey k;
    RETURN encode(sha256(secret || sha256(secret || convert_to(pg_backend_pid()::text || '|' || words, 'UTF8'))), 'hex');
END
$$;

-- The key of a session's row: of its secret the database keeps this hash.
CREATE OR REPLACE FUNCTION access_session_key(secret text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(encode(sha256(convert_to(secret, 'UTF8')), 'hex'), 40)
$$;

-- Who logged in and was given this secret; NULL once the session or the account is over, at that moment.
CREATE OR REPLACE FUNCTION access_person_of(secret text, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hashed varchar := access_session_key(secret);  -- once, and not for each row that is looked at
BEGIN
    RETURN (
        SELECT p.user_id FROM access_sessionperson p
        JOIN account_usersession s ON s.session_key = p.session_key AND s.expire_date > moment
        JOIN access_user u ON u.id = p.user_id AND u.is_active
        WHERE p.session_key = hashed
    );
END
$$;

-- For whom this connection acts: by the secret of a session, or by the program's own word (`vouched:7:…`); 0 stands for
-- the program itself, NULL for nobody.
CREATE OR REPLACE FUNCTION access_person() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said text := current_setting('ecrf.session', true);
BEGIN
    IF coalesce(said, '') = '' THEN
        RETURN NULL;
    END IF;
    IF NOT starts_with(said, 'vouched:') THEN
        RETURN access_person_of(said, statement_timestamp());
    END IF;
    IF split_part(said, ':', 3) = access_proof('reach|' || split_part(said, ':', 2)) THEN
        RETURN split_part(said, ':', 2)::bigint;
    END IF;
    RETURN NULL;
END
$$;

-- Roles that let a person know that a patient exists (ON_PATIENTS in ecrf/access/reach.py), and those that take all data
-- out (a test compares the two).
CREATE OR REPLACE FUNCTION access_roles_on_patients() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY['coordinator', 'data-manager', 'inspector', 'investigator', 'monitor', 'safety', 'statistician', 'sub-investigator']
$$;

-- Whether this connection reaches every site: as a role for all sites does today, or the program, or who makes exports.
CREATE OR REPLACE FUNCTION access_everywhere() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who bigint := access_person();
    today date := (statement_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
    IF who IS NULL THEN
        RETURN has_function_privilege(access_acting_role()::name, 'access_reads_all()', 'EXECUTE');
    END IF;
    RETURN who = 0 OR EXISTS (
        SELECT FROM access_membership m
        WHERE m.user_id = who AND m.is_current AND m.site_id IS NULL AND m.role = ANY (access_roles_on_patients())
            AND coalesce(m.starts_on, today) <= today AND coalesce(m.ends_on, today) >= today
    );
END
$$;

-- The sites where a role of the person's holds today, by the site's own calendar.
CREATE OR REPLACE FUNCTION access_reach() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who bigint := access_person();
BEGIN
    IF who IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT m.site_id FROM access_membership m JOIN access_site s ON s.id = m.site_id
        CROSS JOIN LATERAL (SELECT (statement_timestamp() AT TIME ZONE s.time_zone)::date AS day) today
        WHERE m.user_id = who AND m.is_current AND m.role = ANY (access_roles_on_patients())
            AND coalesce(m.starts_on, today.day) <= today.day AND coalesce(m.ends_on, today.day) >= today.day
    );
END
$$;

-- Patients whom one of these sites has handed over to another.
CREATE OR REPLACE FUNCTION access_handed_over() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(SELECT t.patient_id FROM casebook_transfer t WHERE t.from_site_id = ANY (access_reach()));
END
$$;

-- Somebody has logged in, says the program: its proof is what an injected statement cannot make.
CREATE OR REPLACE FUNCTION access_begin_session(key text, person bigint, proof text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF proof IS DISTINCT FROM access_proof('session|' || key || '|' || person) THEN
        RAISE EXCEPTION 'A session is begun by a login only.' USING ERRCODE = 'EC005';
    END IF;
    INSERT INTO access_sessionperson (session_key, user_id) VALUES (key, person)
        ON CONFLICT (session_key) DO UPDATE SET user_id = person;
END
$$;

-- The same visit under another secret: of nobody but the person for whom the connection acts.
CREATE OR REPLACE FUNCTION access_session_goes_on(key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO access_sessionperson (session_key, user_id)
        SELECT key, who FROM (SELECT access_person() AS who) me WHERE who > 0
        ON CONFLICT (session_key) DO NOTHING;
END
$$;

-- Whether the program itself vouches, in this transaction, for the actor that is named.
CREATE OR REPLACE FUNCTION access_is_vouched() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN coalesce(current_setting('ecrf.vouched', true), '') = access_proof(
        'actor|' || coalesce(current_setting('ecrf.actor_id', true), '') || '|'
        || coalesce(current_setting('ecrf.actor', true), '')
    );
END
$$;

-- Whether accounts, roles and sites may be written: by who manages them, and by the program itself.
CREATE OR REPLACE FUNCTION access_manages() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (statement_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
    RETURN access_is_vouched() OR EXISTS (
        SELECT FROM access_membership m
        WHERE m.user_id = access_person() AND m.is_current AND m.site_id IS NULL AND m.role = 'administrator'
            AND coalesce(m.starts_on, today) <= today AND coalesce(m.ends_on, today) >= today
    );
END
$$;

-- Asked for each event of the trail: the actor is who the session's secret says, in a role that this person holds there
-- today; or somebody for whom the program itself vouches, such as the system. The owner of the tables answers for himself.
CREATE OR REPLACE FUNCTION access_refuse_other() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who bigint;
BEGIN
    IF NOT access_is_bound() OR access_is_vouched() THEN
        RETURN NEW;
    END IF;
    who := access_person();
    IF who IS NULL OR NEW.actor_id IS DISTINCT FROM who
        OR NEW.actor IS DISTINCT FROM (SELECT u.username FROM access_user u WHERE u.id = who) THEN
        RAISE EXCEPTION 'Nobody else writes in the name of %.', NEW.actor USING ERRCODE = 'EC005',
            DETAIL = 'The connection acts for ' || coalesce('user ' || who, 'nobody') || '.';
    END IF;
    IF NEW.role <> '' AND NOT EXISTS (
        SELECT FROM access_membership m LEFT JOIN access_site s ON s.id = m.site_id
        CROSS JOIN LATERAL (
            SELECT (statement_timestamp() AT TIME ZONE coalesce(s.time_zone, 'UTC'))::date AS day
        ) today
        WHERE m.user_id = who AND m.role = NEW.role AND (m.site_id IS NULL OR NEW.site IN ('', s.code))
            AND m.is_current AND coalesce(m.starts_on, today.day) <= today.day
            AND coalesce(m.ends_on, today.day) >= today.day
    ) THEN
        RAISE EXCEPTION '% does not work as % at site %.', NEW.actor, NEW.role, NEW.site USING ERRCODE = 'EC005';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER access_refuse_other BEFORE INSERT ON audit_auditevent FOR EACH ROW
    EXECUTE FUNCTION access_refuse_other();

REVOKE EXECUTE ON FUNCTION access_reads_all(), access_proof(text) FROM PUBLIC;
