"""The differences of two cuts, one after another: patients, visits, forms, and the items of forms."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from ecrf.exports.comparison.items import ItemColumns
from ecrf.exports.comparison.sides import CutSide, VisitPlace
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import read_description
from ecrf.exports.tables.from_trail import PLANNED_FOR_THE_TRAIL
from ecrf.exports.tables.selection import read_selection

AT_ONCE = 1000
COLUMNS = ("change", "site", "patient", "visit", "form", "number", "entry", "item", "from", "to")


CHANGE_WORDS: dict[str, Promise] = {
    "site changed": gettext_lazy("site changed"),
    "patient left": gettext_lazy("patient left"),
    "patient came": gettext_lazy("patient came"),
    "patient removed": gettext_lazy("patient removed"),
    "patient restored": gettext_lazy("patient restored"),
    "patient added": gettext_lazy("patient added"),
    "visit removed": gettext_lazy("visit removed"),
    "visit restored": gettext_lazy("visit restored"),
    "visit added": gettext_lazy("visit added"),
    "form removed": gettext_lazy("form removed"),
    "form restored": gettext_lazy("form restored"),
    "form added": gettext_lazy("form added"),
    "item added": gettext_lazy("item added"),
    "item removed": gettext_lazy("item removed"),
    "item changed": gettext_lazy("item changed"),
}
"""What a page calls the changes; the file has them as they are."""


class CutChange(NamedTuple):
    """One difference. `site` and the rest of the place: as at the later cut, or where it last was."""

    change: str
    site: str
    patient: str
    visit: str = ""
    form: str = ""
    number: int | None = None
    entry: int | None = None
    item: str = ""
    old: str | None = None
    new: str | None = None


_FORMS = """
    WITH span AS (
        SELECT * FROM unnest(%(chains)s::bigint[], %(after)s::bigint[], %(until)s::bigint[])
        WITH ORDINALITY AS span(chain, after, until, place)
    ), form AS MATERIALIZED (
        SELECT entry, patient_id, coalesce(b.visit_id, a.visit_id) AS visit_id, crf, number,
            coalesce(a.stands, false) AS was, coalesce(b.stands, false) AS is_now, a.entry IS NOT NULL AS existed
        FROM ({earlier}) a FULL JOIN ({later}) b USING (entry, patient_id, crf, number)
        WHERE a.stands OR b.stands
    ), item AS (
        SELECT x.entry_id AS entry, x."table", change.key,
            CASE WHEN form.was THEN (array_agg(change.value -> 0 ORDER BY x.position))[1] END AS old,
            (array_agg(change.value -> 1 ORDER BY x.position DESC))[1] AS new
        FROM span JOIN form ON form.patient_id = span.chain AND form.is_now
        JOIN audit_auditevent x ON x.entry_id = form.entry AND x.chain = span.chain AND x.position <= span.until
            AND (x.position > span.after OR NOT form.was)
        CROSS JOIN LATERAL jsonb_each(x.changes || x.calculated) AS change(key, value)
        WHERE x.chain = ANY (%(chains)s) AND x."table" = ANY (%(tables)s) AND change.key <> 'entry_id'
        GROUP BY x.entry_id, x."table", change.key, form.was
    ), line AS (
        SELECT entry, NULL AS "table", NULL AS key, NULL::jsonb AS old, NULL::jsonb AS new
        FROM form WHERE was <> is_now
        UNION ALL SELECT * FROM item WHERE coalesce(old, 'null') <> coalesce(new, 'null')
    )
    SELECT entry, patient_id, visit_id, crf, number, was, is_now, existed, "table", key, old::text, new::text
    FROM line JOIN form USING (entry) JOIN span ON span.chain = patient_id
    ORDER BY span.place, visit_id, entry, "table" NULLS FIRST, key
"""
"""A form that came has all its values for new ones, those too that were there while it was struck out."""


def changes(earlier: DataCut, later: DataCut) -> Iterator[CutChange]:
    """Of what both cuts hold."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(PLANNED_FOR_THE_TRAIL)
        yield from _Differences(earlier, later).all()


class _Differences:
    """Reads both cuts: patients and visits are kept here, forms and items only passed on."""

    def __init__(self, *cuts: DataCut) -> None:
        descriptions = [read_description(cut.description) for cut in cuts]
        selections = [read_selection(cut.selection) for cut in cuts]
        forms = [form for one in descriptions for form in one.forms]
        chosen = {
            "forms": sorted(
                {f.key for f in forms if all(one.forms is None or f.key in one.forms for one in selections)}
            ),
            "sites": _in_both([one.sites for one in selections]),
            "patients": _in_both([one.patients for one in selections]),
        }
        before, now = ({int(chain): at for chain, at in cut.positions.items()} for cut in cuts)
        self.span = {
            chain: (before.get(chain, 0), at) for chain, at in now.items() if at > before.get(chain, 0)
        }
        read = {0, *self.span}
        self.before, self.now = (
            CutSide(description, {chain: at for chain, at in positions.items() if chain in read}, chosen)
            for description, positions in zip(descriptions, (before, now), strict=True)
        )
        self.items = ItemColumns(descriptions, selections)
        self.tables = sorted({form.table for form in forms})
        self.patients = self.before.patients | self.now.patients
        self.visits: dict[int, VisitPlace] = {}

    def all(self) -> Iterator[CutChange]:
        moved = self._moved()
        yield from self._patient_changes(moved)
        whole = {pk for pk, change in moved.items() if change != "site changed"}
        before, now = (
            [pk for pk, place in side.patients.items() if place.is_held and pk not in whole]
            for side in (self.before, self.now)
        )
        yield from self._visit_changes(before, now)
        yield from self._form_changes(before, now)

    def _moved(self) -> dict[int, str]:
        """{patient: whether he or she left, came or only changed the site}, of those who were handed over."""
        found = {}
        for pk in self.before.patients.keys() & self.now.patients.keys():
            was, is_now = self.before.patients[pk], self.now.patients[pk]
            if was.site != is_now.site and was.stands and is_now.stands and (was.is_held or is_now.is_held):
                both = was.is_held and is_now.is_held
                found[pk] = "site changed" if both else "patient left" if was.is_held else "patient came"
        return found

    def _patient_changes(self, moved: dict[int, str]) -> Iterator[CutChange]:
        """One line each; that of who was handed over stands for all forms, which went along."""
        before, now = (side.forms_of(moved) for side in (self.before, self.now))
        for pk, place in sorted(self.patients.items(), key=lambda item: item[1].number):
            was, is_now = self.before.patients.get(pk), self.now.patients.get(pk)
            if was and is_now and pk in moved:
                count = (before if moved[pk] == "patient left" else now).get(pk, 0)
                along = (
                    ""
                    if moved[pk] == "site changed"
                    else gettext("all %(count)d forms and rows") % {"count": count}
                )
                line = CutChange(moved[pk], place.site, place.number, form=along)
                yield line._replace(item="site", old=was.site, new=is_now.site)
            elif (is_in := bool(is_now and is_now.is_in)) != bool(was and was.is_in):
                change = "patient removed" if not is_in else "patient restored" if was else "patient added"
                yield CutChange(change, place.site, place.number)

    def _visit_changes(self, patients_before: list[int], patients_now: list[int]) -> Iterator[CutChange]:
        before, now = self.before.visits(patients_before), self.now.visits(patients_now)
        self.visits = before | now
        for pk, visit in sorted(self.visits.items()):
            was, is_now = (pk in side and side[pk].stands for side in (before, now))
            if was != is_now:
                change = "visit removed" if was else "visit restored" if pk in before else "visit added"
                place = self.patients[visit.patient]
                yield CutChange(change, place.site, place.number, visit.code)

    def _form_changes(self, patients_before: list[int], patients_now: list[int]) -> Iterator[CutChange]:
        entries = (self.before.entries(patients_before), self.now.entries(patients_now))
        earlier, later = (sql.replace("%", "%%") for sql in entries)  # their values are in them
        order = [
            pk for pk in sorted(self.patients, key=lambda pk: self.patients[pk].number) if pk in self.span
        ]
        given = {
            "chains": order,
            "after": [self.span[pk][0] for pk in order],
            "until": [self.span[pk][1] for pk in order],
            "tables": self.tables,
        }
        with connection.cursor() as cursor:
            cursor.execute(_FORMS.format(earlier=earlier, later=later), given)
            while rows := cursor.fetchmany(AT_ONCE):
                for row in rows:
                    yield from self._lines_of(row)

    def _lines_of(self, row: tuple[Any, ...]) -> Iterator[CutChange]:
        entry, patient, visit, crf, number, _was, is_now, existed, table, key, old, new = row
        place, code = self.patients[patient], self.visits[visit].code if visit else ""
        form = CutChange("", place.site, place.number, code, crf, number, entry)
        if table is None:
            change = "form removed" if not is_now else "form restored" if existed else "form added"
            yield form._replace(change=change)
            return
        for name, before, after in self.items.changes(table, key, _value(old), _value(new)):
            change = "item added" if before is None else "item removed" if after is None else "item changed"
            yield form._replace(change=change, item=name, old=before, new=after)


def _value(stored: str | None) -> Any:
    """Numbers as they are written, with their zeros."""
    return None if stored is None else json.loads(stored, parse_float=str, parse_int=str)


def _in_both(chosen: list[tuple[str, ...] | None]) -> list[str] | None:
    """None where neither was narrowed."""
    narrowed = [set(names) for names in chosen if names is not None]
    return sorted(set.intersection(*narrowed)) if narrowed else None
