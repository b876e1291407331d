"""What the investigator's copy holds beside the tables: the trail as it is hashed, accounts, the verifier, an index."""

import io
import json
from pathlib import Path
from typing import Any

from django.db import connection
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import override

from ecrf.access.language import MASTER, english_name
from ecrf.access.models import LANGUAGE_NAMES, Site
from ecrf.audit.chain import EVENTS, START
from ecrf.casebook.models import Patient
from ecrf.exports.copy.source_files import LIST
from ecrf.exports.odm.edition.today import edition_of_today, tag_of
from ecrf.exports.package import Package
from ecrf.forms.protocol import protocol
from ecrf.trail.download.csv_file import utc, write

_OF_A_CHAIN = f"{EVENTS} WHERE event.chain = %s AND event.position <= %s ORDER BY event.position"
_ACCOUNTS = """
    SELECT u.username, u.full_name, m.role, s.code, m.is_current, u.is_active,
        (SELECT min(x.at) FROM audit_auditevent x WHERE x.chain = 0 AND x."table" = 'access_membership'
            AND x."row" = m.id::text),
        (SELECT max(x.at) FROM audit_auditevent x WHERE x.chain = 0 AND x."table" = 'access_membership'
            AND x."row" = m.id::text AND x.changes #>> '{is_current,1}' = 'false')
    FROM access_membership m JOIN access_user u ON u.id = m.user_id LEFT JOIN access_site s ON s.id = m.site_id
    WHERE %(site)s::bigint IS NULL OR m.site_id = %(site)s OR m.site_id IS NULL ORDER BY u.username, m.role, s.code
"""
ACCOUNT_COLUMNS = (
    "username",
    "full_name",
    "role",
    "site",
    "role_current",
    "account_active",
    "since_utc",
    "ended_utc",
)
VERIFIER = Path(__file__).with_name("verify.py")


def write_trail(package: Package, patients: list[Patient]) -> dict[str, Any]:
    """A file for each patient; gives {patient: {chain, events, head}} for the manifest."""
    return {patient.number: write_chain(package, patient.pk, patient.number) for patient in patients}


def write_chain(package: Package, chain: int, named: str) -> dict[str, Any]:
    """One chain up to the cut, in a file of this name: {chain, events, head}."""
    length = package.cut.positions.get(chain, 0)
    head = START
    with (
        package.file(f"trail/{named}.jsonl", f"Audit trail of {named}") as file,
        connection.connection.cursor(name="ecrf_trail_of_patient") as cursor,
    ):
        cursor.itersize = 2000
        cursor.execute(_OF_A_CHAIN, [chain, length])
        for *content, previous, head in cursor:
            event = {"previous_hash": previous, "content": content, "hash": head}
            file.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")
    return {"chain": chain, "events": length, "head": head}


def write_study_accounts(package: Package) -> None:
    """Who could do what at any site, now and before."""
    write_accounts(package, None)


def write_accounts(package: Package, site: Site | None) -> None:
    """Who could do what at the site, now and before; those of the whole study too. Without a site, all."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, {"site": site.pk if site else None})
        found = cursor.fetchall()
    rows = (
        (
            name,
            full,
            role,
            code or "all sites",
            _yes_no(current),
            _yes_no(active),
            _moment(since),
            _moment(ended),
        )
        for name, full, role, code, current, active, since, ended in found
    )
    with package.file("accounts.csv", "Accounts and their roles") as file:
        buffer = io.BytesIO()
        write(buffer, ACCOUNT_COLUMNS, rows)
        file.write(buffer.getvalue())


def write_verifier(package: Package) -> None:
    with package.file("verify.py") as file:
        file.write(VERIFIER.read_bytes())


def write_index(package: Package, site: Site, patients: list[Patient], title: str, language: str) -> None:
    """The first page: what lies where, without a script, in the language of the casebooks; and the same as a text of
    one page, in English as all that programs and inspectors read."""
    files = sorted(
        str(path.relative_to(package.folder)) for path in package.folder.rglob("*") if path.is_file()
    )
    style = mark_safe(render_to_string("exports/copy_index.css"))  # noqa: S308  (a file of ours, without data)
    context = {
        # The file stands alone: no style sheet is beside it, and no policy of ours goes with it.
        "style": format_html("<style>\n{}</style>", style),
        "site": site,
        "title": title,
        "taken_at": utc(package.cut.taken_at),
        "version": package.version,
        "synthetic": package.synthetic,
        "patients": [
            (patient.number, f"casebooks/casebook-{patient.number}.pdf", f"trail/{patient.number}.jsonl")
            for patient in patients
        ],
        "codebook": "codebook/codebook.html",
        "files": LIST,
        "has_odm": [name for name in files if name.startswith("odm/")],
    }
    with package.file("index.html") as file, override(language):
        own = {"title": protocol().title, "casebooks_in": LANGUAGE_NAMES[language], "language": language}
        titles = _titles(package, language)
        tables = [(titles[table.name], f"csv/{table.name}.csv") for table in package.tables]
        file.write(render_to_string("exports/copy_index.html", context | own | {"tables": tables}).encode())
    with package.file("README.txt") as file:
        named = {"casebooks_in": english_name(language)}
        file.write(render_to_string("exports/copy_readme.txt", context | named).encode())


def _titles(package: Package, language: str) -> dict[str, str]:
    """{table: its title in this language}"""
    if language == MASTER:
        return {table.name: table.title for table in package.tables}
    edition, tag = package.edition or edition_of_today(), tag_of(language)
    return {table.name: edition.label_in(tag, table.name, table.title) for table in package.tables}


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _moment(value: Any) -> str:
    return utc(value) if value else ""
