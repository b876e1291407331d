"""Which rows of which table a bound role sees and writes: the policies of row-level security, from one list.

They are made after each migration, for a table that came as for one that was there. The tables' owner is not bound by
them, nor are the functions and views that work with his rights.
"""

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from ecrf.audit.bound.reading import READING

EVERYWHERE = "(SELECT access_everywhere())"
"""In a sub-select, so that a statement asks once, and not for each row."""
AT_SITES = "ANY ((SELECT access_reach())::bigint[])"
ACCOUNTS = "(SELECT access_manages())"
OWN = "(SELECT access_person())"
HANDED_OVER = "ANY ((SELECT access_handed_over())::bigint[])"

# A policy that asks another table would ask that one's policy too, and so on: each statement would be planned several
# times over. So it asks a view, which reads with its owner's rights, whom no policy binds. A view shows no more than
# its policy lets through, as anybody can read it; behind a barrier, so that no condition of the reader's is tried
# before.
_PATIENT = f"p.site_id = {AT_SITES}"
# Not joined: for each single row the database would go through all patients, as long as these are few.
_SITE_OF = f"(SELECT p.site_id FROM casebook_patient p WHERE p.id = {{0}}.patient_id) = {AT_SITES}"  # noqa: S608
_FILE = f"CASE WHEN f.patient_id IS NULL THEN f.of_site_id IS NULL OR f.of_site_id = {AT_SITES} ELSE {_PATIENT} END"
_OF_FILE = "files_storedfile f LEFT JOIN casebook_patient p ON p.id = f.patient_id"
# Of a file for all sites, a site compares the rows of its own patients.
_IMPORT = f"{EVERYWHERE} OR {{0}}site_id = {AT_SITES} OR {{0}}site_id IS NULL AND {OWN} IS NOT NULL"
VIEWS: dict[str, tuple[str, str]] = {
    "reached_patient": ("p.id, p.number FROM casebook_patient p", _PATIENT),
    "reached_entry": ("e.id FROM casebook_entry e", _SITE_OF.format("e")),
    "reached_query": ("q.id FROM queries_query q", _SITE_OF.format("q")),
    "reached_monitoringvisit": ("v.id FROM monitoring_monitoringvisit v", f"v.site_id = {AT_SITES}"),
    "reached_file": (f"f.id FROM {_OF_FILE}", _FILE),
    "reached_fileversion": (
        f"v.id, v.content_id FROM files_fileversion v JOIN ({_OF_FILE}) ON f.id = v.file_id",
        f"{EVERYWHERE} OR {_FILE}",
    ),
    "reached_import": ("i.id, i.site_id, i.file_id FROM imports_import i", _IMPORT.format("i.")),
}
"""{view: which columns of which rows it shows, and on what condition}."""


def _one_of(view: str, row: str) -> str:
    """A row that the view shows. Looked up for each row that is asked for: planned once, and soon done for a few."""
    return f"(SELECT true FROM {view} reached WHERE reached.id = {row})"  # noqa: S608  (words of this file)


def _of_patient(patient: str) -> str:
    """A patient who is, today, at a site that the person reaches."""
    return f"{EVERYWHERE} OR {_one_of('reached_patient', patient)}"


def reaches_patient(patient: str) -> str:
    """What the policies ask, for a function that works with its owner's rights, past them: it binds whom they bind, and
    not the owner's own connections."""
    return f"NOT access_is_bound() OR {_of_patient(patient)}"


def _of_patient_in_lists(patient: str) -> str:
    """The same, where rows are read by the thousand: the database may look once for all of them, and plans both."""
    return f"{EVERYWHERE} OR {_there_is('reached_patient reached', f'reached.id = {patient}')}"


def _of_site(site: str = "site_id") -> str:
    return f"{EVERYWHERE} OR {site} = {AT_SITES}"


def _of_patient_or_site(site: str) -> str:
    """Of a patient, of a site, or, where neither is named, of the whole study."""
    return (
        f"{EVERYWHERE} OR CASE WHEN patient_id IS NULL THEN {site} IS NULL OR {site} = {AT_SITES}"
        f" ELSE {_one_of('reached_patient', 'patient_id')} END"
    )


def _behind(view: str, row: str) -> str:
    """What hangs on a row of another table is seen with that one."""
    return f"{EVERYWHERE} OR {_one_of(view, row)}"


def _of_brought(sha256: str) -> str:
    """By the content's hash, a file that was brought for a site that the person reaches."""
    at_hand = f"({EVERYWHERE} OR reached.site_id = {AT_SITES})"
    return _there_is("reached_import reached", f"reached.file_id::text = {sha256}::text AND {at_hand}")


def _of_version(sha256: str) -> str:
    return _there_is("reached_fileversion reached", f"reached.content_id::text = {sha256}::text")


def _there_is(rows: str, which: str) -> str:
    return f"EXISTS (SELECT 1 FROM {rows} WHERE {which})"  # noqa: S608  (words of this file)


SEEN: dict[str, str] = {
    # The site before goes on to list whom it has handed over, by number; everything else is the new site's alone.
    "casebook_patient": f"{_of_site()} OR id = {HANDED_OVER}",
    **dict.fromkeys(
        (
            *("casebook_visit", "signatures_signature", "verification_verification"),
            "appointments_appointment",
        ),
        _of_patient("patient_id"),
    ),
    **dict.fromkeys(
        (
            *("casebook_entry", "casebook_patientstatus", "casebook_reviewstatus"),
            *("queries_query", "listings_rowmark"),
        ),
        _of_patient_in_lists("patient_id"),
    ),
    "casebook_transfer": f"{EVERYWHERE} OR from_site_id = {AT_SITES} OR to_site_id = {AT_SITES}",
    "casebook_referencerange": _of_site(),
    "verification_siteshare": _of_site(),
    "monitoring_monitoringvisit": _of_site(),
    "notices_letterreceipt": _behind("reached_monitoringvisit", "visit_id"),
    "queries_message": _behind("reached_query", "query_id"),
    "checks_discrepancy": _behind("reached_entry", "entry_id"),
    "notices_seriousnotice": _behind("reached_entry", "event_id"),
    "locks_lock": _of_patient_or_site("site_id"),
    "exports_keptcontent": (
        f"{EVERYWHERE} OR "
        + _there_is("exports_export made", f"made.id = export_id AND made.site_id = {AT_SITES}")
    ),
    "files_storedfile": _of_patient_or_site("of_site_id"),
    "files_fileversion": _behind("reached_file", "file_id"),
    "files_filereceipt": _behind("reached_fileversion", "version_id"),
    "imports_import": _IMPORT.format(""),
    "imports_importdownload": _behind("reached_import", "batch_id"),
    "imports_importrow": f"{EVERYWHERE} OR "
    + _there_is("reached_import reached", f"reached.id = batch_id AND reached.site_id = {AT_SITES}")
    + " OR "
    + _there_is("reached_patient reached", "reached.number::text = patient_number::text"),
    # Chain 0 holds what belongs to no patient.
    "audit_auditevent": f"chain = 0 OR {_of_patient_in_lists('chain')}",
}
"""{table: which of its rows are seen and written}; each typed form follows its entry."""

WRITTEN: dict[str, str] = {
    "access_user": f"{ACCOUNTS} OR id = {OWN}",
    "access_membership": ACCOUNTS,
    "access_site": f"{ACCOUNTS} OR id = {AT_SITES}",
    **dict.fromkeys(
        (
            *("account_authenticator", "account_passkey", "account_passwordchange", "account_recoverycode"),
            *("account_secretlink", "sso_externalidentity"),
        ),
        f"{ACCOUNTS} OR user_id = {OWN}",
    ),
}
"""{table: which of its rows may be written}, where all are seen: who reaches what, and how one comes in."""

CONTENTS: dict[str, str] = {
    "files_filecontent": _of_version("files_filecontent.sha256"),
    "files_filepiece": _of_version("files_filepiece.content_id"),
    # Of its name by hash and its size, whoever sees the import; of the bytes, who reaches all that stands in them.
    "imports_importfile": _there_is(
        "reached_import reached", "reached.file_id::text = imports_importfile.sha256::text"
    ),
    "imports_importfilepiece": _of_brought("imports_importfilepiece.file_id"),
}
"""{table: which of its rows are seen}: bytes that are kept once, under their hash, whoever brings them. They are there
before what they belong to."""

FORM = _behind("reached_entry", "entry_id")


@dataclass(frozen=True)
class Policy:
    """One policy: for which command (ALL, SELECT, INSERT, UPDATE), which rows are used, which may come of it."""

    table: str
    name: str
    command: str
    using: str
    check: str

    @property
    def statement(self) -> str:
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f'CREATE POLICY {self.name} ON "{self.table}" FOR {self.command}{using}{check}'


def shipped_policies() -> dict[tuple[str, str], Policy]:
    """{(table, name): the policy}."""
    seen = {**SEEN, **dict.fromkeys((model._meta.db_table for model in _forms()), FORM)}
    found = [Policy(table, "reach", "ALL", rows, rows) for table, rows in seen.items()]
    for table, rows in WRITTEN.items():
        found += [
            Policy(table, "seen", "SELECT", "true", ""),
            Policy(table, "added", "INSERT", "", rows),
            Policy(table, "changed", "UPDATE", "true", rows),
        ]
    for table, rows in CONTENTS.items():
        found += [Policy(table, "seen", "SELECT", rows, ""), Policy(table, "added", "INSERT", "", "true")]
    present = {model._meta.db_table for model in apps.get_models()}
    return {(one.table, one.name): one for one in found if one.table in present}


def shipped_views() -> dict[str, str]:
    """{view: what it selects}."""
    return {name: f"SELECT {rows} WHERE {which}" for name, (rows, which) in VIEWS.items()}


def _forms() -> list[type[models.Model]]:
    """The typed forms: whatever has an entry for its key, beside what is named above."""
    return [
        model
        for model in apps.get_models()
        if model._meta.pk.column == "entry_id" and model._meta.db_table not in SEEN
    ]


def enforce() -> str:
    """Makes all policies anew, the views that they ask and the functions that read; and takes off what is not of this
    version."""
    policies = shipped_policies()
    tables = sorted({table for table, _name in policies})
    return ";\n".join(
        [
            _TAKE_OFF,
            *(
                f"CREATE VIEW {name} WITH (security_barrier) AS {one}"
                for name, one in shipped_views().items()
            ),
            *(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY' for table in tables),
            *(policies[key].statement for key in sorted(policies)),
            *(made() for made in READING.values()),
        ]
    )


_TAKE_OFF = """
    DO $$
    DECLARE
        found record;
    BEGIN
        FOR found IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' LOOP
            EXECUTE format('DROP POLICY %I ON %I', found.policyname, found.tablename);
        END LOOP;
        FOR found IN SELECT viewname FROM pg_views
            WHERE schemaname = 'public' AND starts_with(viewname, 'reached_') LOOP
            EXECUTE format('DROP VIEW %I', found.viewname);
        END LOOP;
        FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
            EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', found.relname);
        END LOOP;
    END
    $$"""
