"""The columns that a form gives: its items, what stands in its rows, and how far it has come."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext, pgettext

from ecrf.access.joined import headed
from ecrf.casebook.models import Status
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.listings.columns.column import (
    DAYS,
    CellKind,
    ListingColumn,
    codes_of_item,
    kind_of_item,
    table_of,
)

AT_THE_VISIT = "@visit"
"""Names, where days decide, the day of the visit."""
OF_THE_FORM_ABOVE = "above."


def visit_day(visit: str) -> str:
    """SQL: the day of the visit with this id."""
    trial = protocol()
    table, item = table_of(CRFS[trial.visit_form]), trial.visit_date_item
    return (
        f'(SELECT vf."{item}" FROM casebook_entry ve JOIN "{table}" vf ON vf.entry_id = ve.id'
        f" WHERE ve.visit_id = {visit} AND ve.crf = '{trial.visit_form}' AND ve.struck_at IS NULL LIMIT 1)"
    )


def about_row() -> tuple[ListingColumn, ...]:
    """Of every row."""
    group = gettext("About the row")
    return (
        ListingColumn("@site", pgettext("column", "Site"), CellKind.TEXT, "{s}.code", group),
        ListingColumn("@patient", pgettext("column", "Patient"), CellKind.TEXT, "{p}.number", group),
    )


def about_visit() -> tuple[ListingColumn, ...]:
    codes = tuple((plan.code, plan.label) for plan in protocol().visits if not plan.repeats)
    day, group = visit_day("{e}.visit_id"), gettext("About the row")
    return (
        ListingColumn("@visit", pgettext("column", "Visit"), CellKind.VISIT, "{v}.code", group, codes=codes),
        ListingColumn("@visit-day", gettext("Day of the visit"), CellKind.DAY, day, group),
    )


def about_form() -> tuple[ListingColumn, ...]:
    """Of the form that gives the rows."""
    changed = (
        "(SELECT max(ce.at) AT TIME ZONE {s}.time_zone FROM audit_auditevent ce WHERE ce.entry_id = {e}.id"
        ' AND NOT audit_is_review(ce."table"))'
    )
    queries = "(SELECT count(*) FROM queries_query qq WHERE qq.entry_id = {e}.id AND qq.kind IS NULL AND qq.turn <> '')"
    verified = (
        "(SELECT count(*) FROM verification_verification vv WHERE vv.entry_id = {e}.id"
        " AND vv.undone_at IS NULL AND vv.fallen_position IS NULL)"
    )
    states = tuple((status.value, str(status.label)) for status in Status)
    number = "CASE WHEN {u}.id IS NULL THEN {e}.number::text ELSE {u}.number || '.' || {e}.number END"
    group = gettext("About the row")
    return (
        ListingColumn("@number", pgettext("column: number of a row", "No."), CellKind.TEXT, number, group),
        ListingColumn(
            "@status",
            pgettext("column: state of the form", "Form"),
            CellKind.CHOICE,
            "{e}.status",
            group,
            codes=states,
            is_state=True,
        ),
        ListingColumn(
            "@missing", gettext("Missing items"), CellKind.NUMBER, "{e}.missing", group, is_state=True
        ),
        ListingColumn("@queries", gettext("Open queries"), CellKind.NUMBER, queries, group, is_state=True),
        ListingColumn(
            "@verified", gettext("Items verified"), CellKind.NUMBER, verified, group, is_state=True
        ),
        ListingColumn(
            "@changed",
            gettext("Last changed"),
            CellKind.MOMENT,
            changed,
            group,
            is_state=True,
            help=gettext("On the clock of the site"),
        ),
    )


def columns_of(definition: CrfDefinition) -> Iterator[ListingColumn]:
    """Its items, then those of its rows, of which one cell shows all."""
    yield from (_of_item(definition, name, item) for name, item in definition.items.items())
    for key in definition.rows:
        if not CRFS[key].row_names:
            yield from (_below(definition, CRFS[key], name, item) for name, item in CRFS[key].items.items())


def _of_item(definition: CrfDefinition, name: str, item: Any) -> ListingColumn:
    return ListingColumn(
        key=f"{definition.key}.{name}",
        label=str(item.verbose_name),
        kind=kind_of_item(item),
        sql=f'{{f}}."{name}"',
        group=title_of(definition),
        form=definition.key,
        item=name,
        unit=item.unit,
        codes=codes_of_item(item),
        identifying=item.identifying,
        says=item.words if getattr(item, "says", ()) else None,
        in_english=bool(getattr(item, "says", ())),
    )


def _below(definition: CrfDefinition, row: CrfDefinition, name: str, item: Any) -> ListingColumn:
    """As texts, in the order of the rows: `L-204, L-310`."""
    words = f'rf."{name}"'
    if codes := codes_of_item(item):
        cases = " ".join(f"WHEN '{_quoted(code)}' THEN '{_quoted(label)}'" for code, label in codes)
        as_text = f"CASE WHEN {words} THEN 'yes' WHEN NOT {words} THEN 'no' END"
        words = f"CASE {as_text if item.django_field.__name__ == 'BooleanField' else words} {cases} END"
    elif item.kind == "clock":
        words = f"to_char({words}, 'HH24:MI')"
    sql = (
        f"(SELECT string_agg(({words})::text, ', ' ORDER BY re.number) FROM casebook_entry re"
        f' JOIN "{table_of(row)}" rf ON rf.entry_id = re.id'
        f" WHERE re.parent_id = {{e}}.id AND re.crf = '{row.key}' AND re.struck_at IS NULL)"
    )
    return ListingColumn(
        key=f"{definition.key}.{row.key}.{name}",
        label=headed(row.title, item.verbose_name),
        kind=CellKind.TEXT,
        sql=sql,
        group=title_of(definition),
        form=definition.key,
        unit=item.unit,
        identifying=item.identifying,
        below=row.key,
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''").replace("%", "%%")


def title_of(definition: CrfDefinition) -> str:
    """Its rows are known by the form that they belong to: `Dose: Lot`."""
    return headed(CRFS[definition.row_of].title, definition.title) if definition.row_of else definition.title


# --- days, where they decide --------------------------------------------------------------------------------------


def day_choices(definition: CrfDefinition) -> dict[str, str]:
    """{name: label} of the days by which it can be joined: its own, those of the form above, the day of the visit."""
    found = {name: str(item.verbose_name) for name, item in _days(definition)}
    if definition.row_of:
        above = CRFS[definition.row_of]
        found |= {
            f"{OF_THE_FORM_ABOVE}{name}": f"{item.verbose_name} ({above.title})"
            for name, item in _days(above)
        }
    if stands_at_visits(definition):
        found[AT_THE_VISIT] = gettext("Day of the visit")
    return found


def _days(definition: CrfDefinition) -> list[tuple[str, Any]]:
    return [(name, item) for name, item in definition.items.items() if kind_of_item(item) in DAYS]


def usual_days(definition: CrfDefinition) -> tuple[str, str]:
    """The first day that it has, and the one that ends it: asked for only where it has ended."""
    first = next(iter(day_choices(definition)), "")
    last = next((name for name, item in _days(definition) if item.asked_if and name != first), "")
    return first, last if first in definition.items else ""


def stands_at_visits(definition: CrfDefinition) -> bool:
    key = definition.row_of or definition.key
    return any(plan.may_hold(key) for plan in protocol().visits)


def day_sql(definition: CrfDefinition, name: str, place: int, *, is_last: bool) -> str:
    """SQL, a date: the first day that it can be, or the last one; a day that is not known wholly can be several."""
    if name == AT_THE_VISIT:
        return visit_day(f"e{place}.visit_id")
    if name.startswith(OF_THE_FORM_ABOVE):
        above = CRFS[definition.row_of]
        name = name.removeprefix(OF_THE_FORM_ABOVE)
        item = above.items[name]
        column = f'(SELECT af."{name}" FROM "{table_of(above)}" af WHERE af.entry_id = e{place}.parent_id)'
    else:
        item, column = definition.items[name], f'f{place}."{name}"'
    if kind_of_item(item) == CellKind.DAY:
        return column
    first = f"to_date(substr({column} || '-01-01', 1, 10), 'YYYY-MM-DD')"
    if not is_last:
        return first
    step = "CASE length({0}) WHEN 4 THEN interval '1 year' WHEN 7 THEN interval '1 month' ELSE interval '1 day' END"
    step = step.format(column)
    return f"({first} + {step} - interval '1 day')::date"
