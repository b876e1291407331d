"""Which rows of which table a bound role sees and writes: the policies of row-level security, from one list.

They are made after each migration, for a table that came as for one that was there. The tables' owner is not bound by
them, nor are the functions that work with his rights.
"""

from dataclasses import dataclass

from django.apps import apps
from django.db import models

EVERYWHERE = "(SELECT access_everywhere())"
"""In a sub-select, so that a statement asks once, and not for each row."""
AT_SITES = "ANY ((SELECT access_reach())::bigint[])"
ACCOUNTS = "(SELECT access_manages())"
OWN = "(SELECT access_person())"


def _of_patient(patient: str) -> str:
    """A patient who is, today, at a site that the person reaches."""
    return (
        f"{EVERYWHERE} OR {_there_is('casebook_patient p', f'p.id = {patient} AND p.site_id = {AT_SITES}')}"
    )


def _of_site(site: str = "site_id") -> str:
    return f"{EVERYWHERE} OR {site} = {AT_SITES}"


def _of_patient_or_site(site: str) -> str:
    """Of a patient, of a site, or, where neither is named, of the whole study."""
    return (
        f"{EVERYWHERE} OR CASE WHEN patient_id IS NULL THEN {site} IS NULL OR {site} = {AT_SITES}"
        f" ELSE {_of_patient('patient_id')} END"
    )


def _behind(table: str, row: str) -> str:
    """What hangs on a row of another table is seen with that one, by its own policy."""
    return _there_is(f"{table} above", f"above.id = {row}")


def _of_import(batch: str) -> str:
    """A file that was brought for a site that the person reaches."""
    return _there_is("imports_import above", f"above.id = {batch} AND above.site_id = {AT_SITES}")


def _of_brought(sha256: str) -> str:
    """The same, by the content's hash."""
    at_hand = f"({EVERYWHERE} OR above.site_id = {AT_SITES})"
    return _there_is("imports_import above", f"above.file_id::text = {sha256}::text AND {at_hand}")


def _of_version(sha256: str) -> str:
    return _there_is("files_fileversion above", f"above.content_id::text = {sha256}::text")


def _there_is(rows: str, which: str) -> str:
    return f"EXISTS (SELECT 1 FROM {rows} WHERE {which})"  # noqa: S608  (words of this file)


# The site before goes on to list whom it has handed over, by number; everything else of them is the new site's alone.
HANDED_OVER = _there_is(
    "casebook_transfer t", f"t.patient_id = casebook_patient.id AND t.from_site_id = {AT_SITES}"
)

SEEN: dict[str, str] = {
    "casebook_patient": f"{_of_site()} OR {HANDED_OVER}",
    **dict.fromkeys(
        (
            *("casebook_visit", "casebook_entry", "casebook_patientstatus", "casebook_reviewstatus"),
            *("signatures_signature", "verification_verification", "queries_query"),
            "appointments_appointment",
        ),
        _of_patient("patient_id"),
    ),
    "casebook_transfer": f"{EVERYWHERE} OR from_site_id = {AT_SITES} OR to_site_id = {AT_SITES}",
    "casebook_referencerange": _of_site(),
    "verification_siteshare": _of_site(),
    "monitoring_monitoringvisit": _of_site(),
    "notices_letterreceipt": _behind("monitoring_monitoringvisit", "visit_id"),
    "queries_message": _behind("queries_query", "query_id"),
    "checks_discrepancy": _behind("casebook_entry", "entry_id"),
    "notices_seriousnotice": _behind("casebook_entry", "event_id"),
    "locks_lock": _of_patient_or_site("site_id"),
    "exports_keptcontent": (
        f"{EVERYWHERE} OR "
        + _there_is("exports_export made", f"made.id = export_id AND made.site_id = {AT_SITES}")
    ),
    "files_storedfile": _of_patient_or_site("of_site_id"),
    "files_fileversion": _behind("files_storedfile", "file_id"),
    "files_filereceipt": _behind("files_fileversion", "version_id"),
    "listings_rowmark": _of_patient("patient_id"),
    # Of a file for all sites, a site compares the rows of its own patients.
    "imports_import": f"{_of_site()} OR site_id IS NULL AND {OWN} IS NOT NULL",
    "imports_importdownload": _behind("imports_import", "batch_id"),
    "imports_importrow": f"{EVERYWHERE} OR {_of_import('batch_id')} OR "
    + _there_is("casebook_patient p", f"p.number::text = patient_number::text AND p.site_id = {AT_SITES}"),
    # Chain 0 holds what belongs to no patient.
    "audit_auditevent": f"chain = 0 OR {_of_patient('chain')}",
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
        "imports_import above", "above.file_id::text = imports_importfile.sha256::text"
    ),
    "imports_importfilepiece": _of_brought("imports_importfilepiece.file_id"),
}
"""{table: which of its rows are seen}: bytes that are kept once, under their hash, whoever brings them. They are there
before what they belong to."""

FORM = _behind("casebook_entry", "entry_id")


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


def _forms() -> list[type[models.Model]]:
    """The typed forms: whatever has an entry for its key, beside what is named above."""
    return [
        model
        for model in apps.get_models()
        if model._meta.pk.column == "entry_id" and model._meta.db_table not in SEEN
    ]


def enforce() -> str:
    """Makes all policies anew, and takes off what is not of this version."""
    policies = shipped_policies()
    tables = sorted({table for table, _name in policies})
    return ";\n".join(
        [
            _TAKE_OFF,
            *(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY' for table in tables),
            *(policies[key].statement for key in sorted(policies)),
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
        FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP
            EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', found.relname);
        END LOOP;
    END
    $$"""
