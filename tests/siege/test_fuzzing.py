"""Small: every address and form, as every role, with what nobody sends. `make siege` does so for minutes.

Run on the trial's protocol and, with `DJANGO_SETTINGS_MODULE=tests.stub_trial.settings`, on the stub.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.rules.test_access import TABLE, ask, cast, first_method, other, own, row_of
from tests.siege.fuzzing import Asked, Fuzzer

__all__ = ["cast", "other", "own"]

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-141")]

SEED = int(os.environ.get("SIEGE_SEED", "15"))
REQUESTS, PAGES = int(os.environ.get("SIEGE_REQUESTS", "600")), int(os.environ.get("SIEGE_PAGES", "120"))
RESULT = os.environ.get("SIEGE_RESULT", "")
NOTHING = {"403", "404", "405", "login"}
LEFT_OUT = {"logout", "calendar-feed"}
"""The first ends the session that all others need; of the second, each address is a secret."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What is refused, Django logs: thousands of lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _asked(where: SimpleNamespace, column: int) -> Iterator[Asked]:
    """The table's addresses of a site, and the roles to whom something is there."""
    for name in TABLE:
        if name not in LEFT_OUT:
            column_of_it = column if TABLE[name][column] else 1
            roles = [role for role, status in row_of(name, column_of_it).items() if status not in NOTHING]
            yield first_method(name), *ask(name, where), roles


def test_no_role_gets_500_whatever_it_sends(own, other, cast):
    fuzzer = Fuzzer(cast, [*_asked(own, 1), *_asked(other, 2)], SEED)
    fuzzer.explore(PAGES)
    done = fuzzer.run(REQUESTS)
    if RESULT:
        said = {
            "requests": done.requests,
            "targets": done.targets,
            "statuses": done.statuses,
            "faults": done.faults,
        }
        Path(RESULT).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    words = [f"{count} × {what}\n    {example}" for what, (count, example) in done.faults.items()]
    assert not words, "\n".join(words)
    assert done.requests == REQUESTS
    assert done.statuses.get(200, 0) > 0.05 * done.requests, done.statuses
