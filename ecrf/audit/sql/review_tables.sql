-- Whether a table holds no study data: what reviewers and checks did about the data (questions, queries, verifications,
-- signatures, locks), copies of the source, appointments, and marks on rows of listings. Such an event changes no value.
CREATE OR REPLACE FUNCTION audit_is_review(table_name text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT split_part(table_name, '_', 1) IN
        ('checks', 'queries', 'verification', 'signatures', 'locks', 'files', 'appointments', 'listings')
$$;
