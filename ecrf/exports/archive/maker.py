"""Makes the archive of a study in an empty folder: everything of all sites, in one snapshot, with what checks it."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

import ecrf
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.models import Patient
from ecrf.exports.archive.viewed import viewed
from ecrf.exports.copy.contents import write_chain, write_study_accounts, write_trail, write_verifier
from ecrf.exports.copy.source_files import versions_of, write_files
from ecrf.exports.cut import present_cut
from ecrf.exports.folder import file_of
from ecrf.exports.formats.registry import write_formats
from ecrf.exports.models import Export, ExportKind, ExportState
from ecrf.exports.package import SUMS, Package, seal
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.prints.pdf.casebook import casebook_pdf
from ecrf.trail.download.csv_file import utc

FORMATS_OF_AN_ARCHIVE = ("csv", "odm", "odm-archive")
VIEWER = Path(__file__).with_name("viewer.py")
KEPT_FILES = {
    ExportKind.SITE_COPY: "copies",
    ExportKind.DATA_CUT: "cuts",
    ExportKind.HANDED_OVER: "handed-over",
}
"""Finished files that go into it as they were made, and the folder of each kind."""
SYSTEM = "system"
"""What the chain of everything that belongs to no patient is called."""


def write_archive(folder: Path, reason: str, by: str) -> tuple[datetime, str]:
    """The moment of it, and the SHA-256 of its list of sums, which says everything else. `folder` is empty."""
    with one_snapshot():
        cut = replace(present_cut("Archive of the study"), without_identifiers=False)
        package = Package(
            folder,
            cut,
            describe(protocol()),
            Selection(identifiers=True),
            version=ecrf.__version__,
            synthetic=settings.SYNTHETIC_DATA,
        )
        patients = list(
            Patient.objects.filter(site__is_practice=False).select_related("site").order_by("number")
        )
        write_formats(package, FORMATS_OF_AN_ARCHIVE)
        for patient in patients:
            with package.file(f"casebooks/casebook-{patient.number}.pdf") as file:
                file.write(casebook_pdf(patient, made_at=cut.taken_at))
            with package.file(f"viewer/{patient.number}.json") as file:
                file.write(json.dumps(viewed(patient, cut.taken_at), ensure_ascii=False).encode())
        chains = write_trail(package, patients)
        chains[SYSTEM] = write_chain(package, 0, SYSTEM)
        write_study_accounts(package)
        write_files(package, versions_of(patients))
        kept = _copy_kept(package)
    write_verifier(package)
    with package.file("viewer.py") as file:
        file.write(VIEWER.read_bytes())
    context = {
        "title": protocol().title,
        "made_at": utc(cut.taken_at),
        "version": ecrf.__version__,
        "synthetic": settings.SYNTHETIC_DATA,
        "patients": len(patients),
        "by": by,
        "reason": reason,
        "missing": kept["missing"],
    }
    with package.file("README.txt") as file:
        file.write(render_to_string("exports/archive_readme.txt", context).encode())
    package.remarks = {
        "chains": chains,
        "archived_by": by,
        "reason": reason,
        "kept_files": kept,
    }
    seal(package)
    return cut.taken_at, hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()


def _copy_kept(package: Package) -> dict[str, Any]:
    """The investigator's copies and the packages of data cuts; `missing` names those whose file is gone or altered."""
    taken, missing = {}, []
    exports = Export.objects.filter(kind__in=list(KEPT_FILES), state=ExportState.DONE).order_by("pk")
    for export in exports.filter(removed_at=None):
        source, name = file_of(export), f"{KEPT_FILES[ExportKind(export.kind)]}/{export.file_name}"
        if not source.is_file():
            missing.append(f"{export.title}: its file is not in the folder of exports")
            continue
        target = package.folder / name
        if target.exists():
            name = f"{target.parent.name}/{export.pk}-{target.name}"
        with package.file(name) as file, source.open("rb") as content:
            shutil.copyfileobj(content, file)
        digest = hashlib.sha256((package.folder / name).read_bytes()).hexdigest()
        if digest != export.sha256:
            missing.append(f"{export.title}: its file is not the one that was made")
        taken[name] = {"title": export.title, "sha256": digest}
    return {"files": taken, "missing": missing}
