"""Makes the investigator's copy: everything of one site, in one snapshot, as one file that checks itself."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext, override

import ecrf
from ecrf.access.language import MASTER
from ecrf.access.models import Site
from ecrf.audit.snapshot import one_snapshot
from ecrf.casebook.models import Patient
from ecrf.exports.copy.contents import write_accounts, write_index, write_trail, write_verifier
from ecrf.exports.copy.source_files import versions_of, write_files
from ecrf.exports.cut import Cut, present_positions
from ecrf.exports.formats.registry import write_formats
from ecrf.exports.package import Package, StepCounter, finish
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol
from ecrf.prints.pdf.casebook import casebooks_of_site

FORMATS_OF_A_COPY = ("csv", "odm", "odm-archive")
"""Those of them that there are."""
FILES_BESIDE = 5
"""Accounts, the list of files, verifier, index and README."""


def write_copy(
    site: Site, folder: Path, target: Path, progress: StepCounter, language: str = MASTER
) -> tuple[Cut, int, str]:
    """The cut, the size of the file and its SHA-256. Identifiers are in it: they are the site's own. `language`: of the
    casebooks, which are for people; tables, trail and lists are English."""
    selection = Selection(sites=(site.code,), identifiers=True)
    with one_snapshot():
        taken_at, positions = present_positions()
        patients = list(Patient.objects.filter(site=site).order_by("number"))
        ours = {patient.pk: positions[patient.pk] for patient in patients if patient.pk in positions}
        cut = Cut(
            name=f"Copy of site {site.code}",
            taken_at=taken_at,
            positions={**ours, 0: positions.get(0, 0)},
            sites=frozenset({site.code}),
            without_identifiers=False,
        )
        package = Package(
            folder,
            cut,
            describe(protocol()),
            selection,
            version=ecrf.__version__,
            synthetic=settings.SYNTHETIC_DATA,
            progress=progress,
        )
        versions = versions_of(patients, site)
        more = 2 * len(patients) + versions.count() + FILES_BESIDE
        write_formats(package, FORMATS_OF_A_COPY, more=more)
        with override(language):
            words = gettext("Copy of site %(code)s, %(at)s UTC")
        at = f"{taken_at:%Y-%m-%d %H:%M}"
        casebooks = casebooks_of_site(
            site, taken_at, language=language, cut_words=words % {"code": site.code, "at": at}
        )
        for name, casebook in casebooks:
            with package.file(f"casebooks/{name}", f"Casebook {name}") as file:
                file.write(casebook)
        chains = write_trail(package, patients)
        write_accounts(package, site)
        write_files(package, versions)
        write_verifier(package)
        package.remarks = {"site": site.code, "casebooks_in": language, "chains": chains}
        write_index(package, site, patients, protocol().title, language)
        size, sha256 = finish(package, target)
    return cut, size, sha256
