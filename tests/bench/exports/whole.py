"""What is written of the whole study: ODM, a data cut made again from the trail, the casebook of a patient as PDF."""

import io
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pypdf
from django.db import connection
from django.utils import timezone

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.models import Patient
from ecrf.exports.cut import Cut, present_cut
from ecrf.exports.formats.csv_tables import write_csv
from ecrf.exports.odm.file import Kind, write_odm
from ecrf.exports.package import Package
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.prints.pdf.casebook import casebook_pdf
from tests.bench.browsing import PASSWORD
from tests.bench.table import Line, at_least, told

ITEMS_A_SECOND, PAGES_A_SECOND = 20_000, 50
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
