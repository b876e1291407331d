"""The comparison of two cuts is the difference of their own tables, whatever was done between them."""

from collections.abc import Callable

import pytest
from django.db import connection

from ecrf.access.models import Site
from ecrf.access.roles import Right
from ecrf.casebook.models import STANDING, Entry, Patient, Visit
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import (
    restore,
    restore_patient,
    restore_visit,
    strike_out,
    strike_patient,
    strike_visit,
)
from ecrf.exports.comparison.changes import changes
from ecrf.exports.cut import present_positions
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import Description, Table, describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import RowSource, statement, tables_of
from ecrf.forms.protocol import protocol
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import filled_visit, forms_of, moved
from tests.ecrf.casebook.transfer.builders import hand_over

pytestmark = pytest.mark.django_db
PLACE = (
    "site",
    "patient",
    "visit",
    "visit_label",
    "parent_number",
    "parent_entry",
    "number",
    "entry",
    "row_name",
)
SELECTIONS = {
    "everything": Selection(identifiers=True),
    "one site": Selection(identifiers=True, sites=("01",)),
    "some forms, less a column": Selection(
        identifiers=True, forms=("dose", "dose-lot", "dose-signs"), left_out={"dose": ("note",)}
    ),
}
GAPS = (1, 4, 18)
"""How many acts lie between two cuts that are compared."""


class Taken:
    """A cut at this moment, and what its tables hold: of what is stored, while the comparison reads the trail."""

    def __init__(self, selection: Selection) -> None:
        description = describe(protocol())
        self.cut = DataCut(
            positions={str(chain): at for chain, at in present_positions()[1].items()},
            description=description.as_json(),
            selection=selection.as_json(),
        )
        self.everywhere = set(Patient.objects.filter(STANDING).values_list("number", flat=True))
        self.sites: dict[str, str] = {}
        self.forms: dict[int, dict[str, object]] = {}
        for table in tables_of(description, selection):
            if table.name == "patients" or table.form:
                for row in rows_of(table, description, selection):
                    if table.form:
                        self.forms[row["entry"]] = row
                    else:
                        self.sites[row["patient"]] = row["site"]


def rows_of(table: Table, description: Description, selection: Selection) -> list[dict[str, object]]:
    names = [column.name for column in table.columns]
    with connection.cursor() as cursor:
        cursor.execute(statement(table, RowSource(description), selection))
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def difference(before: Taken, after: Taken) -> set[tuple]:
    """Of the tables, cell by cell; a patient who left or came by a hand-over stands for all of his or her rows."""
    found, handed_over = set(), set()
    for number in before.sites.keys() | after.sites.keys():
        was, now = before.sites.get(number), after.sites.get(number)
        if was is None or now is None:
            if number in before.everywhere & after.everywhere:
                handed_over.add(number)
                found.add(("patient left" if was else "patient came", number))
            else:
                found.add(("patient removed" if was else "patient added", number))
        elif was != now:
            found.add(("site changed", number))
    for entry in before.forms.keys() | after.forms.keys():
        was, now = before.forms.get(entry), after.forms.get(entry)
        if (was or now or {})["patient"] in handed_over:
            continue
        if was is None or now is None:
            found.add(("form removed" if was else "form added", entry))
        for item, value in (now or {}).items():
            old = was[item] if was else None
            if old != value and item not in PLACE and not item.startswith("crf_"):
                found.add((entry, item, written(old), written(value)))
    return found


def written(value: object) -> str | None:
    return None if value is None else str(value)


def compared(before: Taken, after: Taken) -> list[tuple]:
    """What the comparison says, in the same words; what is restored is added."""
    found = []
    for row in changes(before.cut, after.cut):
        change = row.change.replace("restored", "added")
        if row.item and row.entry:
            found.append((row.entry, row.item, row.old, row.new))
        elif not change.startswith("visit"):
            found.append((change, row.entry or row.patient))
    return found


class Study:
    """Two patients of a site and what is done with them, one act after another."""

    def __init__(self, site, other_site, coordinator, outsider, data_manager) -> None:
        self.home, self.away = (site, coordinator), (other_site, outsider)
        self.data_manager = data_manager
        self.visit = filled_visit(site, coordinator)
        self.patient, self.other = self.visit.patient, a_patient(site, coordinator)
        self.actor = coordinator.acting_at(site, Right.ENTER)

    def now(self, subject):
        """As it is stored, whatever was done with it."""
        known = {Patient: ["site"], Visit: ["patient__site"]}[type(subject)]
        return type(subject).objects.select_related(*known).get(pk=subject.pk)

    def dose(self, number: int) -> Entry:
        return Entry.objects.get(visit=self.visit, crf="dose", number=number)

    def hand_over_to(self, to: Site) -> None:
        hand_over(self.now(self.patient), to, self.data_manager, moved_on=to.today())

    @property
    def acts(self) -> list[Callable[[], object]]:
        by, other_by, why = self.home[1], self.away[1], "Of another patient"
        return [
            lambda: enter(self.visit, "dose", by, number=2, given_g="12.50", note="Corrected"),
            lambda: enter(self.visit, "dose-lot", by, number=1, parent=2, lot_number="B2"),
            lambda: strike_out(entry=self.dose(2), by=by, actor=self.actor, reason=why),
            lambda: enter(self.visit, "dose", by, given_g=Missing("unknown", "Nobody wrote it down")),
            lambda: restore(entry=self.dose(2), actor=self.actor, reason=why),
            lambda: enter(a_visit(self.other, "W07", by), "reading", by, device="D-1"),
            lambda: strike_visit(visit=self.now(self.visit), by=by, reason=why),
            lambda: enter(self.patient, "adverse-event", by, term="Cough", started_at="09:15", serious="no"),
            lambda: restore_visit(visit=self.now(self.visit), by=by, reason=why),
            lambda: moved(forms_of(self.now(self.patient), "adverse-event"), self.now(self.other), "", by),
            lambda: strike_patient(patient=self.now(self.other), by=by, reason=why),
            lambda: self.hand_over_to(self.away[0]),
            lambda: enter(self.now(self.visit), "reading", other_by, device="D-7"),
            lambda: restore_patient(patient=self.now(self.other), by=by, reason=why),
            lambda: strike_patient(patient=self.now(self.patient), by=other_by, reason=why),
            lambda: a_patient(self.home[0], by),
            lambda: restore_patient(patient=self.now(self.patient), by=other_by, reason=why),
            lambda: self.hand_over_to(self.home[0]),
            lambda: enter(self.now(self.visit), "reading", by, device="D-8"),
        ]


@pytest.fixture
def study(site, other_site, coordinator, outsider, investigator, data_manager) -> Study:
    return Study(site, other_site, coordinator, outsider, data_manager)


def test_comparison_is_the_difference_of_the_tables_of_both_cuts(study):
    steps = [{name: Taken(selection) for name, selection in SELECTIONS.items()}]
    for act in study.acts:
        act()
        steps.append({name: Taken(selection) for name, selection in SELECTIONS.items()})
    seen = set()
    for gap in GAPS:
        for begins, before in enumerate(steps[:-gap]):
            after = steps[begins + gap]
            for name in SELECTIONS:
                said = compared(before[name], after[name])
                assert set(said) == difference(before[name], after[name]), (name, begins, gap)
                assert len(said) == len(set(said)), (name, begins, gap)
                seen |= {row[0] for row in said if isinstance(row[0], str)}
    assert seen == {
        *("form added", "form removed", "patient added", "patient removed"),
        *("patient left", "patient came", "site changed"),
    }


def test_form_entered_and_struck_out_between_two_cuts_is_in_neither(study, coordinator):
    before = Taken(SELECTIONS["everything"])
    enter(study.visit, "dose", coordinator, number=3, given_g="1")
    strike_out(entry=study.dose(3), by=coordinator, actor=study.actor, reason="Entered twice")
    assert list(changes(before.cut, Taken(SELECTIONS["everything"]).cut)) == []


def test_patient_who_left_is_one_line_that_says_where_to_and_with_how_much(study, other_site):
    before = Taken(SELECTIONS["one site"])
    forms = len(before.forms)
    study.hand_over_to(other_site)
    after = Taken(SELECTIONS["one site"])
    (row,) = changes(before.cut, after.cut)
    assert (row.change, row.patient, row.old, row.new) == ("patient left", study.patient.number, "01", "02")
    assert row.form == f"all {forms} forms and rows"


def test_visit_without_a_form_is_compared_too(study, coordinator):
    before = Taken(SELECTIONS["everything"])
    visit = a_visit(study.patient, "W07", coordinator)
    between = Taken(SELECTIONS["everything"])
    strike_visit(visit=study.now(visit), by=coordinator, reason="Opened twice")
    after = Taken(SELECTIONS["everything"])
    assert [(row.change, row.visit) for row in changes(before.cut, between.cut)] == [("visit added", "W07")]
    assert [(row.change, row.visit) for row in changes(between.cut, after.cut)] == [("visit removed", "W07")]
    assert list(changes(before.cut, after.cut)) == []
