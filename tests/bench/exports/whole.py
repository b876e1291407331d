"""What is written of the whole study: ODM, a data cut made again from the trail, the casebook of a patient as PDF."""

import io
import statistics
import tempfile
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pypdf
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.models import Patient
from ecrf.exports.comparison import compare
from ecrf.exports.cut import Cut, present_cut
from ecrf.exports.formats.csv_tables import write_csv
from ecrf.exports.models import DataCut
from ecrf.exports.odm.file import Kind, write_odm
from ecrf.exports.package import Package
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.prints.pdf.casebook import casebook_pdf
from tests.bench.browsing import PASSWORD
from tests.bench.exports.patients import FEW
from tests.bench.table import Line, at_least, at_most, told

ITEMS_A_SECOND, PAGES_A_SECOND = 20_000, 50
ROUNDS = 3
KINDS: tuple[Kind, ...] = ("snapshot", "transactional")


class Counting(io.RawIOBase):
    """Counts the items of an ODM file that goes nowhere."""

    items = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.items += bytes(data).count(b"<ItemData ")
        return len(data)


def cut_of(numbers: list[str]) -> Cut:
    """Everything of these patients."""
    chains = set(Patient.objects.filter(number__in=numbers).values_list("pk", flat=True)) | {0}
    cut = present_cut("bench")
    positions = {chain: position for chain, position in cut.positions.items() if chain in chains}
    return replace(cut, positions=positions, without_identifiers=False)


def measure_odm(numbers: list[str]) -> list[Line]:
    lines = []
    for kind in KINDS:
        with one_snapshot():
            file, cut = Counting(), cut_of(numbers)
            start = time.process_time()
            write_odm(file, cut, kind)  # type: ignore[arg-type]
            seconds = time.process_time() - start
        speed = file.items / seconds
        words = f"{speed:,.0f} items a second of processor time ({file.items:,} items)"
        lines.append(at_least(f"ODM, {kind}", speed, ITEMS_A_SECOND, words))
    return lines


def measure_rebuild(numbers: list[str]) -> Line:
    """CSV of all tables but the trail itself, from the trail alone."""
    with tempfile.TemporaryDirectory(prefix="ecrf-bench-") as folder, one_snapshot(writes=True):
        cut = cut_of(numbers)
        package = Package(
            Path(folder), cut, describe(protocol()), Selection(identifiers=True), from_trail=True
        )
        package.tables = [table for table in package.tables if table.name != "trail"]
        start = time.perf_counter()
        with package.reading_trail_once():
            write_csv(package)
        seconds = time.perf_counter() - start
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM audit_auditevent WHERE chain = ANY (%s)", [list(cut.positions)]
            )
            (events,) = cursor.fetchone()
    words = f"{events / seconds:,.0f} events a second ({events:,} events, {seconds:.1f} s)"
    return told(f"a data cut of {len(numbers):,} patients made again from the trail", words)


def measure_comparison(numbers: list[str]) -> list[Line]:
    """Two cuts of a hundred patients and two of a thousand: an item of each patient was changed between them."""
    few, many = (_two_cuts(some) for some in (numbers[:FEW], numbers))
    seconds: dict[str, list[float]] = {"few": [], "many": []}
    for _ in range(ROUNDS):
        for name, cuts in (("few", few), ("many", many)):
            start = time.perf_counter()
            found = compare(*cuts)
            seconds[name].append(time.perf_counter() - start)
    counts = [len(_statements(cuts)) for cuts in (few, many)]
    took = {name: statistics.median(each) for name, each in seconds.items()}
    ratio, patients = took["many"] / took["few"], len(numbers) / FEW
    kept = [_most_kept(cuts) / 1e6 for cuts in (few, many)]
    return [
        at_most(
            f"two cuts of {len(numbers):,} patients compared, beside two of {FEW}",
            ratio,
            patients,
            f"{took['many']:.2f} s = {ratio:.1f} × {took['few']:.2f} s, {found.total:,} changes",
            f"≤ {patients:g} ×",
        ),
        Line("  SQL statements", f"{counts[0]}, {counts[1]}", "the same", counts[0] == counts[1]),
        told("  memory of the product", f"{kept[1]:.1f} MB beside {kept[0]:.1f} MB"),
    ]


def change_each_patient(numbers: list[str]) -> None:
    """One item of one form of each patient, audited as ever."""
    rows = CRFS["vital-signs"].model._default_manager
    for number in numbers:
        patient = Patient.objects.get(number=number)
        with acting(SYSTEM, patient_id=patient.pk, source="bench"):
            first = rows.filter(entry__patient=patient).order_by("entry_id").first()
            rows.filter(pk=first.pk).update(pulse=71)


def _two_cuts(numbers: list[str]) -> tuple[DataCut, DataCut]:
    """Before and after a change of each of these patients; as cuts of these patients alone."""
    before = cut_of(numbers)
    change_each_patient(numbers)
    return _as_taken(before), _as_taken(cut_of(numbers))


def _as_taken(cut: Cut) -> DataCut:
    return DataCut(
        name="Bench",
        taken_at=cut.taken_at,
        positions={str(chain): position for chain, position in cut.positions.items()},
        description=describe(protocol()).as_json(),
        selection=Selection(identifiers=True).as_json(),
    )


def _statements(cuts: tuple[DataCut, DataCut]) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as captured:
        compare(*cuts)
    return captured.captured_queries


def _most_kept(cuts: tuple[DataCut, DataCut]) -> int:
    """Bytes of this process at most while they are compared."""
    tracemalloc.start()
    try:
        compare(*cuts)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measure_casebook() -> Line:
    """Of a patient of the synthetic study with all visits."""
    from trial.synthetic import casebook, loading
    from trial.synthetic.patients import STORIES

    for account, role in (("investigator01", Role.INVESTIGATOR), ("monitor", Role.MONITOR)):
        with acting(SYSTEM, source="bench"):
            user = User.objects.create_user(account, f"Synthetic {role}", PASSWORD)
            Membership.objects.create(user=user, role=role, site=Site.objects.get(code="01"))
    loading.add_ranges_where_none()
    before = set(Patient.objects.values_list("pk", flat=True))
    story = replace(STORIES[0], site="01")
    loading.load_patient(story, list(casebook.pages(story)))
    patient = Patient.objects.exclude(pk__in=before).get()
    casebook_pdf(patient, made_at=timezone.now())  # fonts and templates are read once
    start = time.process_time()
    content = casebook_pdf(patient, made_at=timezone.now())
    seconds = time.process_time() - start
    pages = len(pypdf.PdfReader(io.BytesIO(content)).pages)
    words = f"{pages / seconds:.0f} pages a second of processor time ({pages} pages, {seconds:.1f} s)"
    return at_least("casebook as PDF", pages / seconds, PAGES_A_SECOND, words)
