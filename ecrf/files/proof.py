"""What `verify_audit` recomputes of files: the hash of their bytes, which the trail names."""

from collections.abc import Iterator

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault, FaultKind, row_fault
from ecrf.files.contents import altered
from ecrf.files.models import FileContent, FilePiece, FileVersion

WORDS = "the bytes of the file are not those that were stored"


@recomputes(
    "file-contents",
    "Bytes of files, by their hash",
    files_filepiece=["content_id", "number", "piece"],
    files_filecontent=["sha256", "size"],
)
def file_contents(extent: Extent) -> Iterator[Fault]:
    """Each content that is not what its name says, and each of its pieces: which of them it is cannot be told."""
    for sha256 in altered(list(FileContent.objects.order_by("pk").values_list("pk", flat=True))):
        yield row_fault("files_filecontent", sha256, WORDS, kind=FaultKind.TAMPERED)
        for piece in FilePiece.objects.filter(content=sha256).order_by("pk").values_list("pk", flat=True):
            yield row_fault("files_filepiece", str(piece), WORDS, kind=FaultKind.TAMPERED)
    there = FileContent.objects.values("pk")
    named = FileVersion.objects.exclude(content__in=there).values_list("content_id", flat=True)
    held = FilePiece.objects.exclude(content__in=there).values_list("content_id", flat=True)
    for sha256 in sorted({*named, *held}):
        yield row_fault("files_filecontent", sha256, "it is gone", kind=FaultKind.TAMPERED)
