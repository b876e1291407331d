"""Every act of putting right, of leaving and of asking, after every other: done whole, or refused in words and nothing
changed; and whatever came of it, the casebook, the lists and the trail say the same."""

import re
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import transaction

from ecrf.audit.models import AuditEvent
from ecrf.exports.cut import Cut, present_positions
from ecrf.exports.odm.file import write_odm
from tests.ecrf.corrections.pairs import ACTS, REFUSALS, NotSaved, a_world
from tests.ecrf.corrections.whole import whatever_came_of_it

pytestmark = pytest.mark.django_db

GONE, PATIENT_GONE = "was struck out", "Patient 01-001 (is|was) struck out"
HELD = "is (frozen|locked) since"
ENDED, NOT_EXPECTED = "An end is recorded already", "not expected of the patient"
OF_SITE = ("strike", "restore", "strike patient", "restore patient", "move", "move away")

REFUSED: dict[str, dict[str, str]] = {
    "strike": {
        **dict.fromkeys(("move", "move away", "save"), GONE),
        **dict.fromkeys(("query", "question"), "struck out"),
    },
    "strike patient": {
        **dict.fromkeys(("restore", "hand over", "withdraw", "die", "book", "save"), PATIENT_GONE),
        **dict.fromkeys(("move", "move away", "query", "question"), "struck out"),
    },
    "move": {
        "restore": "Moved to 01-001, Unscheduled visit 1.* Restored, it would stand twice",
        **dict.fromkeys(("move", "move away", "save"), "struck out: Moved to 01-001, Unscheduled visit 1"),
        **dict.fromkeys(("query", "question"), "struck out"),
    },
    "move away": {
        "restore": "Moved to 01-002, Week 4.* Restored, it would stand twice",
        **dict.fromkeys(("move", "move away", "save"), "struck out: Moved to 01-002, Week 4"),
        **dict.fromkeys(("query", "question"), "struck out"),
    },
    "hand over": {"move away": "01-002 is at another site", "query": "at site 02 does not"},
    "withdraw": {
        "move": "after the withdrawal of consent",
        "save": "after the withdrawal of consent",
        "die": ENDED,
        "book": NOT_EXPECTED,
    },
    "die": {"withdraw": ENDED, "book": NOT_EXPECTED},
    "book": {"book": "has an appointment already"},
    "freeze": dict.fromkeys(("strike", "strike patient", "move", "move away", "save"), HELD),
    "lock": dict.fromkeys(
        (
            *("strike", "strike patient", "move", "move away", "save"),
            *("hand over", "withdraw", "die", "query", "question"),
        ),
        HELD,
    ),
    "leave staff": dict.fromkeys(
        (*OF_SITE, "withdraw", "die", "book", "question", "save"), "[Rr]ole|may not|enter"
    ),
}
"""{first act: {second act: why it is refused}}; every other pair is done."""


@pytest.fixture(scope="module")
def world(module_db) -> SimpleNamespace:
    """With a cut of before everything."""
    found = a_world()
    found.cut = a_cut()
    found.snapshot = odm(found.cut, "snapshot")
    return found


@pytest.mark.parametrize("second", ACTS)
@pytest.mark.parametrize("first", [one for one in ACTS if not one.startswith("restore")])
def test_every_act_after_every_other(world, db, first, second):
    ACTS[first](world)
    between = a_cut()
    seen = odm(between, "transactional")
    wanted = REFUSED.get(first, {}).get(second)
    if wanted is None:
        ACTS[second](world)
    else:
        events = AuditEvent.objects.count()
        with transaction.atomic(), pytest.raises((*REFUSALS, NotSaved)) as refusal:
            ACTS[second](world)
        assert re.search(wanted, str(refusal.value)), refusal.value
        assert AuditEvent.objects.count() == events
    assert odm(between, "transactional") == seen
    assert odm(world.cut, "snapshot") == world.snapshot
    whatever_came_of_it()


def a_cut() -> Cut:
    taken_at, positions = present_positions()
    return Cut(name="Cut", taken_at=taken_at, positions=positions, without_identifiers=False)


def odm(cut: Cut, kind: str) -> bytes:
    file = BytesIO()
    write_odm(file, cut, kind)
    return file.getvalue()
