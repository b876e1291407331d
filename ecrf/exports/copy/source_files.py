"""The files in a copy or an archive: every version as it is stored, and a list of them with their hashes."""

import io

from django.db.models import Q, QuerySet

from ecrf.access.models import Site
from ecrf.casebook.models import Patient
from ecrf.exports.package import Package
from ecrf.files.contents import pieces_of
from ecrf.files.models import FileVersion
from ecrf.files.pages.places import words_of_file
from ecrf.trail.download.csv_file import utc, write

COLUMNS = (
    *(
        "file",
        "patient",
        "what_it_is",
        "title",
        "about",
        "version",
        "pages",
        "bytes",
        "sha256",
        "original_name",
    ),
    *("blacked_out", "original_sha256", "valid_from", "valid_until", "added_at_utc", "added_by", "reason"),
    *("struck_at_utc", "struck_by", "struck_reason"),
)
LIST = "files/files.csv"


def versions_of(patients: list[Patient], site: Site | None = None) -> QuerySet[FileVersion]:
    """Of these patients and of the site; without a site of all sites and of the study. Struck out ones too."""
    which = Q(file__patient__in=patients)
    which |= Q(file__of_site=site) if site else Q(file__patient=None) & ~Q(file__of_site__is_practice=True)
    found = FileVersion.objects.filter(which).order_by("file", "number")
    return found.select_related(
        *("content", "added_by", "file__patient", "file__of_site", "file__struck_by", "file__query"),
        *("file__entry__visit", "file__entry__parent", "file__entry__patient"),
    )


def write_files(package: Package, versions: QuerySet[FileVersion]) -> None:
    """The manifest names each with the hash of what was written; the list with the hash that the trail knows."""
    rows = []
    for version in versions:
        name = _name(version)
        with package.file(name, f"File {version.file.title}") as file:
            for piece in pieces_of(version.content_id):
                file.write(piece)
        rows.append(_row(name, version))
    with package.file(LIST, "List of files") as file:
        buffer = io.BytesIO()
        write(buffer, COLUMNS, iter(rows))
        file.write(buffer.getvalue())


def _name(version: FileVersion) -> str:
    """By numbers: titles are people's words, and no names of files."""
    file = version.file
    where = file.patient.number if file.patient else f"site-{file.of_site.code}" if file.of_site else "study"
    return f"files/{where}/{file.pk}-v{version.number}.pdf"


def _row(name: str, version: FileVersion) -> tuple[str, ...]:
    file, content = version.file, version.content
    values = (
        *(name, file.patient, file.get_kind_display(), file.title, words_of_file(file), version.number),
        *(content.pages, content.size, content.sha256, version.name),
        *(version.boxes if file.is_copy else "", version.original_sha256, version.valid_from),
        *(version.valid_until, utc(version.added_at), version.added_by.username, version.reason),
        utc(file.struck_at) if file.struck_at else "",
        *(file.struck_by.username if file.struck_by else "", file.struck_reason),
    )
    return tuple("" if value is None else str(value) for value in values)
