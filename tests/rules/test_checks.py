"""What holds for every edit check of the registry."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured

from ecrf.audit.actor import acting
from ecrf.casebook.data import PatientData, Undeclared
from ecrf.casebook.models import Entry
from ecrf.casebook.record.record import record
from ecrf.casebook.record.store import ensure_entry
from ecrf.checks.models import Discrepancy
from ecrf.checks.registry import ANY, CHECKS, Check, check
from ecrf.checks.running import run_all
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit
from tests.rules.test_crfs import typed

EVERY_CHECK = pytest.mark.parametrize("one", CHECKS.values(), ids=lambda one: one.id)
READERS = {"rows", "one", "at", "previous", "children", "last", "earlier", "linked", "linking"}
SOURCES = {"P", "D", "S", "O"}
"""The marks of the protocol's list of facts."""
TESTS_OF_CHECKS = "".join(path.read_text() for path in Path(__file__).parents[1].glob("*trial/test_*.py"))


@EVERY_CHECK
def test_check_has_a_title_a_source_and_an_id(one):
    assert one.title.endswith(".")
    assert one.source in SOURCES
    head, _, number = one.id.partition("-")
    assert head.isupper()
    assert len(number) == 3
    assert number.isdigit()


def test_titles_of_one_form_differ():
    titles = [(one.on, one.title) for one in CHECKS.values()]
    assert len(titles) == len(set(titles))


def test_second_check_with_the_same_id_stops_the_start():
    known = next(iter(CHECKS.values()))
    with pytest.raises(ImproperlyConfigured, match=known.id):
        check(known.id, on=known.on, text="So?")(lambda row, data: iter(()))


def test_check_that_names_an_item_the_form_does_not_have_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="nonsense"):
        check("ZZZ-001", on="visit", text="So?", items=("nonsense",))(lambda row, data: iter(()))
    assert "ZZZ-001" not in CHECKS


def test_check_without_a_docstring_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="no docstring"):
        check("ZZZ-002", on="visit", text="So?")(lambda row, data: iter(()))
    assert "ZZZ-002" not in CHECKS


@pytest.mark.parametrize("text", ["{0} kPa", "{value!r} kPa", "{value:.2f} kPa", "{value", "{row.value} kPa"])
def test_check_whose_text_cannot_be_read_stops_the_start(text):
    with pytest.raises(ImproperlyConfigured, match="ZZZ-003"):

        @check("ZZZ-003", on="visit", text=text)
        def so(row, data):
            """Is it so?"""

    assert "ZZZ-003" not in CHECKS


@EVERY_CHECK
def test_check_is_on_a_form_that_exists_and_reads_forms_that_exist(one):
    assert one.on == ANY or one.on in CRFS
    assert set(CRFS) >= one.reads


def test_no_function_is_two_checks_so_that_none_is_hard_and_soft_at_once():
    rules = [one.rule for one in CHECKS.values()]
    assert len(rules) == len(set(rules))


@EVERY_CHECK
def test_check_is_tested_by_its_name(one):
    assert one.id in TESTS_OF_CHECKS


@pytest.mark.requirement("R-095")
@pytest.mark.parametrize("key", CRFS)
def test_form_with_a_start_and_an_end_refuses_an_end_before_the_start(key):
    names = set(CRFS[key].items)
    pairs = [(f"started_{n}", f"ended_{n}") for n in ("on", "at") if {f"started_{n}", f"ended_{n}"} <= names]
    ends = [{*one.items} for one in CHECKS.values() if one.hard and one.on == key]
    assert all(any(set(pair) <= items for items in ends) for pair in pairs)


# --- a check reads only what it declares ----------------------------------------------------------


def _functions(one: Check) -> Iterator[ast.AST]:
    """The check's own function and those of our modules that it hands its patient data to."""
    seen, todo = set(), [one.rule]
    while todo:
        function = todo.pop()
        if function in seen:
            continue
        seen.add(function)
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        yield tree
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            hands_on = any(isinstance(a, ast.Name) and a.id == "data" for a in call.args)
            if hands_on and (found := _named(function, call.func)):
                todo.append(found)


def _named(function, expression: ast.expr):
    space = function.__globals__
    if isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name):
        module = space.get(expression.value.id)
        return getattr(module, expression.attr, None) if isinstance(module, ModuleType) else None
    return space.get(expression.id) if isinstance(expression, ast.Name) else None


def _reads(one: Check) -> set[str]:
    """Every form a check can ask its patient data for, read from the text of the code."""
    found = set()
    for tree in _functions(one):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            of_data = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "data"
            if of_data and call.func.attr in READERS:
                found |= {a.value for a in call.args[:1] if isinstance(a, ast.Constant)}
            found |= {a.value for a in call.args if isinstance(a, ast.Constant) and a.value in CRFS}
            if of_data and call.func.attr == "linked":
                found |= {
                    CRFS[one.on].items[a.value].to for a in call.args[1:] if isinstance(a, ast.Constant)
                }
    return found


def _values_by_name(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What is put into the texts of a function, names followed to what they stand for."""
    given = {
        n.targets[0].id: n.value
        for n in ast.walk(tree)
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for keyword in call.keywords if getattr(call.func, "id", "") == "Question" else ():
            value = keyword.value
            yield keyword.arg or "", given.get(value.id, value) if isinstance(value, ast.Name) else value


@EVERY_CHECK
def test_check_calls_visits_as_the_pages_do_and_not_by_their_code(one):
    shown = {(name, how) for text in one.texts.values() for _, name, how in text.parts}
    codes = {
        name
        for tree in _functions(one)
        for name, value in _values_by_name(tree)
        if isinstance(value, ast.Attribute) and value.attr in ("code", "visit")
    }
    assert {how for name, how in shown if name in codes} <= {"visit"}


@EVERY_CHECK
def test_check_declares_exactly_the_forms_it_reads(one):
    assert _reads(one) == set(one.reads)


@pytest.mark.django_db
def test_check_that_reads_an_undeclared_form_fails_loudly(site, coordinator):
    data = PatientData(a_patient(site, coordinator)).limited_to(frozenset({"end-of-study"}))
    with pytest.raises(Undeclared):
        data.rows("visit")


# --- what it says of nothing, and of everything ---------------------------------------------------


def _forms(one: Check) -> list[str]:
    return list(CRFS) if one.on == ANY else [one.on]


@pytest.mark.django_db
@EVERY_CHECK
@pytest.mark.requirement("R-090")
def test_check_asks_nothing_of_an_unsaved_empty_row_in_an_empty_casebook(one, site, coordinator):
    patient = a_patient(site, coordinator)
    for key in _forms(one):
        entry = Entry(patient=patient, visit=None, crf=key, number=1)
        assert list(one.rule(CRFS[key].model(entry=entry), PatientData(patient).limited_to(one.reads))) == []


@pytest.fixture
def everywhere(site, coordinator):
    """Places of every form at the screening, the first and the second dosing visit, and in the logs."""
    patient = a_patient(site, coordinator)
    visits = [a_visit(patient, code, coordinator) for code in ("SCR", "W01", "W04")]
    places = []
    for where in (*visits, patient):
        trial = protocol()
        keys = trial.plan(where.code).forms if where is not patient else (*trial.logs, *trial.patient_forms)
        for key in keys:
            places.append(a_place(where, key))
            places += [a_place(where, row, parent=1) for row in CRFS[key].rows]
    return places


@pytest.mark.django_db
def test_empty_forms_are_asked_nothing(everywhere, site, coordinator):
    patient = everywhere[0].patient
    with acting(coordinator.acting_at(site, "enter"), patient_id=patient.pk):
        for place in everywhere:
            ensure_entry(place)
        assert run_all(patient) > len(CHECKS)
    assert not Discrepancy.objects.exists()


@pytest.mark.django_db
def test_filled_forms_are_checked_without_error_and_ask_only_of_items_of_the_form(
    everywhere, site, coordinator
):
    patient = everywhere[0].patient
    by = coordinator.acting_at(site, "enter")
    for place in everywhere:
        values = {name: typed(item) for name, item in place.definition.entered.items()}
        record(place=place, values=values, by=by)
    with acting(by, patient_id=patient.pk):
        assert run_all(patient) > len(CHECKS)
    for discrepancy in Discrepancy.objects.select_related("entry"):
        assert discrepancy.item in CRFS[discrepancy.entry.crf].items
        assert len(discrepancy.text) > 10
    assert Discrepancy.objects.count() > 5


@pytest.mark.django_db
def test_running_every_check_again_changes_nothing(everywhere, site, coordinator):
    patient = everywhere[0].patient
    by = coordinator.acting_at(site, "enter")
    for place in everywhere:
        record(place=place, values={n: typed(i) for n, i in place.definition.entered.items()}, by=by)
    before = sorted(Discrepancy.objects.values_list("entry", "check_id", "item", "text_as_asked", "state"))
    with acting(by, patient_id=patient.pk):
        run_all(patient)
    assert (
        sorted(Discrepancy.objects.values_list("entry", "check_id", "item", "text_as_asked", "state"))
        == before
    )
