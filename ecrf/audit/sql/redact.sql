-- Takes a text out of the trail and out of a row, for the owner of the tables alone (docs/decisions/0019).

-- Lets the refusing triggers tell `audit_redact` from everybody else: the setting stands only while the function runs,
-- and counts only for who works with the owner's rights. Said by the web role it says nothing.
CREATE OR REPLACE FUNCTION audit_is_redacting(relation oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('ecrf.redacting', true), '') = 'on'
        AND current_user = (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = relation)
$$;

-- Where the text overlaps itself (anna in annanna), all of it goes: what were left would tell it.
CREATE OR REPLACE FUNCTION audit_text_without(value text, said text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found text := '';
    here integer := strpos(value, said);
    ends integer;
    again integer;
BEGIN
    WHILE here > 0 LOOP
        found := found || left(value, here - 1) || '[redacted]';
        ends := here + length(said);
        LOOP
            again := strpos(substr(value, here + 1), said);
            EXIT WHEN again = 0 OR here + again >= ends;
            here := here + again;
            ends := here + length(said);
        END LOOP;
        value := substr(value, ends);
        here := strpos(value, said);
    END LOOP;
    RETURN found || value;
END
$$;

-- In every string, however deep; `kept` are keys of objects whose values are codes.
CREATE OR REPLACE FUNCTION audit_value_without(value jsonb, said text, kept text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'string' THEN to_jsonb(audit_text_without(value #>> '{}', said))
        WHEN 'array' THEN coalesce((
            SELECT jsonb_agg(audit_value_without(e.value, said, kept) ORDER BY e.place)
            FROM jsonb_array_elements(value) WITH ORDINALITY e(value, place)), '[]')
        WHEN 'object' THEN coalesce((
            SELECT jsonb_object_agg(e.key, CASE WHEN e.key = ANY (kept) THEN e.value
                ELSE audit_value_without(e.value, said, kept) END)
            FROM jsonb_each(value) e), '{}')
        ELSE value
    END;
END
$$;

-- Of a row, or of what an event says of one: in the columns where people's words may stand (NULL: in all), and in the
-- comments of missing reasons.
CREATE OR REPLACE FUNCTION audit_row_without(items jsonb, said text, free text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN key LIKE '%.missing' THEN audit_value_without(value, said, '{reason}')
        WHEN free IS NULL OR key = ANY (free) THEN audit_value_without(value, said, '{}')
        ELSE value END), '{}'::jsonb) FROM jsonb_each(items)
$$;

-- In which of them the text stands.
CREATE OR REPLACE FUNCTION audit_items_with(items jsonb, said text, free text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(was.key ORDER BY was.key), '{}'::text[])
    FROM jsonb_each(items) was JOIN jsonb_each(audit_row_without(items, said, free)) became USING (key)
    WHERE was.value <> became.value
$$;

-- As `audit_write` makes it.
CREATE OR REPLACE FUNCTION audit_content_hash(e audit_auditevent) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        e.previous_hash, e.chain::text, e.position::text,
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        coalesce(e.actor_id::text, ''), e.actor, e.role, e.site, e.reason, e.source, e.transaction, e."table", e."row",
        coalesce(e.entry_id::text, ''), e.operation, e.changes::text, e.calculated::text
    )::text, 'UTF8')), 'hex')
$$;

-- Takes the text out of one event and leaves the tombstone: never one without the other. Hashes stay as they are.
CREATE OR REPLACE FUNCTION audit_redact(
    which bigint, place bigint, said text, free text[], why text, answers bigint, who_ran text
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET ecrf.redacting = 'on' AS $$
DECLARE
    event audit_auditevent;
    before text;
    places integer;
BEGIN
    SELECT * INTO STRICT event FROM audit_auditevent e WHERE e.chain = which AND e.position = place FOR UPDATE;
    before := audit_content_hash(event);
    places := audit_marks(event);
    event.reason := audit_text_without(event.reason, said);
    event.changes := audit_row_without(event.changes, said, free);
    event.calculated := audit_row_without(event.calculated, said, free);
    places := audit_marks(event) - places;
    IF before = audit_content_hash(event) THEN
        RETURN 0;
    END IF;
    UPDATE audit_auditevent e
        SET reason = event.reason, changes = event.changes, calculated = event.calculated WHERE e.id = event.id;
    INSERT INTO audit_redaction (
        chain, position, places, before, after, reason, redacted_at, redacted_by_id, operator
    ) VALUES (which, place, places, before, audit_content_hash(event), why, clock_timestamp(), answers, who_ran);
    RETURN places;
END
$$;

CREATE OR REPLACE FUNCTION audit_marks(e audit_auditevent) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (length(said) - length(replace(said, '[redacted]', ''))) / length('[redacted]')
    FROM (SELECT e.reason || e.changes::text || e.calculated::text AS said) all_of_it
$$;

-- Takes the text out of one row that keeps a copy. What refuses to be changed (messages, finished visits) is let be
-- changed for this one statement: switching a trigger off is the table owner's alone, is undone with the transaction,
-- and keeps everybody else's writes to that table waiting. The trail's own trigger stays on.
CREATE OR REPLACE FUNCTION audit_redact_row(table_name text, row_column text, row_id text, said text, free text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
    found jsonb;
    touched text[];
    refusing name[] := ARRAY(
        SELECT t.tgname FROM pg_trigger t WHERE t.tgrelid = format('%I', table_name)::regclass
            AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 2 <> 0 AND t.tgtype & 16 <> 0
    );
    one name;
BEGIN
    IF table_name IN ('audit_auditevent', 'audit_auditchain') THEN
        RAISE EXCEPTION 'The audit trail cannot be changed.' USING ERRCODE = 'EC002';
    END IF;
    EXECUTE format('SELECT to_jsonb(t) FROM %I t WHERE t.%I::text = $1 FOR UPDATE', table_name, row_column)
        INTO STRICT found USING row_id;
    touched := audit_items_with(found, said, free);
    -- A mark can be longer than what it stands for, and the column too short: then the end goes.
    SELECT audit_row_without(found, said, free) || coalesce(jsonb_object_agg(
        a.attname, left(audit_row_without(found, said, free) ->> a.attname, a.atttypmod - 4)), '{}'::jsonb)
        INTO found FROM pg_attribute a
        WHERE a.attrelid = format('%I', table_name)::regclass AND a.attname = ANY (touched)
            AND a.atttypid = 'varchar'::regtype AND a.atttypmod > 4;
    IF refusing <> '{}' THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    END IF;
    FOREACH one IN ARRAY refusing LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER %I', table_name, one);
    END LOOP;
    EXECUTE format(
        'UPDATE %1$I t SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1)) WHERE t.%3$I::text = $2',
        table_name, (SELECT string_agg(quote_ident(name), ', ') FROM unnest(touched) name), row_column
    ) USING found, row_id;
    FOREACH one IN ARRAY refusing LOOP
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER %I', table_name, one);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION
    audit_redact(bigint, bigint, text, text[], text, bigint, text),
    audit_redact_row(text, text, text, text, text[]) FROM PUBLIC;
