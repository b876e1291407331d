"""Two acts of putting right, leaving and entering at the same time, on connections of their own: each is done whole or
refused in words, nobody waits in a circle, and what came of it agrees."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (a fixture)
from tests.ecrf.corrections.pairs import ACTS, REFUSALS, NotSaved, a_world
from tests.ecrf.corrections.whole import whatever_came_of_it

pytestmark = pytest.mark.django_db

AT_ONCE = [
    ("strike", "move"),
    ("strike", "question"),
    ("strike", "withdraw"),
    ("strike patient", "move away"),
    ("strike patient", "hand over"),
    ("strike patient", "die"),
    ("strike patient", "book"),
    ("move", "move away"),
    ("move", "hand over"),
    ("move away", "withdraw"),
    ("hand over", "die"),
    ("hand over", "save"),
    ("withdraw", "die"),
    ("withdraw", "save"),
    ("die", "book"),
    ("freeze", "move"),
]


def acting_in_words(name: str, world: SimpleNamespace) -> Callable[[], str]:
    def act() -> str:
        try:
            ACTS[name](world)
        except (*REFUSALS, NotSaved) as refusal:
            return str(refusal) or type(refusal).__name__
        return "done"

    return act


@pytest.mark.usefixtures("_django_db_helper")
@pytest.mark.parametrize(("one", "two"), AT_ONCE, ids=[" and ".join(pair) for pair in AT_ONCE])
def test_two_at_once(one, two):
    world = a_world()
    results = at_once(acting_in_words(one, world), acting_in_words(two, world))
    assert "done" in results, results
    whatever_came_of_it()
