"""Which source copies there are, for the manifest: it names them and their hashes. The files themselves stay here."""

from ecrf.exports.tables.columns import (
    ENTRY_READS,
    OF_PATIENT,
    moment_column,
    number_column,
    text_column,
    yes_no_column,
)
from ecrf.exports.tables.description import Description, Table
from ecrf.exports.tables.places import BY_PATIENT, patient_column, site_column, visit_column

SINCE_FORMAT = 2
"""What was taken before says nothing of copies, and is made again without them."""


def copies_table() -> Table:
    """Its labels are not read by anybody: the manifest has the names."""
    return Table(
        "source_copies",
        "Source copies",
        (
            site_column(),
            patient_column(),
            visit_column(),
            text_column("form", "Form", "e.crf", 40),
            number_column("entry", "Form: its entry", "e.id"),
            text_column("item", "Item that it proves; empty: the whole form", "x.item", 63),
            text_column("title", "Title", "x.title", 200, identifying=True),
            number_column("file", "File", "x.id", is_key=True),
            number_column("version", "Version", "version.number", is_key=True),
            text_column("sha256", "SHA-256", "version.content_id", 64),
            moment_column("added", "Added", "version.added_at"),
            yes_no_column("struck_out", "Struck out", "x.struck_at IS NOT NULL"),
        ),
        f"""FROM files_fileversion version JOIN files_storedfile x ON x.id = version.file_id
        {OF_PATIENT.format("x.patient_id")}
        LEFT JOIN casebook_entry e ON e.id = x.entry_id
        LEFT JOIN casebook_visit v ON v.id = e.visit_id
        LEFT JOIN casebook_entry parent ON parent.id = e.parent_id""",
        f"{BY_PATIENT}, x.id, version.number",
        ("files_fileversion", "files_storedfile", *ENTRY_READS),
        of_forms="(x.entry_id IS NULL OR e.crf = ANY (%(forms)s::text[]) OR parent.crf = ANY (%(forms)s::text[]))",
    )


def names_copies(description: Description) -> bool:
    """Whether the manifest of a package of this description names them."""
    return description.format >= SINCE_FORMAT
