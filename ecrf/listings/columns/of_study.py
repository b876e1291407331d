"""What the engine knows of every study: pages that are missing, changed values, open queries."""

from collections.abc import Iterator

from django.utils.translation import gettext, pgettext

from ecrf.access.kept_words import actor_as_read, reason_as_read
from ecrf.access.language import each_language
from ecrf.casebook.role_words import words_of_role
from ecrf.casebook.schedule.due import LIVING
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.listings.columns.column import YES_NO, CellKind, ListingColumn, table_of
from ecrf.listings.columns.of_forms import about_row, title_of, visit_day
from ecrf.listings.columns.of_queries import QUERIES, query_columns
from ecrf.listings.columns.source import ListingSource
from ecrf.listings.definition import ColumnCondition, Definition, Narrowing
from ecrf.listings.ready import ReadyListing

DAYS_BACK = 7
NUMBERED = "-[1-9][0-9]?$"
"""Behind the code of a visit that may take place several times."""
PAGES = f"""
    (
        SELECT 'E' || e.id AS row, e.patient_id, e.visit_id, v.code, e.id AS entry_id, e.crf,
            CASE WHEN e.status = 'complete' THEN 'missing' ELSE 'begun' END AS state,
            e.missing + coalesce((SELECT sum(r.missing) FROM casebook_entry r
                WHERE r.parent_id = e.id AND r.struck_at IS NULL), 0) AS missing, NULL::date AS due
        FROM casebook_entry e LEFT JOIN casebook_visit v ON v.id = e.visit_id
        WHERE e.parent_id IS NULL AND e.struck_at IS NULL AND (e.status <> 'complete' OR e.missing > 0 OR EXISTS (
            SELECT 1 FROM casebook_entry r WHERE r.parent_id = e.id AND r.struck_at IS NULL AND r.missing > 0))
        UNION ALL
        SELECT 'V' || v.id || ':' || plan.crf, v.patient_id, v.id, v.code, NULL, plan.crf, 'not-begun', NULL, NULL
        FROM casebook_visit v
        JOIN unnest(%(plan_codes)s::text[], %(plan_crfs)s::text[]) AS plan(code, crf)
            ON plan.code = regexp_replace(v.code, '{NUMBERED}', '')
        WHERE v.struck_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM casebook_entry e
                WHERE e.visit_id = v.id AND e.crf = plan.crf AND e.struck_at IS NULL)
            AND (plan.crf = %(visit_form)s OR NOT EXISTS (
                SELECT 1 FROM casebook_entry e JOIN "{{table}}" f ON f.entry_id = e.id
                WHERE e.visit_id = v.id AND e.struck_at IS NULL AND f."{{occurrence}}" = %(missed)s))
        UNION ALL
        SELECT 'P' || t.patient_id, t.patient_id, NULL, t.next_code, NULL, NULL, 'visit-overdue', NULL, t.closes_on
        FROM casebook_patientstatus t JOIN access_site z ON z.id = t.site_id
        WHERE t.state = ANY(%(living)s) AND t.closes_on < (now() AT TIME ZONE z.time_zone)::date
    ) x0
"""
CHANGES = """
    (
        SELECT a.id || ':' || c.key AS row, a.chain AS patient_id, e.visit_id, v.code, e.id AS entry_id, e.crf,
            c.item, a.at, a.id AS event, a.actor, a.role, a.reason, a.calculated ? c.item AS calculated,
            jsonb_build_array(e.crf, c.item, CASE WHEN c.key = c.item THEN c.value -> 0 END,
                CASE WHEN c.key <> c.item THEN c.value -> 0 END) AS old,
            jsonb_build_array(e.crf, c.item, CASE WHEN c.key = c.item THEN c.value -> 1 END,
                CASE WHEN c.key <> c.item THEN c.value -> 1 END) AS new
        FROM audit_auditevent a
        JOIN casebook_entry e ON e.id = a.entry_id
        LEFT JOIN casebook_visit v ON v.id = e.visit_id
        CROSS JOIN LATERAL (
            SELECT key, value, regexp_replace(key, '[.]missing$', '') AS item FROM jsonb_each(a.changes)
            UNION ALL SELECT key, value, key FROM jsonb_each(a.calculated)
        ) c
        WHERE a.at >= %(since)s::timestamptz AND a."table" = ANY(%(tables)s) AND a.operation = 'UPDATE'
            AND c.value ->> 0 IS NOT NULL AND e.struck_at IS NULL
    ) x0
"""


def form_codes() -> tuple[tuple[str, str], ...]:
    return tuple((key, title_of(definition)) for key, definition in CRFS.items())


@each_language
def item_codes() -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{key}.{name}", str(item.verbose_name))
        for key, definition in CRFS.items()
        for name, item in definition.items.items()
    )


def _about(source: str) -> tuple[ListingColumn, ...]:
    codes = tuple((plan.code, plan.label) for plan in protocol().visits if not plan.repeats)
    group = gettext("About the row")
    return (
        *about_row(),
        ListingColumn("@visit", pgettext("column", "Visit"), CellKind.VISIT, "x0.code", group, codes=codes),
        ListingColumn(
            "@visit-day", gettext("Day of the visit"), CellKind.DAY, visit_day("x0.visit_id"), group
        ),
        ListingColumn(
            f"{source}.form", pgettext("column", "Form"), CellKind.CHOICE, "x0.crf", group, codes=form_codes()
        ),
    )


def _source(
    key: str, title: str, one: str, relation: str, order: str, *columns: ListingColumn, **more: object
) -> ListingSource:
    found = {column.key: column for column in (*_about(key), *columns)}
    return ListingSource(
        key=key,
        title=title,
        one=one,
        columns=found,
        relation=relation,
        row="x0.row",
        patient="x0.patient_id",
        visit="x0.visit_id",
        visit_code="x0.code",
        entry="x0.entry_id",
        crf="x0.crf",
        order=order,
        has_joins=False,
        **more,  # type: ignore[arg-type]
    )


def study_sources() -> Iterator[ListingSource]:
    """What is asked of all forms at once."""
    yield _pages()
    yield _changes()
    yield _queries()


def _page_states() -> tuple[tuple[str, str], ...]:
    return (
        ("visit-overdue", pgettext("state of a page", "Visit overdue")),
        ("not-begun", pgettext("state of a page", "Not begun")),
        ("begun", pgettext("state of a page", "In progress")),
        ("missing", pgettext("state of a page", "Items missing")),
    )


def _pages() -> ListingSource:
    trial, key = protocol(), "@pages"
    planned = [(plan.code, crf) for plan in trial.visits for crf in plan.forms]
    given = {
        "plan_codes": [code for code, _crf in planned],
        "plan_crfs": [crf for _code, crf in planned],
        "visit_form": trial.visit_form,
        "missed": trial.visit_missed,
        "living": [str(state) for state in LIVING],
        "visit_codes": [plan.code for plan in trial.visits],
    }
    relation = PAGES.format(table=table_of(CRFS[trial.visit_form]), occurrence=trial.visit_occurrence_item)
    return _source(
        key,
        pgettext("title of a listing", "Missing pages"),
        pgettext("what each row is", "Missing page"),
        relation,
        "p.number, array_position(%(visit_codes)s::text[], x0.code::text), x0.code, x0.crf, x0.row",
        ListingColumn(
            f"{key}.state",
            gettext("What is missing"),
            CellKind.CHOICE,
            "x0.state",
            pgettext("columns of a listing", "Page"),
            codes=_page_states(),
        ),
        ListingColumn(
            f"{key}.missing",
            gettext("Missing items"),
            CellKind.NUMBER,
            "x0.missing",
            pgettext("columns of a listing", "Page"),
        ),
        ListingColumn(
            f"{key}.due",
            gettext("Window closed on"),
            CellKind.DAY,
            "x0.due",
            pgettext("columns of a listing", "Page"),
        ),
        given=given,
        usual=("@site", "@patient", "@visit", f"{key}.form", f"{key}.state", f"{key}.missing", f"{key}.due"),
        help=gettext(
            "Forms that are begun and not done, forms of opened visits that are not begun, and visits whose window has"
            " closed before they were opened. Nothing is wanted of a missed visit."
        ),
    )


def _changes() -> ListingSource:
    key = "@changes"
    item = "x0.crf || '.' || x0.item"
    columns = (
        ListingColumn(
            f"{key}.at",
            pgettext("column", "When"),
            CellKind.MOMENT,
            "x0.at AT TIME ZONE s.time_zone",
            pgettext("columns of a listing", "Change"),
            help=gettext("At the site"),
        ),
        ListingColumn(
            f"{key}.item",
            pgettext("column", "Item"),
            CellKind.CHOICE,
            item,
            pgettext("columns of a listing", "Change"),
            codes=item_codes(),
        ),
        ListingColumn(
            f"{key}.old",
            pgettext("column: value before", "From"),
            CellKind.TRAIL,
            "x0.old",
            pgettext("columns of a listing", "Change"),
            identifying=True,
        ),
        ListingColumn(
            f"{key}.new",
            pgettext("column: value after", "To"),
            CellKind.TRAIL,
            "x0.new",
            pgettext("columns of a listing", "Change"),
            identifying=True,
        ),
        ListingColumn(
            f"{key}.why",
            pgettext("column", "Why"),
            CellKind.TEXT,
            "nullif(x0.reason, '')",
            pgettext("columns of a listing", "Change"),
            identifying=True,
            says=reason_as_read,
        ),
        # As the exports, which name no staff where they name no patient.
        ListingColumn(
            f"{key}.who",
            pgettext("column", "Who"),
            CellKind.TEXT,
            "x0.actor",
            pgettext("columns of a listing", "Change"),
            identifying=True,
            says=actor_as_read,
        ),
        ListingColumn(
            f"{key}.role",
            pgettext("column", "Role"),
            CellKind.TEXT,
            "nullif(x0.role, '')",
            pgettext("columns of a listing", "Change"),
            says=words_of_role,
        ),
        ListingColumn(
            f"{key}.calculated",
            pgettext("column", "Calculated"),
            CellKind.CHOICE,
            "x0.calculated",
            pgettext("columns of a listing", "Change"),
            codes=YES_NO,
        ),
    )
    return _source(
        key,
        pgettext("title of a listing", "Changed values"),
        pgettext("what each row is", "Changed value"),
        CHANGES,
        "x0.event DESC, x0.row",
        *columns,
        item="x0.item",
        given={"tables": [table_of(definition) for definition in CRFS.values()]},
        usual=(
            "@patient",
            "@visit",
            *(f"{key}.{name}" for name in ("form", "item", "old", "new", "why", "who", "at")),
        ),
        since=DAYS_BACK,
        help=gettext("Values that were entered before and are others now. First entries are none."),
    )


def _queries() -> ListingSource:
    key = "@queries"
    return _source(
        key,
        pgettext("title of a listing", "Open queries"),
        pgettext("what each row is", "Open query"),
        QUERIES,
        "x0.turn_since, x0.row",
        *query_columns(key, item_codes()),
        item="x0.item",
        usual=(
            "@patient",
            "@visit",
            *(f"{key}.{n}" for n in ("number", "form", "item", "text", "turn", "days", "asker")),
        ),
    )


def study_ready() -> Iterator[ReadyListing]:
    """Of every trial."""
    trial = protocol()
    visit = trial.visit_form
    shown = (
        "@site",
        "@patient",
        "@visit",
        f"{visit}.{trial.visit_date_item}",
        f"{visit}.@opens",
        f"{visit}.@closes",
    )
    off = f"{visit}.@off"
    yield ReadyListing(
        "visits-outside-windows",
        gettext("Visits outside their windows"),
        gettext("Which visits took place before their window opened, or after it had closed?"),
        Definition(
            visit,
            (*shown, off),
            narrowing=Narrowing(
                conditions=(ColumnCondition(off, "not", "0"), ColumnCondition(off, "filled"))
            ),
        ),
        chart=(f"{visit}.{trial.visit_date_item}", off),
    )
    for source, question in (
        (_pages(), gettext("Which pages are missing, unfinished, or have empty items?")),
        (
            _changes(),
            gettext("Which values were changed in the last %(days)d days, by whom, and why?")
            % {"days": DAYS_BACK},
        ),
        (_queries(), gettext("Which queries are open, about what, and whose turn is it?")),
    ):
        yield ReadyListing(source.key[1:], source.title, question, Definition(source.key, source.usual))
