"""What each bound role may do to each table: one list, from which every migration grants and revokes, and by which
verification compares.

`ecrf_web` serves people: it sees and writes what the policies let the person at hand. `ecrf_reader` works in the
background: it reads the whole study, writes the queues, the files' rows, mail and what verification found, and no value
of any patient.
"""

from collections.abc import Iterator, Mapping

from django.apps import apps

from ecrf.audit.bound.policies import shipped_views
from ecrf.audit.triggers import AUDITED

WEB, READER = "ecrf_web", "ecrf_reader"
ROLES = (WEB, READER)

READ = frozenset({"SELECT"})
ADDED = READ | {"INSERT"}
KEPT = ADDED | {"UPDATE"}
CHANGED = KEPT | {"DELETE"}
CHANGED_ONLY = READ | {"UPDATE"}
NONE: frozenset[str] = frozenset()

Rights = frozenset[str]

# Beside the trail: caches, queues and counters of which no row is for ever. What is not named is only read.
_WEB: dict[str, Rights] = {
    "account_usersession": CHANGED,
    "access_logintry": CHANGED,
    "sso_usedonce": CHANGED,
    "people_pagecount": KEPT,
    "grid_gridcolumns": KEPT,
    "delegation_pageread": ADDED,
    "casebook_patientstatus": CHANGED,
    "casebook_reviewstatus": CHANGED,
    "exports_keptcontent": CHANGED,
    "exports_foldedrow": CHANGED,
    "mail_mail": KEPT,
    "files_filecontent": ADDED,
    "files_filepiece": ADDED,
    "listings_savedlisting": KEPT,
    "imports_importrow": CHANGED,
    "django_tasks_database_dbtaskresult": CHANGED,
    # Written by the owner alone, or by nobody any more.
    **dict.fromkeys(("audit_redaction", "audit_knownfault"), READ),
}
_READER: dict[str, Rights] = {
    "exports_export": KEPT,
    **dict.fromkeys(("exports_datacut", "exports_formedition"), ADDED),
    "exports_keptcontent": CHANGED,
    "exports_foldedrow": CHANGED,
    "django_tasks_database_dbtaskresult": CHANGED,
    "mail_mail": KEPT,
    "mail_mailboxmessage": ADDED,
    "anchors_anchor": ADDED,
    "anchors_anchordelivery": KEPT,
    "anchors_auditverification": ADDED,
    "anchors_verifiedchain": CHANGED,
    "anchors_heartbeat": CHANGED_ONLY,
    "anchors_downtime": ADDED,
    "notices_seriousnotice": KEPT,
    "notices_mailchoice": KEPT,
    "people_unusualaccess": ADDED,
    "people_pagecount": CHANGED,
    "account_secretlink": KEPT,
    "access_loginevent": ADDED,
    "access_logintry": CHANGED,
}
SECRET = frozenset({"access_sessionperson", "access_programkey"})
"""Read by functions of the owner's only."""
HELD = {READER: {"access_user": "last_login"}}
"""{role: {table: a column}} that may be updated so that the row can be held while something else is written."""


def tables() -> list[str]:
    """Every table and view that this version has, but for those that nobody reads."""
    named = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed
    }
    named |= {"django_migrations", "exports_foldedrow", *shipped_views()}
    return sorted(named - SECRET)


def rights_of(role: str) -> Mapping[str, Rights]:
    """{table: what the role may do there}."""
    if role == READER:
        return {table: _READER.get(table, READ) for table in tables()}
    under_trail = {one.model._meta.db_table: ADDED if one.append_only else KEPT for one in AUDITED}
    return {table: _WEB.get(table, under_trail.get(table, READ)) for table in tables()}


def grant(role: str, name: str | None = None) -> Iterator[str]:
    """The statements that give `name` the rights of `role`, and no others. What is not there is left out."""
    name = name or role
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {name}"
    yield f"REVOKE EXECUTE ON FUNCTION access_reads_all() FROM {name}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"
    for rights, named in _by_rights(role).items():
        yield _GRANT.format(
            rights=", ".join(sorted(rights)), tables=", ".join(f"'{one}'" for one in named), name=name
        )
    for table, column in HELD.get(role, {}).items():
        yield f"GRANT UPDATE ({column}) ON {table} TO {name}"
    if role == READER:
        yield f"GRANT EXECUTE ON FUNCTION access_reads_all() TO {name}"


def _by_rights(role: str) -> dict[Rights, list[str]]:
    found: dict[Rights, list[str]] = {}
    for table, rights in rights_of(role).items():
        found.setdefault(rights, []).append(table)
    return found


_GRANT = """
    DO $$
    DECLARE
        one text;
    BEGIN
        FOREACH one IN ARRAY ARRAY[{tables}] LOOP
            IF to_regclass(one) IS NOT NULL THEN
                EXECUTE format('GRANT {rights} ON %I TO {name}', one);
            END IF;
        END LOOP;
    END
    $$"""
