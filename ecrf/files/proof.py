"""What `verify_audit` recomputes of files: the hash of their bytes, which the trail names."""

import hashlib
from collections.abc import Iterator

from ecrf.audit.verifying.checks import Extent, recomputes
from ecrf.audit.verifying.faults import Fault
from ecrf.files.contents import altered
from ecrf.files.models import FileContent


@recomputes(
    "file-contents",
    "Bytes of files, by their hash",
    files_filepiece=["content_id", "number", "piece"],
    files_filecontent=["sha256", "size"],
)
def file_contents(extent: Extent) -> Iterator[Fault]:
    for sha256 in altered(list(FileContent.objects.order_by("pk").values_list("pk", flat=True))):
        words = f"the bytes of the file {sha256} are not those that were stored"
        mark = hashlib.sha256(words.encode()).hexdigest()
        yield Fault(None, 0, words, mark, table="files_filecontent", row=sha256)
