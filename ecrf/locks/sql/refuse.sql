-- What is frozen or locked cannot be written: every write writes an event, and the event is refused. Appointments pass:
-- a hold is on data, and a clinic goes on booking (docs/decisions/0036).

-- `JST`: what a zone is called at a moment, as on the pages. Only the session's own zone can be asked for its short name.
CREATE OR REPLACE FUNCTION locks_zone_words(at timestamptz, zone text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    own text := current_setting('TimeZone');
    words text;
BEGIN
    PERFORM set_config('TimeZone', zone, true);
    words := to_char(at, 'TZ');
    PERFORM set_config('TimeZone', own, true);
    RETURN words;
END
$$;

-- What is frozen or locked, since when, by whom and why: every way in can show these words.
-- A visit stands with its code, which the pages know by its label.
CREATE OR REPLACE FUNCTION locks_words(held locks_lock) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format(
        '%s is %s since %s %s by %s: %s. Nothing was changed. Ask a data manager if it has to change.',
        CASE held.scope
            WHEN 'study' THEN 'The study'
            WHEN 'site' THEN 'Site ' || (SELECT s.code FROM access_site s WHERE s.id = held.site_id)
            WHEN 'patient' THEN 'Patient ' || p.number
            WHEN 'visit' THEN
                'Visit ' || (SELECT v.code FROM casebook_visit v WHERE v.id = held.visit_id) || ' of ' || p.number
            ELSE 'This form of ' || p.number
        END,
        CASE held.kind WHEN 'lock' THEN 'locked' ELSE 'frozen' END,
        to_char(held.set_at AT TIME ZONE zone.name, 'YYYY-MM-DD HH24:MI'), zone.short,
        (SELECT u.username FROM access_user u WHERE u.id = held.set_by_id), rtrim(held.reason, '. ')
    )
    FROM (
        SELECT site.name, locks_zone_words(held.set_at, site.name) AS short FROM (
            SELECT coalesce((SELECT s.time_zone FROM access_site s WHERE s.id = held.site_id), 'UTC') AS name
        ) site
    ) zone LEFT JOIN casebook_patient p ON p.id = held.patient_id
$$;

CREATE OR REPLACE FUNCTION locks_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held locks_lock;
    site bigint;
    visit bigint;
    parent bigint;
    is_review boolean := audit_is_review(NEW."table");
BEGIN
    -- Who locks waits for all who write, and who writes after that sees the lock.
    PERFORM pg_advisory_xact_lock_shared(hashtext('ecrf.locks'), 0);
    IF NOT EXISTS (SELECT 1 FROM locks_lock WHERE lifted_at IS NULL) THEN
        RETURN NEW;
    END IF;
    IF NEW.chain = 0 THEN
        SELECT r.site_id INTO site FROM casebook_referencerange r WHERE r.id = NEW."row"::bigint;
    ELSE
        SELECT p.site_id INTO site FROM casebook_patient p WHERE p.id = NEW.chain;
    END IF;
    IF NEW.entry_id IS NOT NULL THEN
        SELECT e.visit_id, e.parent_id INTO visit, parent FROM casebook_entry e WHERE e.id = NEW.entry_id;
    ELSIF NEW."table" = 'casebook_visit' THEN
        visit := NEW."row"::bigint;
    ELSIF NEW."table" IN ('queries_query', 'queries_message') THEN
        -- A site's question or note at a form that nobody has begun: there is no entry, and the visit stands with it.
        SELECT q.visit_id INTO visit FROM queries_query q WHERE q.id = CASE NEW."table"
            WHEN 'queries_query' THEN NEW."row"::bigint
            ELSE (SELECT m.query_id FROM queries_message m WHERE m.id = NEW."row"::bigint)
        END;
    END IF;
    SELECT * INTO held FROM locks_lock l
    WHERE l.lifted_at IS NULL AND (l.kind = 'lock' OR NOT is_review) AND (
        -- A practice site is no part of the study (docs/decisions/0006).
        (l.scope = 'study' AND NOT coalesce((SELECT s.is_practice FROM access_site s WHERE s.id = site), false))
        OR (l.scope = 'site' AND l.site_id = site)
        OR (l.patient_id = NEW.chain AND (
            l.scope = 'patient' OR l.visit_id = visit OR l.entry_id IN (NEW.entry_id, parent)
        ))
    ) ORDER BY l.kind DESC, l.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'EC004', MESSAGE = locks_words(held), DETAIL = held.id::text;
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER locks_refuse BEFORE INSERT ON audit_auditevent FOR EACH ROW
    WHEN ((NEW.chain <> 0 AND NEW."table" NOT IN ('locks_lock', 'appointments_appointment')) OR NEW."table" = 'casebook_referencerange')
    EXECUTE FUNCTION locks_refuse();
