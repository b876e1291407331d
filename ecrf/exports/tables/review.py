"""The tables of what was asked, verified, signed, locked and struck out."""

from ecrf.exports.tables.columns import (
    ENTRY_COLUMNS,
    ENTRY_READS,
    OF_ENTRY,
    OF_PATIENT,
    PATIENT_READS,
    code_column,
    moment_column,
    number_column,
    person_column,
    text_column,
    yes_no_column,
)
from ecrf.exports.tables.description import Column, ColumnKind, Description, Table
from ecrf.exports.tables.places import BY_PATIENT, PATIENT, SITE, VISIT

OF_ASKED = "coalesce(e.crf, x.crf) = ANY (%(forms)s::text[])"
OF_FORMS = "e.crf = ANY (%(forms)s::text[])"


def queries(_description: Description) -> Table:
    columns = (
        SITE,
        PATIENT,
        number_column("query", "Number of the query at its patient", "x.number", is_key=True),
        code_column(
            "kind",
            "Query, or question or note of the site",
            "coalesce(x.kind, 'query')",
            *(("query", "Query"), ("question", "Question of the site"), ("note", "Note of the site")),
        ),
        VISIT,
        text_column("form", "Form, by its key", "coalesce(e.crf, x.crf)", 40),
        number_column("number", "Number of the form among its kind", "coalesce(e.number, x.form_number)"),
        number_column(
            "parent_number",
            "Number of the form whose row it is",
            "coalesce(parent.number, x.parent_number)",
        ),
        number_column("entry", "Entry of the form; empty: nobody has begun it", "x.entry_id"),
        text_column("item", "Item", "x.item", 63),
        text_column("check", "Edit check that asks", "nullif(x.check_id, '')", 40),
        text_column("asks", "What is asked", "x.text_as_asked", identifying=True),
        text_column("value_asked", "The value when it was asked", "nullif(x.value, '')", identifying=True),
        code_column(
            "turn",
            "Whose turn it is",
            "CASE x.turn WHEN '' THEN 'closed' ELSE x.turn END",
            *(
                ("site", "Site"),
                ("monitor", "Monitor"),
                ("data-manager", "Data manager"),
                ("safety", "Safety"),
                ("anybody", "Nobody's: an open note"),
                ("closed", "Closed"),
            ),
        ),
        moment_column("opened", "Opened", "x.opened_at"),
        person_column("opened_by", "Opened by", "opener"),
        moment_column("closed", "Closed", "x.closed_at"),
        person_column("closed_by", "Closed by", "closer"),
    )
    source = f"""FROM queries_query x {OF_PATIENT.format("x.patient_id")}
        LEFT JOIN casebook_entry e ON e.id = x.entry_id
        LEFT JOIN casebook_visit v ON v.id = coalesce(e.visit_id, x.visit_id)
        LEFT JOIN casebook_entry parent ON parent.id = e.parent_id
        LEFT JOIN access_user opener ON opener.id = x.opened_by_id
        LEFT JOIN access_user closer ON closer.id = x.closed_by_id"""
    reads = ("queries_query", "access_user", *ENTRY_READS)
    return Table(
        "queries",
        "Queries, and questions and notes of sites",
        columns,
        source,
        f"{BY_PATIENT}, x.number",
        reads,
        of_forms=OF_ASKED,
    )


def messages(_description: Description) -> Table:
    columns = (
        SITE,
        PATIENT,
        number_column("query", "Number of the query at its patient", "q.number", is_key=True),
        number_column("message", "Message: its place in the query", PLACE_IN_QUERY, is_key=True),
        text_column("act", "What it did", "x.act", 12),
        text_column("text", "What was said", "nullif(x.text, '')", identifying=True),
        text_column("value", "The value at that moment", "nullif(x.value, '')", identifying=True),
        moment_column("said", "Said", "x.said_at"),
        person_column("said_by", "Said by", "sayer"),
        text_column("role", "In which role", "nullif(x.role, '')", 20),
    )
    source = f"""FROM queries_message x JOIN queries_query q ON q.id = x.query_id
        {OF_PATIENT.format("q.patient_id")} LEFT JOIN access_user sayer ON sayer.id = x.said_by_id"""
    reads = ("queries_message", "queries_query", "casebook_entry", "access_user", *PATIENT_READS)
    return Table(
        "query_messages",
        "What was said in queries",
        columns,
        source,
        f"{BY_PATIENT}, q.number, x.id",
        reads,
        of_forms="""(q.crf = ANY (%(forms)s::text[])
            OR q.entry_id IN (SELECT id FROM casebook_entry WHERE crf = ANY (%(forms)s::text[])))""",
    )


PLACE_IN_QUERY = "row_number() OVER (PARTITION BY q.id ORDER BY x.id)"


def verifications(_description: Description) -> Table:
    columns = (
        *ENTRY_COLUMNS,
        text_column("item", "Item", "x.item", 63),
        number_column("position", "Event of the patient's chain that was seen", "x.position"),
        yes_no_column("critical", "Critical, by the plan of that moment", "x.is_critical"),
        moment_column("verified", "Verified", "x.verified_at"),
        person_column("verified_by", "Verified by", "verifier"),
        yes_no_column("stands", "It stands", "x.undone_at IS NULL AND x.fallen_position IS NULL"),
        moment_column("undone", "Undone", "x.undone_at"),
        person_column("undone_by", "Undone by", "undoer"),
        moment_column("fell", "Fell with a change of the value", "x.fell_at"),
    )
    source = f"""FROM verification_verification x {OF_ENTRY}
        LEFT JOIN access_user verifier ON verifier.id = x.verified_by_id
        LEFT JOIN access_user undoer ON undoer.id = x.undone_by_id"""
    reads = ("verification_verification", "access_user", *ENTRY_READS)
    return Table(
        "verifications",
        "Verifications against the source",
        columns,
        source,
        f"{BY_PATIENT}, x.id",
        reads,
        of_forms=OF_FORMS,
    )


def signatures(_description: Description) -> Table:
    columns = (
        SITE,
        PATIENT,
        VISIT,
        code_column(
            "scope",
            "What it covers",
            "x.scope",
            ("form", "Form"),
            ("visit", "Visit"),
            ("casebook", "Casebook"),
        ),
        text_column("form", "Form, by its key", "e.crf", 40),
        number_column("entry", "Entry of the form", "x.entry_id"),
        number_column("position", "Length of the patient's chain when signed", "x.position", is_key=True),
        text_column("head", "Hash of the chain there", "x.head", 64),
        text_column("meaning", "What it means", "x.meaning"),
        text_column("printed_name", "Printed name", "x.printed_name", 200, identifying=True),
        text_column("role", "In which role", "x.role", 20),
        moment_column("signed", "Signed", "x.signed_at"),
        person_column("signed_by", "Signed by", "signer"),
        yes_no_column("stands", "It stands", "x.broken_position IS NULL"),
        number_column("broken_position", "Event that broke it", "x.broken_position"),
        moment_column("broken", "Broken", "x.broken_at"),
    )
    source = f"""FROM signatures_signature x {OF_PATIENT.format("x.patient_id")}
        LEFT JOIN casebook_entry e ON e.id = x.entry_id
        LEFT JOIN casebook_visit v ON v.id = coalesce(x.visit_id, e.visit_id)
        LEFT JOIN access_user signer ON signer.id = x.signed_by_id"""
    reads = ("signatures_signature", "casebook_entry", "casebook_visit", "access_user", *PATIENT_READS)
    return Table("signatures", "Signatures", columns, source, f"{BY_PATIENT}, x.position, x.id", reads)


def locks(_description: Description) -> Table:
    columns = (
        Column("site", "Site; empty: the whole study", ColumnKind.TEXT, "s.code", is_key=True, length=20),
        Column("patient", "Patient number", ColumnKind.TEXT, "p.number", is_key=True, length=20),
        VISIT,
        code_column("kind", "Freeze or lock", "x.kind", ("freeze", "Freeze"), ("lock", "Lock")),
        text_column("scope", "Of what", "x.scope", 10),
        text_column("form", "Form, by its key", "e.crf", 40),
        number_column("entry", "Entry of the form", "x.entry_id"),
        text_column("reason", "Why", "x.reason", 500, identifying=True),
        moment_column("set", "Set", "x.set_at"),
        person_column("set_by", "Set by", "setter"),
        moment_column("lifted", "Lifted", "x.lifted_at"),
        person_column("lifted_by", "Lifted by", "lifter"),
        text_column("lift_reason", "Why lifted", "nullif(x.lift_reason, '')", 500, identifying=True),
    )
    source = """FROM locks_lock x
        LEFT JOIN access_site s ON s.id = x.site_id
        LEFT JOIN casebook_patient p ON p.id = x.patient_id
        LEFT JOIN casebook_entry e ON e.id = x.entry_id
        LEFT JOIN casebook_visit v ON v.id = coalesce(x.visit_id, e.visit_id)
        LEFT JOIN access_user setter ON setter.id = x.set_by_id
        LEFT JOIN access_user lifter ON lifter.id = x.lifted_by_id"""
    reads = (
        *("locks_lock", "access_site", "casebook_patient", "casebook_entry", "casebook_visit", "access_user"),
    )
    return Table(
        "locks",
        "Freezes and locks",
        columns,
        source,
        "x.set_at, x.id",
        reads,
        where="s.is_practice IS NOT TRUE",
        of_all_sites=True,
    )


def questions(_description: Description) -> Table:
    columns = (
        *ENTRY_COLUMNS,
        text_column("item", "Item", "x.item", 63),
        text_column("check", "Edit check", "x.check_id", 40),
        code_column(
            "state",
            "What became of it",
            "x.state",
            *(
                ("open", "To answer"),
                ("confirmed", "Confirmed against the source"),
                ("cleared", "No longer so"),
            ),
        ),
        text_column("asks", "What it asks", "x.text_as_asked", identifying=True),
        moment_column("confirmed", "Confirmed", "x.confirmed_at"),
        person_column("confirmed_by", "Confirmed by", "confirmer"),
    )
    source = f"""FROM checks_discrepancy x {OF_ENTRY}
        LEFT JOIN access_user confirmer ON confirmer.id = x.confirmed_by_id"""
    reads = ("checks_discrepancy", "access_user", *ENTRY_READS)
    return Table(
        "questions",
        "Questions of edit checks",
        columns,
        source,
        f"{BY_PATIENT}, x.id",
        reads,
        of_forms=OF_FORMS,
    )


def struck_out(_description: Description) -> Table:
    columns = (
        *ENTRY_COLUMNS,
        moment_column("struck", "Struck out", "coalesce(e.struck_at, parent.struck_at)"),
        person_column("struck_by", "Struck out by", "striker"),
        text_column(
            "reason",
            "Why",
            "CASE WHEN e.struck_at IS NULL THEN parent.struck_reason ELSE e.struck_reason END",
            500,
            identifying=True,
        ),
    )
    source = f"""FROM (SELECT id AS entry_id FROM casebook_entry) x {OF_ENTRY}
        LEFT JOIN access_user striker ON striker.id = coalesce(e.struck_by_id, parent.struck_by_id)"""
    return Table(
        "struck_out",
        "Forms and rows struck out",
        columns,
        source,
        f"{BY_PATIENT}, e.id",
        ("access_user", *ENTRY_READS),
        where="(e.struck_at IS NOT NULL OR parent.struck_at IS NOT NULL)",
        of_forms=OF_FORMS,
    )
