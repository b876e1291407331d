"""What a listing knows of the windows of visits: when each opened and closed, and by how much it was missed."""

from collections.abc import Iterator

from django.utils.translation import gettext

from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.listings.columns.column import CellKind, ListingColumn, table_of
from ecrf.listings.columns.of_forms import title_of
from ecrf.listings.ready import fact


def study_facts() -> Iterator[ListingColumn]:
    """Of the form of a visit: when it was due by the baseline visit, and by how much it was missed."""
    trial = protocol()
    opens, closes = (_window_day(name) for name in ("opens", "closes"))
    day = f'{{f}}."{trial.visit_date_item}"'
    off = (
        f"CASE WHEN {day} < {opens} THEN {day} - ({opens}) WHEN {day} > {closes} THEN {day} - ({closes})"
        f" WHEN {opens} IS NOT NULL AND {day} IS NOT NULL THEN 0 END"
    )
    group = title_of(CRFS[trial.visit_form])
    form = trial.visit_form
    yield fact(form, "opens", gettext("Window opens"), CellKind.DAY, opens, group=group)
    yield fact(form, "closes", gettext("Window closes"), CellKind.DAY, closes, group=group)
    yield fact(
        form,
        "off",
        gettext("Days outside the window"),
        CellKind.NUMBER,
        off,
        group=group,
        help=gettext("Before it opened as a negative number; 0 inside it"),
    )


def _window_day(end: str) -> str:
    """SQL: NULL for the baseline itself, and for visits without a nominal day."""
    trial = protocol()
    table, item = table_of(CRFS[trial.visit_form]), trial.visit_date_item
    baseline = (
        f'(SELECT bf."{item}" FROM casebook_visit bv JOIN casebook_entry be ON be.visit_id = bv.id'
        f' JOIN "{table}" bf ON bf.entry_id = be.id'
        f" WHERE bv.patient_id = {{p}}.id AND bv.code = '{trial.baseline}' AND bv.struck_at IS NULL"
        " AND be.struck_at IS NULL LIMIT 1)"
    )
    planned = [plan for plan in trial.visits if plan.day is not None and plan.code != trial.baseline]
    days = " ".join(
        f"WHEN '{plan.code}' THEN {plan.day - 1 + getattr(plan, end)}" for plan in planned if plan.day
    )
    return f"({baseline} + CASE {{v}}.code {days} END)" if days else "NULL::date"
