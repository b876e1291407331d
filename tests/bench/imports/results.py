"""Ten thousand results of a laboratory from one file: rows per second, statements per row, memory beside a tenth."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from unittest import mock

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.demo import ROOT
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.imports import services
from ecrf.imports.services import Brought, bring
from tests.bench.browsing import PASSWORD
from tests.bench.table import Line, at_least, at_most, told
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user

MANY, FEW = 10_000, 1_000
VISITS_EACH = 5
FIRST = date(2026, 1, 5)
MEMORY_AT_MOST = 1.3
STATEMENTS_AT_MOST = 8
ROWS_A_SECOND_AT_LEAST = 20
HEAD = "patient,date,test,value,unit"


def measure_results() -> Iterator[Line]:
    tests = protocol().lab_tests
    with acting(SYSTEM, source="bench"):
        manager = User.objects.create_user("manager", "Synthetic manager", PASSWORD)
        Membership.objects.create(user=manager, role=Role.DATA_MANAGER, site=None)
    numbers = _seed((FEW + MANY) // (VISITS_EACH * len(tests)) + 1)
    few = _measured(_file(numbers, 0, FEW), manager)
    many = _measured(_file(numbers, FEW, MANY), manager)
    for what, words in (("look", "looked at (dry run)"), ("act", "imported")):
        speed = MANY / many[what]["seconds"]
        yield at_least(
            f"{MANY:,} laboratory results {words}", speed, ROWS_A_SECOND_AT_LEAST, f"{speed:,.0f} rows/s"
        )
        each = many[what]["statements"] / MANY
        yield at_most(f"  statements per row {words}", each, STATEMENTS_AT_MOST, f"{each:.1f}")
    share = many["peak_mb"] / few["peak_mb"]
    words = f"{many['peak_mb']:.0f} MB beside {few['peak_mb']:.0f} MB: {share:.2f}"
    yield at_most(f"  memory of {MANY:,} rows beside that of {FEW:,}", share, MEMORY_AT_MOST, words)
    yield told("  the same file once more", f"{many['again']} of {MANY:,} rows the same")


def _seed(patients: int) -> list[str]:
    """Samples with their days, and no result yet."""
    site = make_site("01")
    by = make_user("coordinator01", Role.COORDINATOR, site)
    codes = [plan.code for plan in protocol().visits if "laboratory" in plan.forms][:VISITS_EACH]
    numbers = []
    for _ in range(patients):
        patient = a_patient(site, by)
        for at, code in enumerate(codes):
            day = str(FIRST + timedelta(days=28 * at))
            assert enter(a_visit(patient, code, by), "laboratory", by, collected_on=day).is_clean
        numbers.append(patient.number)
    return numbers


def _file(numbers: list[str], skip: int, rows: int) -> str:
    """So many results, one a row, behind those of another file."""
    tests = protocol().lab_tests
    lines = [
        f"{number},{FIRST + timedelta(days=28 * at)},{test.code},10.5,{test.units[0]}"
        for number in numbers
        for at in range(VISITS_EACH)
        for test in tests
    ]
    return "\n".join([HEAD, *lines[skip : skip + rows]])


def _mapping() -> dict[str, object]:
    columns = {
        "patient": "patient",
        "day": "date",
        "test": "test",
        "value": "value",
        "unit": "unit",
        "visit": "",
    }
    form = next(definition for definition in CRFS.values() if definition.row_names)
    target = {"form": form.key, "value": "value", "unit": "unit", "day": "collected_on"}
    return {
        "columns": columns,
        "target": target,
        "tests": {t.code: at for at, t in enumerate(protocol().lab_tests, 1)},
    }


def _measured(content: str, by: User) -> dict[str, dict[str, float]]:
    """Looked at, imported and looked at once more in a process of its own, as the worker does it."""
    raw = content.encode()
    brought = Brought(
        name="synthetic.csv",
        pieces=lambda: iter([raw]),
        purpose="import",
        format="laboratory",
        form="",
        site=None,
        source_system="SynthLab",
        reading={"mapping": _mapping()},
    )
    with mock.patch.object(services, "go_on"):
        first, second = (bring(brought=brought, by=by, request_key=uuid.uuid4()) for _ in range(2))
    given = [sys.executable, "-m", "tests.bench.imports.alone", str(first.pk), str(second.pk)]
    done = subprocess.run(given, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
