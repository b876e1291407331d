"""The tables that are no forms: sites, patients, visits, what was reviewed, and the trail itself."""

from collections.abc import Callable

from django.utils.translation import pgettext

from ecrf.access.roles import Role
from ecrf.exports.people import ACTOR
from ecrf.exports.tables import review
from ecrf.exports.tables.columns import (
    EXACT,
    OF_PATIENT,
    PATIENT_READS,
    SHOWN,
    code_column,
    moment_column,
    number_column,
    person_column,
    staff_column,
    text_column,
    yes_no_column,
)
from ecrf.exports.tables.description import Column, ColumnKind, Description, Table
from ecrf.exports.tables.places import (
    BY_PATIENT,
    BY_SITE,
    BY_VISIT,
    VISIT_PLANS,
    patient_column,
    site_column,
    visit_column,
    visit_label_column,
    visit_plans,
)


def _sites(_description: Description) -> Table:
    return Table(
        "sites",
        pgettext("data table", "Sites"),
        (
            site_column(),
            text_column("name", pgettext("data column", "Name"), "s.name", 200),
            text_column("time_zone", pgettext("data column", "Time zone"), "s.time_zone", 60),
        ),
        "FROM access_site s",
        BY_SITE,
        ("access_site",),
        where="NOT s.is_practice",
    )


def _people(_description: Description) -> Table:
    """Who could do what, now or before: what an account's id in the other tables stands for."""
    columns = (
        text_column("person", pgettext("data column", "Account, as in ODM"), "'U.' || u.id", 20, is_key=True),
        code_column(
            "role",
            pgettext("data column", "Role"),
            "x.role",
            *((role.value, str(role.label)) for role in Role),
            is_key=True,
        ),
        Column(
            "site",
            pgettext("data column", "Site; empty: all sites"),
            ColumnKind.TEXT,
            "s.code",
            is_key=True,
            length=20,
        ),
        yes_no_column("current", pgettext("data column", "Holds the role at the cut"), "x.is_current"),
        text_column("user_name", pgettext("data column", "User name"), "u.username", 150, identifying=True),
        text_column("full_name", pgettext("data column", "Full name"), "u.full_name", 200, identifying=True),
    )
    source = """FROM access_membership x JOIN access_user u ON u.id = x.user_id
        LEFT JOIN access_site s ON s.id = x.site_id"""
    return Table(
        "people",
        pgettext("data table", "People and their roles"),
        columns,
        source,
        "u.id, x.id",
        ("access_membership", "access_user", "access_site"),
        where="s.is_practice IS NOT TRUE",
        of_all_sites=True,
    )


def _patients(description: Description) -> Table:
    columns = [
        site_column(),
        patient_column(),
        moment_column("added", pgettext("data column", "Added"), "p.added_at"),
        person_column("added_by", pgettext("data column", "Added by"), "adder"),
    ]
    source = f"""FROM casebook_patient x {OF_PATIENT.format("x.id")}
        LEFT JOIN access_user adder ON adder.id = p.added_by_id"""
    reads: list[str] = [*PATIENT_READS, "access_user"]
    end = description.form(description.end_form)
    if end:
        codes = next((item.codes for item in end.items if item.name == description.end_reason), [])
        columns += [
            Column(
                "ended_on",
                pgettext("data column", "End of study"),
                ColumnKind.DAY,
                f'ending."{description.end_date}"',
            ),
            code_column(
                "end_reason",
                pgettext("data column", "How the study ended"),
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
    return Table(
        "patients",
        pgettext("data table", "Patients"),
        tuple(columns),
        source,
        BY_PATIENT,
        tuple(reads),
        where="p.struck_at IS NULL",
    )


def _visits(description: Description) -> Table:
    form = description.form(description.visit_form)
    assert form is not None, "the protocol's visit form is a form"
    codes = next((item.codes for item in form.items if item.name == description.visit_occurrence), [])
    source = f"""
        FROM casebook_visit v {OF_PATIENT.format("v.patient_id")} {VISIT_PLANS}
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
        site_column(),
        patient_column(),
        visit_column(),
        visit_label_column(),
        number_column("planned_day", pgettext("data column", "Planned day"), "plan.day"),
        code_column(
            "occurrence",
            pgettext("data column", "Whether it took place"),
            f'held."{description.visit_occurrence}"',
            *((a, b) for a, b in codes),
        ),
        Column(
            "visit_date",
            pgettext("data column", "Date of the visit"),
            ColumnKind.DAY,
            f'held."{description.visit_date}"',
        ),
        number_column("forms_begun", pgettext("data column", "Forms begun"), "coalesce(forms.begun, 0)"),
        number_column(
            "forms_complete", pgettext("data column", "Forms complete"), "coalesce(forms.complete, 0)"
        ),
        moment_column("opened", pgettext("data column", "Opened"), "v.opened_at"),
        person_column("opened_by", pgettext("data column", "Opened by"), "opener"),
    )
    return Table(
        "visits",
        pgettext("data table", "Visits"),
        columns,
        source,
        f"{BY_PATIENT}, plan.place, {BY_VISIT}",
        ("casebook_visit", "casebook_entry", form.table, "access_user", *PATIENT_READS),
        visit_plans(description),
        where="v.struck_at IS NULL",
    )


def _trail(description: Description) -> Table:
    """One row for each thing that an event of the data changed, one for each event of review, which has its own tables.
    Values that identify are shown where the other tables show them."""
    shown = [
        f"{form.table}.{item.name}"
        for form in description.forms
        for item in form.items
        if not item.identifying
    ]
    columns = (
        site_column(),
        patient_column(),
        number_column(
            "position", pgettext("data column", "Place in the patient's chain"), "x.position", is_key=True
        ),
        Column(
            "item",
            pgettext("data column", "Item or column; empty: of review, as a whole"),
            ColumnKind.TEXT,
            "change.key",
            is_key=True,
            length=80,
        ),
        text_column("old", pgettext("data column", "From"), SHOWN.format("change.value ->> 0")),
        text_column("new", pgettext("data column", "To"), SHOWN.format("change.value ->> 1")),
        yes_no_column(
            "calculated", pgettext("data column", "Calculated by the system"), "x.calculated ? change.key"
        ),
        Column("at_utc", pgettext("data column", "When, UTC"), ColumnKind.MOMENT, EXACT.format("x.at")),
        staff_column("actor", pgettext("data column", "Who"), "x.actor", ACTOR.format(of="x")),
        text_column("role", pgettext("data column", "In which role"), "nullif(x.role, '')", 20),
        text_column("reason", pgettext("data column", "Why"), "nullif(x.reason, '')", identifying=True),
        text_column("source", pgettext("data column", "By what way"), "x.source", 20),
        text_column("operation", pgettext("data column", "What was done"), "x.operation", 10),
        text_column("stored_table", pgettext("data column", "Stored table"), 'x."table"', 63),
        text_column("stored_row", pgettext("data column", "Row of it"), 'x."row"', 63),
        number_column("entry", pgettext("data column", "Entry of the form"), "x.entry_id"),
        text_column(
            "transaction",
            pgettext("data column", "The same for all that one save changed"),
            "x.transaction",
            40,
        ),
        text_column("hash", pgettext("data column", "Hash of the event"), "x.hash", 64),
    )
    source = f"""FROM audit_auditevent x {OF_PATIENT.format("x.chain")}
        CROSS JOIN LATERAL (
            SELECT key, value FROM jsonb_each(x.changes || x.calculated) WHERE NOT audit_is_review(x."table")
            UNION ALL SELECT '', jsonb_build_array(NULL, (x.changes || x.calculated)::text)
            WHERE audit_is_review(x."table")
        ) AS change(key, value)"""
    return Table(
        "trail",
        pgettext("data table", "Audit trail"),
        columns,
        source,
        f'{BY_PATIENT}, x.position, change.key COLLATE "C"',
        (*PATIENT_READS, "audit_auditevent"),
        {"shown": [*shown, *SHOWN_OF_ENTRIES], "everything": False},
    )


SHOWN_OF_ENTRIES = (
    *("casebook_entry.crf", "casebook_entry.status", "casebook_entry.number", "casebook_entry.form_version"),
    *(
        "casebook_entry.struck_at",
        "casebook_visit.code",
        "casebook_visit.opened_at",
        "casebook_visit.struck_at",
        "casebook_patient.number",
        "casebook_patient.struck_at",
    ),
)
STUDY_TABLES: tuple[Callable[[Description], Table], ...] = (
    *(_sites, _people, _patients, _visits),
    *(review.queries, review.messages, review.questions, review.verifications, review.signatures),
    *(review.locks, review.struck_out, _trail),
)


def study_tables(description: Description) -> list[Table]:
    """In the order in which they are listed."""
    return [make(description) for make in STUDY_TABLES]
