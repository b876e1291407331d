"""What was moved stands in the file at its new place alone, also where the old place was filled in anew."""

import pytest

from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import filled_visit, forms_of, moved
from tests.ecrf.exports.odm.odm_rules import play, state
from tests.ecrf.exports.odm.stored import stored, values
from tests.ecrf.exports.odm.world import Files, build

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(module_db) -> Files:
    """One visit went to another code and was opened anew; one went to another patient, with a form of its own."""
    world = build()
    by = world.coordinator
    visit = filled_visit(world.site, by)
    moved(forms_of(visit), visit.patient, "W10", by)
    again = a_visit(visit.patient, "W04", by)
    enter(again, "vital-signs", by, pulse="81")
    enter(visit.patient, "adverse-event", by, term="Cough")
    other = a_patient(world.site, by)
    moved(forms_of(again), other, "W07", by)
    moved(forms_of(visit.patient), other, "", by)
    return Files.of(world)


def test_snapshot_and_history_are_the_database_cell_by_cell(files):
    snapshot, history = files.roots()
    assert values(state(snapshot)) == stored()
    assert values(play(history)) == stored()


def test_history_says_why_and_from_where(files):
    _snapshot, history = files.roots()
    reasons = [one.text or "" for one in history.iter("{*}ReasonForChange")]
    assert any(reason.startswith("Moved from ") for reason in reasons)
    assert any(reason.startswith("Moved to ") for reason in reasons)
