"""How each kind of export is made: `MAKERS`, one function for each."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext, override

import ecrf
from ecrf.access.language import MASTER, known_language, speaking_to
from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.copy.maker import write_copy
from ecrf.exports.cut import present_positions, selected_cut
from ecrf.exports.formats.registry import write_formats
from ecrf.exports.handed_over.keeping import content_of, forget_content
from ecrf.exports.models import DataCut, Export, ExportKind
from ecrf.exports.odm.edition.keeping import keep_edition
from ecrf.exports.odm.edition.today import edition_of_today
from ecrf.exports.package import Package, StepCounter, finish
from ecrf.exports.people import named
from ecrf.exports.rebuild import rebuild
from ecrf.exports.sdtm.annotation import place_in_sdtm
from ecrf.exports.sdtm.program import mapping_sum
from ecrf.exports.sdtm.writing import has_sdtm
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import read_selection
from ecrf.forms.protocol import protocol
from ecrf.prints.files import write_whole
from ecrf.prints.pdf.annotated_crf import annotated_crf_pdf
from ecrf.prints.pdf.casebook import casebook_file, casebook_pdf


@dataclass(frozen=True)
class Made:
    """A finished file; `outcome` says in words what was found, `afterwards` is written together with its row."""

    size: int
    sha256: str
    file_name: str
    outcome: str = ""
    afterwards: Callable[[], object] | None = None


Maker = Callable[[Export, Path, Path, StepCounter], Made]


def make_cut(export: Export, folder: Path, target: Path, progress: StepCounter) -> Made:
    """One snapshot gives the positions and everything that is written."""
    wanted = export.wanted
    selection = read_selection(wanted["selection"])
    description, edition = describe(protocol()), edition_of_today()
    with one_snapshot():
        taken_at, positions = present_positions()
        package = Package(
            folder,
            selected_cut(wanted["name"], taken_at, positions, selection, description, ecrf.__version__),
            description,
            selection,
            version=ecrf.__version__,
            synthetic=settings.SYNTHETIC_DATA,
            remarks={
                "reason": wanted["reason"],
                "taken_by": named(export.asked_by, identifiers=selection.identifiers),
            },
            progress=progress,
            edition=edition,
        )
        write_formats(package, wanted["formats"])
        size, sha256 = finish(package, target)

    def keep() -> DataCut:
        return DataCut.objects.create(
            name=wanted["name"],
            reason=wanted["reason"],
            taken_at=taken_at,
            taken_by=export.asked_by,
            positions={str(chain): position for chain, position in positions.items()},
            description=description.as_json(),
            edition=keep_edition(edition),
            selection=selection.as_json(),
            identifiers_reason=wanted["identifiers_reason"],
            formats=wanted["formats"],
            sums={
                "files": package.sums,
                "mapping": mapping_sum() if "sdtm" in wanted["formats"] else "",
            },
            version=ecrf.__version__,
            is_synthetic=settings.SYNTHETIC_DATA,
            export=export,
        )

    return Made(size, sha256, file_name(wanted["name"], taken_at), afterwards=keep)


def make_again(export: Export, folder: Path, target: Path, progress: StepCounter) -> Made:
    """The package of a cut, from the audit trail alone."""
    cut = DataCut.objects.select_related("export").get(name=export.wanted["name"])
    found = rebuild(cut, folder, target, progress)
    return Made(found.size, found.sha256, file_name(f"{cut.name} made again", cut.taken_at), found.words)


def file_name(of: str, at: datetime, end: str = "zip") -> str:
    """`synthetic-Interim 1-20261127T2240Z.zip`: says when, and that the data are synthetic where they are."""
    moment = at.astimezone(UTC)
    synthetic = "synthetic-" if settings.SYNTHETIC_DATA else ""
    return f"{synthetic}{of.replace(' ', '_')}-{moment:%Y%m%dT%H%MZ}.{end}"


def make_casebook(export: Export, folder: Path, target: Path, progress: StepCounter) -> Made:
    """The casebook of one patient as PDF."""
    assert export.patient is not None, "a casebook is asked for of a patient"
    progress(gettext("Casebook"))
    moment = timezone.now()
    with _as_asked(export):
        content = casebook_pdf(export.patient, made_at=moment, compact=bool(export.wanted.get("compact")))
    return _pdf(content, target, f"casebook-{export.patient.number}", moment)


def make_handed_over(export: Export, folder: Path, target: Path, progress: StepCounter) -> Made:
    """The casebook of a patient who moved, from what was read at that moment; whatever came after is not in it."""
    progress(gettext("Casebook"))
    content, moment = content_of(export)
    with override(known_language(export.wanted.get("language")) or MASTER):  # it was read in this one
        file = casebook_file(content, moment)
    made = _pdf(file, target, f"casebook-{content['number']}-handed-over", moment)
    return replace(made, afterwards=lambda: forget_content(export))


def make_annotated_crf(export: Export, folder: Path, target: Path, progress: StepCounter) -> Made:
    """Every form blank, with the names of its items."""
    progress(gettext("Annotated CRF"))
    moment = timezone.now()
    with _as_asked(export):
        content = annotated_crf_pdf(moment, place_in_sdtm if has_sdtm() else None)
    return _pdf(content, target, "annotated-crf", moment)


def make_site_copy(export: Export, folder: Path, target: Path, progress: StepCounter) -> Made:
    """Everything of a site."""
    assert export.site is not None, "a copy is asked for of a site"
    with _as_asked(export):
        language = get_language() or MASTER
    cut, size, sha256 = write_copy(export.site, folder, target, progress, language)
    return Made(size, sha256, file_name(f"copy-of-site-{export.site.code}", cut.taken_at))


def _as_asked(export: Export) -> AbstractContextManager[None]:
    """In the language in which the page was read where it was asked for."""
    language = known_language(export.wanted.get("language"))
    return override(language) if language else speaking_to(export.asked_by)


def _pdf(content: bytes, target: Path, name: str, moment: datetime) -> Made:
    write_whole(target, content)
    return Made(len(content), hashlib.sha256(content).hexdigest(), file_name(name, moment, "pdf"))


MAKERS: dict[str, Maker] = {
    ExportKind.DATA_CUT: make_cut,
    ExportKind.REBUILD: make_again,
    ExportKind.CASEBOOK: make_casebook,
    ExportKind.HANDED_OVER: make_handed_over,
    ExportKind.SITE_COPY: make_site_copy,
    ExportKind.ANNOTATED_CRF: make_annotated_crf,
}
