"""The tables of what was asked, verified, signed, locked and struck out."""

from django.utils.translation import pgettext

from ecrf.exports.tables.columns import (
    ENTRY_READS,
    OF_ENTRY,
    OF_PATIENT,
    PATIENT_READS,
    code_column,
    entry_columns,
    moment_column,
    number_column,
    person_column,
    text_column,
    yes_no_column,
)
from ecrf.exports.tables.description import Column, ColumnKind, Description, Table
from ecrf.exports.tables.places import BY_PATIENT, patient_column, site_column, visit_column

OF_ASKED = "coalesce(e.crf, x.crf) = ANY (%(forms)s::text[])"
OF_FORMS = "e.crf = ANY (%(forms)s::text[])"


def queries(_description: Description) -> Table:
    columns = (
        site_column(),
        patient_column(),
        number_column(
            "query", pgettext("data column", "Number of the query at its patient"), "x.number", is_key=True
        ),
        code_column(
            "kind",
            pgettext("data column", "Query, or question or note of the site"),
            "coalesce(x.kind, 'query')",
            *(
                ("query", pgettext("data code", "Query")),
                ("question", pgettext("data code", "Question of the site")),
                ("note", pgettext("data code", "Note of the site")),
            ),
        ),
        visit_column(),
        text_column("form", pgettext("data column", "Form, by its key"), "coalesce(e.crf, x.crf)", 40),
        number_column(
            "number",
            pgettext("data column", "Number of the form among its kind"),
            "coalesce(e.number, x.form_number)",
        ),
        number_column(
            "parent_number",
            pgettext("data column", "Number of the form whose row it is"),
            "coalesce(parent.number, x.parent_number)",
        ),
        number_column(
            "entry", pgettext("data column", "Entry of the form; empty: nobody has begun it"), "x.entry_id"
        ),
        text_column("item", pgettext("data column", "Item"), "x.item", 63),
        text_column("check", pgettext("data column", "Edit check that asks"), "nullif(x.check_id, '')", 40),
        text_column("asks", pgettext("data column", "What is asked"), "x.text_as_asked", identifying=True),
        text_column(
            "value_asked",
            pgettext("data column", "The value when it was asked"),
            "nullif(x.value, '')",
            identifying=True,
        ),
        code_column(
            "turn",
            pgettext("data column", "Whose turn it is"),
            "CASE x.turn WHEN '' THEN 'closed' ELSE x.turn END",
            *(
                ("site", pgettext("data code", "Site")),
                ("monitor", pgettext("data code", "Monitor")),
                ("data-manager", pgettext("data code", "Data manager")),
                ("safety", pgettext("data code", "Safety")),
                ("anybody", pgettext("data code", "Nobody's: an open note")),
                ("closed", pgettext("data code", "Closed")),
            ),
        ),
        moment_column("opened", pgettext("data column", "Opened"), "x.opened_at"),
        person_column("opened_by", pgettext("data column", "Opened by"), "opener"),
        moment_column("closed", pgettext("data column", "Closed"), "x.closed_at"),
        person_column("closed_by", pgettext("data column", "Closed by"), "closer"),
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
        pgettext("data table", "Queries, and questions and notes of sites"),
        columns,
        source,
        f"{BY_PATIENT}, x.number",
        reads,
        of_forms=OF_ASKED,
    )


def messages(_description: Description) -> Table:
    columns = (
        site_column(),
        patient_column(),
        number_column(
            "query", pgettext("data column", "Number of the query at its patient"), "q.number", is_key=True
        ),
        number_column(
            "message", pgettext("data column", "Message: its place in the query"), PLACE_IN_QUERY, is_key=True
        ),
        text_column("act", pgettext("data column", "What it did"), "x.act", 12),
        text_column("text", pgettext("data column", "What was said"), "nullif(x.text, '')", identifying=True),
        text_column(
            "value",
            pgettext("data column", "The value at that moment"),
            "nullif(x.value, '')",
            identifying=True,
        ),
        moment_column("said", pgettext("data column", "Said"), "x.said_at"),
        person_column("said_by", pgettext("data column", "Said by"), "sayer"),
        text_column("role", pgettext("data column", "In which role"), "nullif(x.role, '')", 20),
    )
    source = f"""FROM queries_message x JOIN queries_query q ON q.id = x.query_id
        {OF_PATIENT.format("q.patient_id")} LEFT JOIN access_user sayer ON sayer.id = x.said_by_id"""
    reads = ("queries_message", "queries_query", "casebook_entry", "access_user", *PATIENT_READS)
    return Table(
        "query_messages",
        pgettext("data table", "What was said in queries"),
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
        *entry_columns(),
        text_column("item", pgettext("data column", "Item"), "x.item", 63),
        number_column(
            "position", pgettext("data column", "Event of the patient's chain that was seen"), "x.position"
        ),
        yes_no_column(
            "critical", pgettext("data column", "Critical, by the plan of that moment"), "x.is_critical"
        ),
        moment_column("verified", pgettext("data column", "Verified"), "x.verified_at"),
        person_column("verified_by", pgettext("data column", "Verified by"), "verifier"),
        yes_no_column(
            "stands",
            pgettext("data column", "It stands"),
            "x.undone_at IS NULL AND x.fallen_position IS NULL",
        ),
        moment_column("undone", pgettext("data column", "Undone"), "x.undone_at"),
        person_column("undone_by", pgettext("data column", "Undone by"), "undoer"),
        moment_column("fell", pgettext("data column", "Fell with a change of the value"), "x.fell_at"),
    )
    source = f"""FROM verification_verification x {OF_ENTRY}
        LEFT JOIN access_user verifier ON verifier.id = x.verified_by_id
        LEFT JOIN access_user undoer ON undoer.id = x.undone_by_id"""
    reads = ("verification_verification", "access_user", *ENTRY_READS)
    return Table(
        "verifications",
        pgettext("data table", "Verifications against the source"),
        columns,
        source,
        f"{BY_PATIENT}, x.id",
        reads,
        of_forms=OF_FORMS,
    )


def signatures(_description: Description) -> Table:
    columns = (
        site_column(),
        patient_column(),
        visit_column(),
        code_column(
            "scope",
            pgettext("data column", "What it covers"),
            "x.scope",
            ("form", pgettext("data code", "Form")),
            ("visit", pgettext("data code", "Visit")),
            ("casebook", pgettext("data code", "Casebook")),
        ),
        text_column("form", pgettext("data column", "Form, by its key"), "e.crf", 40),
        number_column("entry", pgettext("data column", "Entry of the form"), "x.entry_id"),
        number_column(
            "position",
            pgettext("data column", "Length of the patient's chain when signed"),
            "x.position",
            is_key=True,
        ),
        text_column("head", pgettext("data column", "Hash of the chain there"), "x.head", 64),
        text_column("meaning", pgettext("data column", "What it means"), "x.meaning"),
        text_column(
            "printed_name", pgettext("data column", "Printed name"), "x.printed_name", 200, identifying=True
        ),
        text_column("role", pgettext("data column", "In which role"), "x.role", 20),
        moment_column("signed", pgettext("data column", "Signed"), "x.signed_at"),
        person_column("signed_by", pgettext("data column", "Signed by"), "signer"),
        yes_no_column("stands", pgettext("data column", "It stands"), "x.broken_position IS NULL"),
        number_column("broken_position", pgettext("data column", "Event that broke it"), "x.broken_position"),
        moment_column("broken", pgettext("data column", "Broken"), "x.broken_at"),
    )
    source = f"""FROM signatures_signature x {OF_PATIENT.format("x.patient_id")}
        LEFT JOIN casebook_entry e ON e.id = x.entry_id
        LEFT JOIN casebook_visit v ON v.id = coalesce(x.visit_id, e.visit_id)
        LEFT JOIN access_user signer ON signer.id = x.signed_by_id"""
    reads = ("signatures_signature", "casebook_entry", "casebook_visit", "access_user", *PATIENT_READS)
    return Table(
        "signatures",
        pgettext("data table", "Signatures"),
        columns,
        source,
        f"{BY_PATIENT}, x.position, x.id",
        reads,
    )


def locks(_description: Description) -> Table:
    columns = (
        Column(
            "site",
            pgettext("data column", "Site; empty: the whole study"),
            ColumnKind.TEXT,
            "s.code",
            is_key=True,
            length=20,
        ),
        Column(
            "patient",
            pgettext("data column", "Patient number"),
            ColumnKind.TEXT,
            "p.number",
            is_key=True,
            length=20,
        ),
        visit_column(),
        code_column(
            "kind",
            pgettext("data column", "Freeze or lock"),
            "x.kind",
            ("freeze", pgettext("data code", "Freeze")),
            ("lock", pgettext("data code", "Lock")),
        ),
        text_column("scope", pgettext("data column", "Of what"), "x.scope", 10),
        text_column("form", pgettext("data column", "Form, by its key"), "e.crf", 40),
        number_column("entry", pgettext("data column", "Entry of the form"), "x.entry_id"),
        text_column("reason", pgettext("data column", "Why"), "x.reason", 500, identifying=True),
        moment_column("set", pgettext("data column", "Set"), "x.set_at"),
        person_column("set_by", pgettext("data column", "Set by"), "setter"),
        moment_column("lifted", pgettext("data column", "Lifted"), "x.lifted_at"),
        person_column("lifted_by", pgettext("data column", "Lifted by"), "lifter"),
        text_column(
            "lift_reason",
            pgettext("data column", "Why lifted"),
            "nullif(x.lift_reason, '')",
            500,
            identifying=True,
        ),
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
        pgettext("data table", "Freezes and locks"),
        columns,
        source,
        "x.set_at, x.id",
        reads,
        where="s.is_practice IS NOT TRUE",
        of_all_sites=True,
    )


def questions(_description: Description) -> Table:
    columns = (
        *entry_columns(),
        text_column("item", pgettext("data column", "Item"), "x.item", 63),
        text_column("check", pgettext("data column", "Edit check"), "x.check_id", 40),
        code_column(
            "state",
            pgettext("data column", "What became of it"),
            "x.state",
            *(
                ("open", pgettext("data code", "To answer")),
                ("confirmed", pgettext("data code", "Confirmed against the source")),
                ("cleared", pgettext("data code", "No longer so")),
            ),
        ),
        text_column("asks", pgettext("data column", "What it asks"), "x.text_as_asked", identifying=True),
        moment_column("confirmed", pgettext("data column", "Confirmed"), "x.confirmed_at"),
        person_column("confirmed_by", pgettext("data column", "Confirmed by"), "confirmer"),
    )
    source = f"""FROM checks_discrepancy x {OF_ENTRY}
        LEFT JOIN access_user confirmer ON confirmer.id = x.confirmed_by_id"""
    reads = ("checks_discrepancy", "access_user", *ENTRY_READS)
    return Table(
        "questions",
        pgettext("data table", "Questions of edit checks"),
        columns,
        source,
        f"{BY_PATIENT}, x.id",
        reads,
        of_forms=OF_FORMS,
    )


def struck_out(_description: Description) -> Table:
    columns = (
        *entry_columns(),
        moment_column(
            "struck", pgettext("data column", "Struck out"), "coalesce(e.struck_at, parent.struck_at)"
        ),
        person_column("struck_by", pgettext("data column", "Struck out by"), "striker"),
        text_column(
            "reason",
            pgettext("data column", "Why"),
            "CASE WHEN e.struck_at IS NULL THEN parent.struck_reason ELSE e.struck_reason END",
            500,
            identifying=True,
        ),
    )
    source = f"""FROM (SELECT id AS entry_id FROM casebook_entry) x {OF_ENTRY}
        LEFT JOIN access_user striker ON striker.id = coalesce(e.struck_by_id, parent.struck_by_id)"""
    return Table(
        "struck_out",
        pgettext("data table", "Forms and rows struck out"),
        columns,
        source,
        f"{BY_PATIENT}, e.id",
        ("access_user", *ENTRY_READS),
        where="(e.struck_at IS NOT NULL OR parent.struck_at IS NOT NULL)",
        of_forms=OF_FORMS,
    )
