"""A thousand random rows altered past the triggers, each to be named by `verify`; and how long verifying takes."""

import time
import uuid
from collections.abc import Iterator

from ecrf.access.roles import Role
from ecrf.audit.verifying.chains import walk
from ecrf.audit.verifying.verify import verify
from tests.bench.table import Line, at_least, told
from tests.conftest import make_site, make_user
from tests.mutations.mutating import unnamed
from tests.mutations.study import fill
from trial.synthetic import casebook, loading
from trial.synthetic.accounts import create
from trial.synthetic.patients import STORIES

SEED, MUTATIONS = 1, 1000
PATIENTS = 2
VISITS = ("SCR", "W01", "W07", "W37", "")


def seed() -> None:
    """Some visits of two synthetic patients, and a row at least in every table."""
    create(f"synthetic {uuid.uuid4()}")
    loading.add_ranges_where_none()
    for story in STORIES[:PATIENTS]:
        loading.load_patient(story, [page for page in casebook.pages(story) if page.code in VISITS])
    make_user("bench_data_manager", Role.DATA_MANAGER, make_site("98"))
    if refused := fill():
        raise SystemExit("\n".join(refused))


def measure_audit() -> Iterator[Line]:
    start = time.perf_counter()
    verdict = verify()
    took = time.perf_counter() - start
    if verdict.faults:
        raise SystemExit("\n".join(map(str, verdict.faults)))
    yield told(f"everything verified, {verdict.events:,} events", f"{took:.2f} s")
    start = time.perf_counter()
    walk()
    yield told("of that the chains", f"{time.perf_counter() - start:.2f} s")
    missed = unnamed(SEED, MUTATIONS)
    for words in missed:
        print(f"NOT NAMED  {words}")
    named = MUTATIONS - len(missed)
    yield at_least(
        "random mutations that verification names", named, MUTATIONS, f"{named:,} of {MUTATIONS:,}", "all"
    )
