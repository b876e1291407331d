"""What `verify_audit` recomputes of imports: the hash of each file that was brought, which the trail names."""

from collections.abc import Iterator

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault, FaultKind, row_fault
from ecrf.imports.models import ImportFile, ImportFilePiece
from ecrf.imports.sources.stored import is_as_brought

WORDS = "the bytes of the file are not those that were brought"


@recomputes("import-files", "Files that were brought, by their hash", imports_importfilepiece=["content"])
def import_files(extent: Extent) -> Iterator[Fault]:
    """Each piece of a file that is not what its name says: which of them it is cannot be told."""
    for file in ImportFile.objects.order_by("pk").iterator():
        if is_as_brought(file):
            continue
        yield row_fault("imports_importfile", file.pk, WORDS, kind=FaultKind.TAMPERED)
        for piece in ImportFilePiece.objects.filter(file=file).order_by("pk").values_list("pk", flat=True):
            yield row_fault("imports_importfilepiece", piece, WORDS, kind=FaultKind.TAMPERED)
