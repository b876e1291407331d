-- A session that is over belongs to nobody any more.

CREATE OR REPLACE FUNCTION account_session_is_over() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM access_sessionperson p WHERE p.session_key = OLD.session_key;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER account_session_is_over AFTER DELETE ON account_usersession FOR EACH ROW
    EXECUTE FUNCTION account_session_is_over();
