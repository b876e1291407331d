"""A small study of the stub with everything that files misread, and packages of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecrf.access.roles import Right, Role
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import strike_out
from ecrf.exports.cut import Cut, present_cut
from ecrf.exports.formats.registry import ALWAYS, FORMATS
from ecrf.exports.package import Package
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.queries.builders import answered, asked, complete

EVERYTHING = Selection(identifiers=True)
HOSTILE = (
    "=1+1",
    "'quoted",
    "''twice",
    "-1",
    "+49 30 1234",
    '@SUM("A1")',
    'He said "no", and; left',
    "first line\nsecond line",
    "\ttab",
    "＝全角",
    "頭痛と吐き気 🤕",
    "ألم شديد",
    "<script>alert(1)</script>",
    "back\\slash \\N \\.",
    "NULL",
    "NA",
    "  blanks  within  ",
    "\u202eeht fo gnihton \u200d \ue000 \ufffd ﷽ 👩\u200d⚕\ufe0f e\u0301",
    "x" * 20_000,
)
LONG = "痛みが続いた。 " * 450
"""3,600 characters of up to three bytes, blanks among them."""
SIGNS = {"weight_kg": "60.5", "systolic": "120", "diastolic": "80", "pulse": "70", "temperature": "36.5"}
SIGNS |= {"respiration": "14", "spo2": "98", "measured_at": "09:30", "rested": "yes"}


def build_study() -> Any:
    """Two patients of one site; the second has no more than a visit. The site, in order to add to it."""
    site = make_site("01")
    by = make_user("coordinator", Role.COORDINATOR, site)
    patient = a_patient(site, by)
    visit = a_visit(patient, "W01", by)
    enter(visit, "visit", by, occurrence="done", visited_on="2026-01-05", contact="on-site")
    enter(visit, "vital-signs", by, **SIGNS)
    enter(
        visit, "reading", by, device="=HYPERLINK(1)", value_1="31.0", value_2=Missing("not-done", "=broken")
    )
    enter(visit, "dose", by, given_on="2026-01-05", weight_kg="60.0", given_g="40.0", note=LONG)
    enter(visit, "dose-lot", by, parent=1, lot_number="'L-77", expires_on="2031-01")
    enter(visit, "lab-result", by, parent=1, value="5.0", unit="g/dL")
    for number, text in enumerate(HOSTILE, 1):
        enter(patient, "adverse-event", by, number=number, term=text[:200], started_on="2026-01", story=text)
    asked_of = complete(visit, "vital-signs", by)
    answered(asked(asked_of, make_user("monitor", Role.MONITOR, site), text="=2+2?"), by)
    struck = patient.entries.get(crf="adverse-event", number=2)
    strike_out(entry=struck, by=by, actor=by.acting_at(site, Right.ENTER), reason="=Entered twice")
    a_visit(a_patient(site, by), "SCR", by)
    return site


@pytest.fixture(scope="module")
def study(module_db: None) -> Any:
    return build_study()


def package_of(
    folder: Path, selection: Selection = EVERYTHING, cut: Cut | None = None, **more: Any
) -> Package:
    folder.mkdir()
    at = cut or present_cut("Test")
    return Package(folder, at, describe(protocol()), selection, version="1.2.3", synthetic=True, **more)


@pytest.fixture(scope="module")
def package(study: Any, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """All formats, and what goes into every package. It is read, and never written to."""
    package = package_of(tmp_path_factory.mktemp("exports") / "package")
    write_into(package, *FORMATS)
    return package


def write_into(package: Package, *formats: str) -> None:
    with one_snapshot():
        for each in formats:
            FORMATS[each].write(package)
        for always in ALWAYS:
            always(package)


@pytest.fixture
def written(study: Any, tmp_path: Path) -> Callable[..., Package]:
    """Write a package in these formats, with what goes into every package."""

    def write(*formats: str, name: str = "package", **more: Any) -> Package:
        package = package_of(tmp_path / name, **more)
        write_into(package, *formats)
        return package

    return write


def stored(package: Package) -> dict[str, list[dict[str, Any]]]:
    """What the database holds of each table: the rows that a format must give back."""
    return {
        table.name: [
            dict(zip([column.name for column in table.columns], row, strict=True))
            for row in package.rows(table)
        ]
        for table in package.tables
    }
