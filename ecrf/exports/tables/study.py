"""The tables that are no forms: sites, patients, visits, what was reviewed, and the trail itself."""

from collections.abc import Callable

from ecrf.exports.tables.description import YES_NO, Column, Description, Kind, Table
from ecrf.exports.tables.places import PATIENT, SITE, VISIT, VISIT_LABEL, VISIT_PLANS, visit_plans

MOMENT = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
EXACT = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
SHOWN = "CASE WHEN %(everything)s OR x.\"table\" || '.' || change.key = ANY (%(shown)s) THEN {0} END"
YES_OR_NO = "CASE WHEN {0} THEN 'yes' ELSE 'no' END"

_OF_PATIENT = (
    "JOIN casebook_patient p ON p.id = {0} JOIN access_site s ON s.id = p.site_id AND NOT s.is_practice"
)
_PATIENT_READS = ("casebook_patient", "access_site")
_OF_ENTRY = f"""
    JOIN casebook_entry e ON e.id = x.entry_id
    {_OF_PATIENT.format("e.patient_id")}
    LEFT JOIN casebook_visit v ON v.id = e.visit_id
    LEFT JOIN casebook_entry parent ON parent.id = e.parent_id
"""
_ENTRY_READS = ("casebook_entry", "casebook_visit", *_PATIENT_READS)


def _at(name: str, label: str, sql: str) -> Column:
    return Column(f"{name}_utc", f"{label}, UTC", Kind.MOMENT, MOMENT.format(sql))


def _by(name: str, label: str, sql: str) -> Column:
    return Column(name, f"{label}: user name", Kind.TEXT, sql, length=150)


def _number(name: str, label: str, sql: str, *, is_key: bool = False) -> Column:
    return Column(name, label, Kind.WHOLE, sql, is_key=is_key)


def _text(name: str, label: str, sql: str, length: int | None = None, *, identifying: bool = False) -> Column:
    return Column(name, label, Kind.TEXT, sql, length=length, identifying=identifying)


def _yes_no(name: str, label: str, sql: str) -> Column:
    return Column(name, label, Kind.CODE, YES_OR_NO.format(sql), codes=YES_NO)


def _code(name: str, label: str, sql: str, *codes: tuple[str, str]) -> Column:
    return Column(name, label, Kind.CODE, sql, codes=codes)


_ENTRY_COLUMNS = (
    SITE,
    PATIENT,
    VISIT,
    _text("form", "Form, by its key", "e.crf", 40),
    _number("number", "Number of the form among its kind", "e.number"),
    _number("parent_number", "Number of the form whose row it is", "parent.number"),
    _number("entry", "Entry: names this form in every table", "e.id"),
)


def _sites(_description: Description) -> Table:
    return Table(
        "sites",
        "Sites",
        (
            SITE,
            _text("name", "Name", "s.name", 200),
            _text("time_zone", "Time zone", "s.time_zone", 60),
        ),
        "FROM access_site s",
        "s.code",
        ("access_site",),
        where="NOT s.is_practice",
    )


def _patients(description: Description) -> Table:
    columns = [
        SITE,
        PATIENT,
        _at("added", "Added", "p.added_at"),
        _by("added_by", "Added by", "adder.username"),
    ]
    source = f"""FROM casebook_patient x {_OF_PATIENT.format("x.id")}
        LEFT JOIN access_user adder ON adder.id = p.added_by_id"""
    reads: list[str] = [*_PATIENT_READS, "access_user"]
    end = description.form(description.end_form)
    if end:
        codes = next((item.codes for item in end.items if item.name == description.end_reason), [])
        columns += [
            Column("ended_on", "End of study", Kind.DAY, f'ending."{description.end_date}"'),
            _code(
                "end_reason",
                "How the study ended",
                f'ending."{description.end_reason}"',
                *((a, b) for a, b in codes),
            ),
        ]
        source += f"""
            LEFT JOIN (
                SELECT e.patient_id, f.* FROM casebook_entry e JOIN "{end.table}" f ON f.entry_id = e.id
                WHERE e.struck_at IS NULL
            ) ending ON ending.patient_id = p.id
        """
        reads += ["casebook_entry", end.table]
    return Table("patients", "Patients", tuple(columns), source, "p.number", tuple(reads))


def _visits(description: Description) -> Table:
    form = description.form(description.visit_form)
    assert form is not None, "the protocol's visit form is a form"
    codes = next((item.codes for item in form.items if item.name == description.visit_occurrence), [])
    source = f"""
        FROM casebook_visit v {_OF_PATIENT.format("v.patient_id")} {VISIT_PLANS}
        LEFT JOIN (
            SELECT e.visit_id, f.* FROM casebook_entry e JOIN "{form.table}" f ON f.entry_id = e.id
            WHERE e.struck_at IS NULL AND e.parent_id IS NULL
        ) held ON held.visit_id = v.id
        LEFT JOIN (
            SELECT visit_id, count(*) AS begun, count(*) FILTER (WHERE status = 'complete') AS complete
            FROM casebook_entry WHERE struck_at IS NULL AND parent_id IS NULL GROUP BY visit_id
        ) forms ON forms.visit_id = v.id
        LEFT JOIN access_user opener ON opener.id = v.opened_by_id
    """
    columns = (
        SITE,
        PATIENT,
        VISIT,
        VISIT_LABEL,
        _number("planned_day", "Planned day", "plan.day"),
        _code(
            "occurrence",
            "Whether it took place",
            f'held."{description.visit_occurrence}"',
            *((a, b) for a, b in codes),
        ),
        Column("visit_date", "Date of the visit", Kind.DAY, f'held."{description.visit_date}"'),
        _number("forms_begun", "Forms begun", "coalesce(forms.begun, 0)"),
        _number("forms_complete", "Forms complete", "coalesce(forms.complete, 0)"),
        _at("opened", "Opened", "v.opened_at"),
        _by("opened_by", "Opened by", "opener.username"),
    )
    return Table(
        "visits",
        "Visits",
        columns,
        source,
        "p.number, plan.place, v.code",
        ("casebook_visit", "casebook_entry", form.table, "access_user", *_PATIENT_READS),
        visit_plans(description),
    )


def _queries(_description: Description) -> Table:
    columns = (
        SITE,
        PATIENT,
        _number("query", "Number of the query at its patient", "x.number", is_key=True),
        *_ENTRY_COLUMNS[2:],
        _text("item", "Item", "x.item", 63),
        _text("check", "Edit check that asks", "nullif(x.check_id, '')", 40),
        _text("asks", "What is asked", "x.text_as_asked", identifying=True),
        _text("value_asked", "The value when it was asked", "nullif(x.value, '')", identifying=True),
        _code(
            "turn",
            "Whose turn it is",
            "CASE x.turn WHEN '' THEN 'closed' ELSE x.turn END",
            *(
                ("site", "Site"),
                ("monitor", "Monitor"),
                ("data-manager", "Data manager"),
                ("closed", "Closed"),
            ),
        ),
        _at("opened", "Opened", "x.opened_at"),
        _by("opened_by", "Opened by", "opener.username"),
        _at("closed", "Closed", "x.closed_at"),
        _by("closed_by", "Closed by", "closer.username"),
    )
    source = f"""FROM queries_query x {_OF_ENTRY}
        LEFT JOIN access_user opener ON opener.id = x.opened_by_id
        LEFT JOIN access_user closer ON closer.id = x.closed_by_id"""
    reads = ("queries_query", "access_user", *_ENTRY_READS)
    return Table("queries", "Queries", columns, source, "p.number, x.number", reads)


def _messages(_description: Description) -> Table:
    columns = (
        SITE,
        PATIENT,
        _number("query", "Number of the query at its patient", "q.number", is_key=True),
        _number("message", "Message: its place in the query", PLACE_IN_QUERY, is_key=True),
        _text("act", "What it did", "x.act", 12),
        _text("text", "What was said", "nullif(x.text, '')", identifying=True),
        _text("value", "The value at that moment", "nullif(x.value, '')", identifying=True),
        _at("said", "Said", "x.said_at"),
        _by("said_by", "Said by", "sayer.username"),
        _text("role", "In which role", "nullif(x.role, '')", 20),
    )
    source = f"""FROM queries_message x JOIN queries_query q ON q.id = x.query_id
        {_OF_PATIENT.format("q.patient_id")} LEFT JOIN access_user sayer ON sayer.id = x.said_by_id"""
    reads = ("queries_message", "queries_query", "access_user", *_PATIENT_READS)
    return Table(
        "query_messages", "What was said in queries", columns, source, "p.number, q.number, x.id", reads
    )


PLACE_IN_QUERY = "row_number() OVER (PARTITION BY q.id ORDER BY x.id)"


def _verifications(_description: Description) -> Table:
    columns = (
        *_ENTRY_COLUMNS,
        _text("item", "Item", "x.item", 63),
        _number("position", "Event of the patient's chain that was seen", "x.position"),
        _yes_no("critical", "Critical, by the plan of that moment", "x.is_critical"),
        _at("verified", "Verified", "x.verified_at"),
        _by("verified_by", "Verified by", "verifier.username"),
        _yes_no("stands", "It stands", "x.undone_at IS NULL AND x.fallen_position IS NULL"),
        _at("undone", "Undone", "x.undone_at"),
        _by("undone_by", "Undone by", "undoer.username"),
        _at("fell", "Fell with a change of the value", "x.fell_at"),
    )
    source = f"""FROM verification_verification x {_OF_ENTRY}
        LEFT JOIN access_user verifier ON verifier.id = x.verified_by_id
        LEFT JOIN access_user undoer ON undoer.id = x.undone_by_id"""
    reads = ("verification_verification", "access_user", *_ENTRY_READS)
    return Table(
        "verifications", "Verifications against the source", columns, source, "p.number, x.id", reads
    )


def _signatures(_description: Description) -> Table:
    columns = (
        SITE,
        PATIENT,
        VISIT,
        _code(
            "scope",
            "What it covers",
            "x.scope",
            ("form", "Form"),
            ("visit", "Visit"),
            ("casebook", "Casebook"),
        ),
        _text("form", "Form, by its key", "e.crf", 40),
        _number("entry", "Entry of the form", "x.entry_id"),
        _number("position", "Length of the patient's chain when signed", "x.position", is_key=True),
        _text("head", "Hash of the chain there", "x.head", 64),
        _text("meaning", "What it means", "x.meaning"),
        _text("printed_name", "Printed name", "x.printed_name", 200, identifying=True),
        _text("role", "In which role", "x.role", 20),
        _at("signed", "Signed", "x.signed_at"),
        _by("signed_by", "Signed by", "signer.username"),
        _yes_no("stands", "It stands", "x.broken_position IS NULL"),
        _number("broken_position", "Event that broke it", "x.broken_position"),
        _at("broken", "Broken", "x.broken_at"),
    )
    source = f"""FROM signatures_signature x {_OF_PATIENT.format("x.patient_id")}
        LEFT JOIN casebook_entry e ON e.id = x.entry_id
        LEFT JOIN casebook_visit v ON v.id = coalesce(x.visit_id, e.visit_id)
        LEFT JOIN access_user signer ON signer.id = x.signed_by_id"""
    reads = ("signatures_signature", "casebook_entry", "casebook_visit", "access_user", *_PATIENT_READS)
    return Table("signatures", "Signatures", columns, source, "p.number, x.position, x.id", reads)


def _locks(_description: Description) -> Table:
    columns = (
        Column("site", "Site; empty: the whole study", Kind.TEXT, "s.code", is_key=True, length=20),
        Column("patient", "Patient number", Kind.TEXT, "p.number", is_key=True, length=20),
        VISIT,
        _code("kind", "Freeze or lock", "x.kind", ("freeze", "Freeze"), ("lock", "Lock")),
        _text("scope", "Of what", "x.scope", 10),
        _text("form", "Form, by its key", "e.crf", 40),
        _number("entry", "Entry of the form", "x.entry_id"),
        _text("reason", "Why", "x.reason", 500, identifying=True),
        _at("set", "Set", "x.set_at"),
        _by("set_by", "Set by", "setter.username"),
        _at("lifted", "Lifted", "x.lifted_at"),
        _by("lifted_by", "Lifted by", "lifter.username"),
        _text("lift_reason", "Why lifted", "nullif(x.lift_reason, '')", 500, identifying=True),
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
    )


def _questions(_description: Description) -> Table:
    columns = (
        *_ENTRY_COLUMNS,
        _text("item", "Item", "x.item", 63),
        _text("check", "Edit check", "x.check_id", 40),
        _code(
            "state",
            "What became of it",
            "x.state",
            *(
                ("open", "To answer"),
                ("confirmed", "Confirmed against the source"),
                ("cleared", "No longer so"),
            ),
        ),
        _text("asks", "What it asks", "x.text_as_asked", identifying=True),
        _at("confirmed", "Confirmed", "x.confirmed_at"),
        _by("confirmed_by", "Confirmed by", "confirmer.username"),
    )
    source = f"""FROM checks_discrepancy x {_OF_ENTRY}
        LEFT JOIN access_user confirmer ON confirmer.id = x.confirmed_by_id"""
    reads = ("checks_discrepancy", "access_user", *_ENTRY_READS)
    return Table("questions", "Questions of edit checks", columns, source, "p.number, x.id", reads)


def _struck_out(_description: Description) -> Table:
    columns = (
        *_ENTRY_COLUMNS,
        _at("struck", "Struck out", "coalesce(e.struck_at, parent.struck_at)"),
        _by("struck_by", "Struck out by", "striker.username"),
        _text(
            "reason",
            "Why",
            "CASE WHEN e.struck_at IS NULL THEN parent.struck_reason ELSE e.struck_reason END",
            500,
            identifying=True,
        ),
    )
    source = f"""FROM (SELECT id AS entry_id FROM casebook_entry) x {_OF_ENTRY}
        LEFT JOIN access_user striker ON striker.id = coalesce(e.struck_by_id, parent.struck_by_id)"""
    return Table(
        "struck_out",
        "Forms and rows struck out",
        columns,
        source,
        "p.number, e.id",
        ("access_user", *_ENTRY_READS),
        where="(e.struck_at IS NOT NULL OR parent.struck_at IS NOT NULL)",
    )


def _trail(description: Description) -> Table:
    """One row for each thing an event changed. Values that identify are shown where the other tables show them."""
    shown = [
        f"{form.table}.{item.name}"
        for form in description.forms
        for item in form.items
        if not item.identifying
    ]
    columns = (
        SITE,
        PATIENT,
        _number("position", "Place in the patient's chain", "x.position", is_key=True),
        Column("item", "Item, or column of the table", Kind.TEXT, "change.key", is_key=True, length=80),
        _text("old", "From", SHOWN.format("change.value ->> 0")),
        _text("new", "To", SHOWN.format("change.value ->> 1")),
        _yes_no("calculated", "Calculated by the system", "x.calculated ? change.key"),
        Column("at_utc", "When, UTC", Kind.MOMENT, EXACT.format("x.at")),
        _text("actor", "Who: user name", "x.actor", 150),
        _text("role", "In which role", "nullif(x.role, '')", 20),
        _text("reason", "Why", "nullif(x.reason, '')", identifying=True),
        _text("source", "By what way", "x.source", 20),
        _text("operation", "What was done", "x.operation", 10),
        _text("stored_table", "Stored table", 'x."table"', 63),
        _text("stored_row", "Row of it", 'x."row"', 63),
        _number("entry", "Entry of the form", "x.entry_id"),
        _text("transaction", "The same for all that one save changed", "x.transaction", 40),
        _text("hash", "Hash of the event", "x.hash", 64),
    )
    source = f"""FROM audit_auditevent x {_OF_PATIENT.format("x.chain")}
        CROSS JOIN LATERAL jsonb_each(x.changes || x.calculated) AS change(key, value)"""
    return Table(
        "trail",
        "Audit trail",
        columns,
        source,
        "p.number, x.position, change.key",
        (*_PATIENT_READS, "audit_auditevent"),
        {"shown": [*shown, *SHOWN_OF_ENTRIES], "everything": False},
    )


SHOWN_OF_ENTRIES = (
    *("casebook_entry.crf", "casebook_entry.status", "casebook_entry.number", "casebook_entry.form_version"),
    *(
        "casebook_entry.struck_at",
        "casebook_visit.code",
        "casebook_visit.opened_at",
        "casebook_patient.number",
    ),
)
STUDY_TABLES: tuple[Callable[[Description], Table], ...] = (
    *(_sites, _patients, _visits),
    *(_queries, _messages, _questions, _verifications, _signatures, _locks, _struck_out, _trail),
)


def study_tables(description: Description) -> list[Table]:
    """In the order in which they are listed."""
    return [make(description) for make in STUDY_TABLES]
