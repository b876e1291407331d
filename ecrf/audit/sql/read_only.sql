-- Whoever was granted it, under whatever name, a column of it alone too: of these tables only the owner keeps more than the rights named here.
CREATE OR REPLACE FUNCTION audit_revoke(tables text[], rights text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT DISTINCT c.oid::regclass::text AS relation,
            CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee
        FROM pg_class c CROSS JOIN LATERAL (
            SELECT grantee FROM aclexplode(c.relacl)
            UNION SELECT one.grantee FROM pg_attribute a, aclexplode(a.attacl) one WHERE a.attrelid = c.oid
        ) acl
        WHERE c.oid = ANY (tables::regclass[]) AND acl.grantee <> c.relowner
    LOOP
        EXECUTE 'REVOKE ' || rights || ' ON ' || found.relation || ' FROM ' || found.grantee;
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION audit_revoke(text[], text) FROM PUBLIC;
