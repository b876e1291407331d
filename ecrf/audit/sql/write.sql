-- What every audited table's trigger calls: it makes the event and moves the chain's head. It runs with the rights of
-- the tables' owner, so that the web role needs none to write there itself. Moments stand in the trail in UTC, whatever
-- the zone of the session that writes (the product's own sessions are in UTC and pay nothing for it).

-- {item: [old, new]} of what differs. A missing reason counts as an item of its own, named item.missing. Of what is
-- hidden the new content's fingerprint is told (what is hidden is long and random): a swapped password is found by it.
CREATE OR REPLACE FUNCTION audit_flat(r jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN r -> 'missing_reasons' IS NULL THEN r
    ELSE (r - 'missing_reasons') || coalesce(
        (SELECT jsonb_object_agg(key || '.missing', value) FROM jsonb_each(r -> 'missing_reasons')), '{}'::jsonb
    ) END
$$;

CREATE OR REPLACE FUNCTION audit_difference(o jsonb, n jsonb, ignored text[], hidden text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN key = ANY (hidden)
        THEN jsonb_build_array('(hidden)', '(hidden) ' || encode(sha256(convert_to(b.value #>> '{}', 'UTF8')), 'hex'))
        ELSE jsonb_build_array(a.value, b.value) END), '{}'::jsonb)
    FROM jsonb_each(o) AS a FULL JOIN jsonb_each(n) AS b USING (key)
    WHERE coalesce(a.value, 'null') <> coalesce(b.value, 'null') AND NOT key = ANY (ignored)
$$;

CREATE OR REPLACE FUNCTION audit_write(
    table_name text, operation text, old_row jsonb, new_row jsonb, patient bigint, entry bigint, row_id text,
    ignored text[], hidden text[], derived text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said jsonb;
    calculated jsonb := '{}';
    actor text := current_setting('ecrf.actor', true);
    actor_id text := coalesce(current_setting('ecrf.actor_id', true), '');
    role text := coalesce(current_setting('ecrf.role', true), '');
    site text := coalesce(current_setting('ecrf.site', true), '');
    reason text := coalesce(current_setting('ecrf.reason', true), '');
    source text := coalesce(current_setting('ecrf.source', true), '');
    zone text := current_setting('TimeZone');
    which bigint := coalesce(patient, 0);
    head audit_auditchain;
    moment timestamptz := clock_timestamp();
    transaction_id text := pg_current_xact_id()::text;
    new_hash text;
BEGIN
    IF zone <> 'UTC' THEN
        PERFORM set_config('TimeZone', 'UTC', true);
        EXECUTE format(
            'SELECT CASE $1 WHEN ''{}'' THEN $1 ELSE to_jsonb(jsonb_populate_record(NULL::%1$I, $1)) END,'
            ' to_jsonb(jsonb_populate_record(NULL::%1$I, $2))', table_name
        ) INTO old_row, new_row USING old_row, new_row;
        PERFORM set_config('TimeZone', zone, true);
    END IF;
    said := audit_difference(audit_flat(old_row), audit_flat(new_row), ignored, hidden);
    IF operation = 'UPDATE' AND said = '{}' THEN
        RETURN;
    END IF;
    -- Of another patient or form it would be told in another chain, past the locks of its own.
    IF operation = 'UPDATE' AND (
        (old_row ->> 'patient_id' IS NOT NULL AND old_row ->> 'patient_id' IS DISTINCT FROM new_row ->> 'patient_id')
        OR (old_row ->> 'entry_id' IS NOT NULL AND old_row ->> 'entry_id' IS DISTINCT FROM new_row ->> 'entry_id')
    ) THEN
        RAISE EXCEPTION 'Rows of % stay with their patient and their form.', table_name USING ERRCODE = 'EC003';
    END IF;
    IF coalesce(actor, '') = '' THEN
        RAISE EXCEPTION 'A write to % names no actor and is refused.', table_name USING ERRCODE = 'EC001';
    END IF;
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO calculated
        FROM jsonb_each(said) WHERE key = ANY (derived);
    said := said - derived;

    SELECT * INTO head FROM audit_auditchain c WHERE c.chain = which FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_auditchain (chain, length, head) VALUES (which, 0, repeat('0', 64))
            ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM audit_auditchain c WHERE c.chain = which FOR UPDATE;
    END IF;
    new_hash := encode(sha256(convert_to(jsonb_build_array(
        head.head, which::text, (head.length + 1)::text,
        to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        actor_id, actor, role, site, reason, source, transaction_id, table_name, row_id,
        coalesce(entry::text, ''), operation, said::text, calculated::text
    )::text, 'UTF8')), 'hex');
    INSERT INTO audit_auditevent (
        chain, position, at, actor_id, actor, role, site, reason, source, "transaction", "table", "row",
        entry_id, operation, changes, calculated, previous_hash, hash
    ) VALUES (
        which, head.length + 1, moment, nullif(actor_id, '')::bigint, actor, role, site, reason, source,
        transaction_id, table_name, row_id, entry, operation, said, calculated, head.head, new_hash
    );
    UPDATE audit_auditchain c SET length = head.length + 1, head = new_hash WHERE c.chain = which;
END
$$;
