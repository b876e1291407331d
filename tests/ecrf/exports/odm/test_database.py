"""The file holds what the database holds, cell by cell."""

import pytest

from tests.ecrf.exports.odm.odm_rules import play, state
from tests.ecrf.exports.odm.stored import stored, values

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-116")
def test_s12_snapshot_is_the_database_cell_by_cell(files):
    snapshot, _history = files.roots()
    assert values(state(snapshot)) == stored()


@pytest.mark.requirement("R-116")
def test_s12_transactions_played_are_the_database_cell_by_cell(files):
    _snapshot, history = files.roots()
    assert values(play(history)) == stored()


def test_item_without_a_value_is_null_only_where_the_trail_tells_of_it(files):
    snapshot, _history = files.roots()
    nulls = {key[-1] for key, what in state(snapshot).items() if key[-1].startswith("I.") and what is None}
    assert nulls == {"I.vital-signs.systolic", "I.vital-signs.respiration"}
