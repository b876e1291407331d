"""Makes the package of a data cut again, from the audit trail alone: the same bytes, or it says what differs."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext, gettext_lazy, ngettext

from ecrf import __version__
from ecrf.access.language import in_master
from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.cut import selected_cut
from ecrf.exports.formats.registry import write_formats
from ecrf.exports.models import DataCut
from ecrf.exports.odm.edition.keeping import kept_edition
from ecrf.exports.odm.edition.today import edition_of_today, in_english
from ecrf.exports.package import MANIFEST, Package, StepCounter, finish, in_silence
from ecrf.exports.people import named
from ecrf.exports.redacted import RedactedEvent, redacted_since, unexplained
from ecrf.exports.sdtm.program import mapping_sum
from ecrf.exports.sdtm.writing import FOLDER as SDTM_FOLDER
from ecrf.exports.tables.description import read_description
from ecrf.exports.tables.selection import read_selection

ODM_FORMATS = frozenset({"odm", "odm-archive"})
BY_FORMS_OF_TODAY = gettext_lazy(
    "The cut was taken before forms were kept with a cut: its ODM files are written by the forms of today, and differ"
    " where those were changed since."
)
NAMED_AT_MOST = 10
"""Files that differ."""


@dataclass(frozen=True)
class DifferingFiles:
    """Which files of a package are not what they were when the cut was taken; `same`: how many are."""

    names: tuple[str, ...]
    same: int

    @property
    def are_sdtm_alone(self) -> bool:
        return bool(self.names) and all(name.startswith(f"{SDTM_FOLDER}/") for name in self.names)

    @property
    def words(self) -> str:
        """Of none as well: then only the manifest differs."""
        more = len(self.names) - NAMED_AT_MOST
        said = {"files": ", ".join(self.names[:NAMED_AT_MOST]), "more": more, "same": self.same}
        if not self.names:
            return gettext("Only the manifest differs; %(same)s are the same bytes.") % said
        if more > 0:
            words = gettext("Files that differ: %(files)s and %(more)s more; %(same)s are the same bytes.")
            return words % said
        return gettext("Files that differ: %(files)s; %(same)s are the same bytes.") % said


@dataclass(frozen=True)
class Rebuilt:
    """What came of it. `redacted`: the events up to the cut from which personal data were taken out since;
    `unexplained`: files that differ though none of these can have changed them; `version`: of the software that took
    the cut; `by_forms_of_today`: whether it holds ODM and no forms were kept. `differing`: None where it was not kept
    what the files were; `mapping`: the sums of the programs that made its SDTM, then and now."""

    size: int
    sha256: str
    is_same: bool
    redacted: list[RedactedEvent]
    version: str = __version__
    by_forms_of_today: bool = False
    differing: DifferingFiles | None = None
    mapping: tuple[str, str] = ("", "")
    unexplained: tuple[str, ...] = ()

    @property
    def is_explained(self) -> bool:
        """Whether it is the same, or differs in what was redacted and in nothing else."""
        return self.is_same or bool(self.redacted and not self.unexplained)

    @property
    def words(self) -> str:
        said = [self._outcome]
        if self.differing and not self.is_same:
            said.append(self.differing.words)
        if self.by_forms_of_today:
            said.append(str(BY_FORMS_OF_TODAY))
        return " ".join(said)

    @property
    def _has_other_mapping(self) -> bool:
        then, now = self.mapping
        return bool(then) and then != now and bool(self.differing and self.differing.are_sdtm_alone)

    @property
    def _outcome(self) -> str:
        if self.is_same:
            return gettext("Made again from the audit trail alone: the same bytes, the same SHA-256.")
        if self.is_explained:
            words = ngettext(
                "Made again from the audit trail: it differs in what was redacted since the cut was taken"
                " (%(number)s event; the manifest names them).",
                "Made again from the audit trail: it differs in what was redacted since the cut was taken"
                " (%(number)s events; the manifest names them).",
                len(self.redacted),
            )
            return words % {"number": len(self.redacted)}
        if self._has_other_mapping:
            then, now = self.mapping
            words = gettext(
                "Made again from the audit trail: everything but the SDTM is the same bytes. The program that makes"
                " SDTM was changed since the cut was taken (its SHA-256 was %(then)s… and is %(now)s…): to have"
                " these files too, make it again with the eCRF %(version)s that took it."
            )
            return words % {"then": then[:16], "now": now[:16], "version": self.version}
        if self.version != __version__:
            words = gettext(
                "Made again from the audit trail: the bytes DIFFER. The cut was taken by eCRF %(version)s, and this"
                " is %(now)s, which may write the files otherwise: make it again with %(version)s."
            )
            return words % {"version": self.version, "now": __version__}
        if self.redacted:
            return gettext(
                "Made again from the audit trail: the bytes DIFFER in more than was redacted. Run verify_audit, and"
                " compare the two files."
            )
        return gettext(
            "Made again from the audit trail: the bytes DIFFER. Run verify_audit, and compare the two files."
        )


def rebuild(cut: DataCut, folder: Path, target: Path, progress: StepCounter = in_silence) -> Rebuilt:
    """Write the package into `target`. Needs nothing of the study but the trail, and what is kept of the cut."""
    selection = read_selection(cut.selection)
    description = read_description(cut.description)
    kept = kept_edition(cut)
    positions = {int(chain): position for chain, position in cut.positions.items()}
    with in_master(), one_snapshot(writes=True):
        redacted = redacted_since(positions)
        package = Package(
            folder,
            selected_cut(cut.name, cut.taken_at, positions, selection, description, cut.version),
            description,
            selection,
            from_trail=True,
            version=cut.version,
            synthetic=cut.is_synthetic,
            remarks={"reason": cut.reason, "taken_by": named(cut.taken_by, identifiers=selection.identifiers)}
            | ({"redacted_since": [event.place for event in redacted]} if redacted else {}),
            progress=progress,
            edition=kept or in_english(edition_of_today()),  # as files were when none was kept
        )
        progress(gettext("Reading the audit trail"), 0)
        with package.reading_trail_once():
            write_formats(package, cut.formats)
        size, sha256 = finish(package, target)
    differing = _differing(cut.sums["files"], package.sums) if cut.sums else None
    return Rebuilt(
        size,
        sha256,
        sha256 == cut.export.sha256,
        redacted,
        cut.version,
        by_forms_of_today=kept is None and not ODM_FORMATS.isdisjoint(cut.formats),
        differing=differing,
        mapping=(cut.sums["mapping"], mapping_sum()) if cut.sums else ("", ""),
        unexplained=unexplained(differing.names, package, redacted) if differing else (),
    )


def _differing(then: dict[str, str], now: dict[str, str]) -> DifferingFiles:
    """The manifest names all others, so that it differs with any of them."""
    names = (then.keys() | now.keys()) - {MANIFEST}
    differing = sorted(name for name in names if then.get(name) != now.get(name))
    return DifferingFiles(tuple(differing), len(names) - len(differing))
