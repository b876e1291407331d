"""What a listing reads: each row once, other forms beside it by what the page says, and nothing that was not chosen."""

from dataclasses import replace

import pytest

from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.forms.registry import CRFS
from ecrf.listings.columns.book import book
from ecrf.listings.definition import ColumnCondition, Definition, Joined, Narrowing, NoListing
from ecrf.listings.reading.joining import completed, rules_for
from ecrf.listings.reading.reader import listing_reader
from ecrf.listings.reading.rows import ListingRows
from ecrf.listings.reading.statement import ListingStatement
from ecrf.queries.services import open_query
from tests.builders import enter
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db]

TERM = "adverse-event.term"


def rows_of(definition: Definition, user, start=0, most=100):
    return ListingRows(ListingStatement(definition, listing_reader(user))).page(start, most)


def words(definition: Definition, user) -> list[list[str]]:
    """Each row as a line of texts, several of a cell in one."""
    return [
        [" | ".join(cell.words for cell in one) for one in row.cells] for row in rows_of(definition, user)
    ]


def test_every_source_gives_every_column(world, data_manager):
    for key, source in book().sources.items():
        for first in range(0, len(source.columns), 30):
            definition = Definition(key, tuple(source.columns)[first : first + 30])
            statement = ListingStatement(definition, listing_reader(data_manager))
            rows = ListingRows(statement)
            count = rows.count()
            assert len(rows.page(0, 500)) == count
            assert not statement.gone
            for column in definition.columns:
                found = rows_of(definition.narrowed(sort=f"-{column}"), data_manager, most=500)
                assert len(found) == count, column


@pytest.mark.requirement("R-072")
def test_who_reads_without_identifiers_is_told_no_name_of_staff(
    world, other_site, data_manager, statistician
):
    staff = [make_user("nina", "coordinator", world.site), make_user("otto", "monitor", world.site)]
    enter(world.week, "vital-signs", staff[0], weight_kg="58.0", reason="Typing error", seen={})
    asks = staff[1].acting_at(world.site, Right.QUERY)
    open_query(entry=world.events[0], item="term", text="Which one?", by=staff[1], actor=asks)
    assert _names_of(staff, data_manager) == {"nina", "otto"}
    assert _names_of(staff, statistician) == set()


def _names_of(staff, reader) -> set[str]:
    """Which of these stand anywhere in what this person reads, whatever column is chosen."""
    found = ""
    for key, source in book().sources.items():
        for first in range(0, len(source.columns), 30):
            definition = Definition(key, tuple(source.columns)[first : first + 30])
            found += str(words(definition, reader))
    return {user.username for user in staff if user.username in found}


PAIRS = [
    (main, other, rule)
    for main, source in book().sources.items()
    for other in CRFS
    for rule in rules_for(source, CRFS[other])
]


def test_no_way_to_join_gives_more_rows_than_the_main_form_has(world, data_manager):
    assert len(PAIRS) > 100
    for main, other, rule in PAIRS:
        _joined_once(main, other, rule, data_manager)


def _joined_once(main, other, rule, data_manager):
    source = book().sources[main]
    joined = completed(source, Joined(other, rule, before=400, after=400))
    columns = (*list(source.columns)[:3], *list(book().beside[other])[:12])
    alone = len(rows_of(Definition(main, columns[:3]), data_manager))
    whole = Definition(main, columns, (joined,))
    assert len(rows_of(whole, data_manager)) == alone
    kept = [
        len(rows_of(replace(whole, joined=(replace(joined, keep=keep),)), data_manager))
        for keep in ("with", "without")
    ]
    assert sum(kept) == alone
    assert len(rows_of(whole.narrowed(sort=columns[-1]), data_manager)) == alone


def test_forms_stand_beside_a_row_by_days_that_lie_no_further_apart_than_said(world, coordinator):
    near = Joined("dose", "near", ("started_on", ""), ("given_on", ""), before=2)
    columns = (TERM, "dose.given_on", "dose.dose-lot.lot_number")
    assert words(Definition("adverse-event", columns, (near,)), coordinator) == [
        ["Headache", "2026-02-01", "LOT-A"],
        ["Rash", "2026-02-22", "LOT-A, LOT-B"],
        ["Cough", "", ""],
        ["Fever", "", ""],
    ]
    closer = replace(near, before=1, keep="with")
    assert [row[0] for row in words(Definition("adverse-event", columns, (closer,)), coordinator)] == [
        "Headache"
    ]


def test_several_forms_of_a_row_stand_in_one_cell_and_never_multiply_it(world, coordinator):
    both = (
        Joined("dose", "all"),
        Joined("vital-signs", "all"),
    )
    found = words(
        Definition("adverse-event", (TERM, "dose.given_on", "vital-signs.weight_kg"), both), coordinator
    )
    assert found[0] == ["Headache", "2026-02-01 | 2026-02-22", "61.5 | 60.0 | 59.0"]
    assert len(found) == 4


def test_condition_on_a_form_beside_asks_for_one_that_fulfils_all_of_it(world, coordinator):
    near = Joined("dose", "near", ("started_on", ""), ("given_on", ""), before=400)
    definition = Definition("adverse-event", (TERM, "dose.given_on"), (near,))
    lots = definition.narrowed(conditions=(ColumnCondition("dose.dose-lot.lot_number", "has", "lot-b"),))
    assert words(lots, coordinator) == [["Rash", "2026-02-22"], ["Cough", "2026-02-22"]]
    both = lots.narrowed(
        conditions=(*lots.narrowing.conditions, ColumnCondition("dose.given_on", "max", "2026-02-01"))
    )
    assert words(both, coordinator) == []


def test_day_known_in_part_counts_as_every_day_that_it_can_be(world, coordinator):
    near = Joined("dose", "near", ("started_on", ""), ("given_on", ""), before=7, keep="with")
    found = words(Definition("adverse-event", (TERM,), (near,)), coordinator)
    assert ["Cough"] in found, "2026-03 can be 2026-03-01, seven days after the dose"


def test_link_leads_both_ways(world, coordinator):
    named = Definition(
        "report", ("report.adverse_event", TERM), (Joined("adverse-event", "named", item="adverse_event"),)
    )
    assert words(named, coordinator) == [["3 · Cough", "Cough"]]
    naming = Definition(
        "adverse-event",
        (TERM, "@number"),
        (Joined("report", "naming", item="adverse_event", keep="without"),),
    )
    assert [row[0] for row in words(naming, coordinator)] == ["Headache", "Rash", "Fever"]
    at_visit = Definition(
        "adverse-event", (TERM, "dose.given_on"), (Joined("dose", "named", item="after_dose", keep="with"),)
    )
    assert words(at_visit, coordinator) == [["Headache", "2026-02-01"]]


def test_first_latest_and_baseline_of_the_patient(world, coordinator):
    def weights(rule):
        joined = Joined("vital-signs", rule)
        return [
            row[1]
            for row in words(
                Definition("@patients", ("@patient", "vital-signs.weight_kg"), (joined,)), coordinator
            )
        ]

    assert weights("first") == ["61.5", "80.0"]
    assert weights("latest") == ["59.0", "80.0"]
    assert weights("baseline") == ["60.0", "80.0"]
    assert weights("all") == ["61.5 | 60.0 | 59.0", "80.0"]


def test_condition_on_the_latest_asks_of_the_latest_alone(world, coordinator):
    joined = Joined("vital-signs", "latest")
    definition = Definition("@patients", ("@patient", "vital-signs.weight_kg"), (joined,))
    heavy = definition.narrowed(conditions=(ColumnCondition("vital-signs.weight_kg", "min", "60"),))
    assert [row[1] for row in words(heavy, coordinator)] == ["80.0"]


@pytest.mark.parametrize(
    ("column", "op", "value", "wanted"),
    [
        (TERM, "has", "HEAD", ["Headache"]),
        (TERM, "is", "Rash", ["Rash"]),
        ("adverse-event.severity", "is", "MODERATE", ["Rash"]),
        ("adverse-event.serious", "is", "yes", ["Cough"]),
        ("adverse-event.serious", "not", "no", ["Cough"]),
        ("adverse-event.started_on", "min", "2026-03-15", ["Cough"]),
        ("adverse-event.started_on", "max", "2026-02-03", ["Headache"]),
        ("adverse-event.started_on", "is", "2026-02", ["Headache", "Rash", "Fever"]),
        ("adverse-event.ended_on", "filled", "", ["Headache"]),
        ("adverse-event.ended_on", "empty", "", ["Rash", "Cough", "Fever"]),
        ("adverse-event.after_dose", "filled", "", ["Headache"]),
        ("@patient", "has", "-002", ["Fever"]),
    ],
)
def test_condition_finds_what_fulfils_it(column, op, value, wanted, world, coordinator):
    definition = Definition("adverse-event", (TERM, column))
    narrowed = definition.narrowed(conditions=(ColumnCondition(column, op, value),))
    assert [row[0] for row in words(narrowed, coordinator)] == wanted


def test_reason_is_shown_and_asked_for(world, coordinator):
    row = CRFS["adverse-event"].model.objects.get(entry=world.events[3])
    row.outcome, row.missing_reasons = None, {"outcome": {"reason": "unknown", "comment": "nobody knows"}}
    with acting(SYSTEM, patient_id=world.second.pk, source="test"):
        row.save()
    definition = Definition("adverse-event", (TERM, "adverse-event.outcome"))
    asked = definition.narrowed(conditions=(ColumnCondition("adverse-event.outcome", "reason"),))
    assert words(asked, coordinator) == [["Fever", "Unknown (nobody knows)"]]


@pytest.mark.parametrize(
    ("column", "op", "value"),
    [
        ("adverse-event.started_on", "min", "yesterday"),
        ("adverse-event.severity", "is", "' OR 1=1 --"),
        ("adverse-event.severity", "has", "M"),
        ("adverse-event.term; DROP TABLE x", "is", "y"),
        (TERM, "is; --", "y"),
        ("vital-signs.pulse", "min", "1"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(column, op, value, world, coordinator):
    definition = Definition("adverse-event", (TERM,)).narrowed(
        conditions=(ColumnCondition(column, op, value),)
    )
    with pytest.raises(NoListing):
        rows_of(definition, coordinator)


@pytest.mark.requirement("R-133")
def test_text_that_is_typed_is_a_value_and_no_part_of_the_statement(world, coordinator):
    for text in ("' OR 1=1 --", "%s", "%(g1)s", "{e}", "\\", '"'):
        definition = Definition("adverse-event", (TERM,)).narrowed(
            conditions=(ColumnCondition(TERM, "has", text),)
        )
        assert rows_of(definition, coordinator) == []


def test_status_site_and_day_of_the_last_change_narrow(world, coordinator):
    definition = Definition("adverse-event", (TERM,))
    for narrowing, count in (
        (Narrowing(status="draft"), 4),
        (Narrowing(status="complete"), 0),
        (Narrowing(site="01"), 4),
        (Narrowing(site="99"), 0),
        (Narrowing(since=str(world.today)), 4),
        (Narrowing(since="2099-01-01"), 0),
    ):
        assert len(rows_of(replace(definition, narrowing=narrowing), coordinator)) == count, narrowing


def test_pages_follow_each_other_and_hold_each_row_once(world, coordinator):
    definition = Definition("adverse-event", (TERM,)).narrowed(sort=f"-{TERM}")
    found = [
        row.cells[0][0].words
        for start in range(0, 4, 2)
        for row in rows_of(definition, coordinator, start, 2)
    ]
    assert found == ["Rash", "Headache", "Fever", "Cough"]
