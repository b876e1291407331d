"""The content of a kept file: taken in and read back piece by piece."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import TextIO

from django.utils import timezone
from django.utils.translation import gettext_lazy

from ecrf.access.models import User
from ecrf.imports.models import Import, ImportFile, ImportFilePiece
from ecrf.imports.reading.encodings import encoding_of
from ecrf.imports.reading.tables import TextTable, open_table

PIECE = 256 * 1024
ALTERED = gettext_lazy(
    "What is kept of the file is not what was brought: its SHA-256 is another one. Tell the operator."
)


def hash_of(pieces: Iterable[bytes]) -> tuple[str, int]:
    """SHA-256 in hexadecimal digits, and how many bytes."""
    found, size = hashlib.sha256(), 0
    for piece in pieces:
        found.update(piece)
        size += len(piece)
    return found.hexdigest(), size


def keep(pieces: Iterable[bytes], sha256: str, size: int, by: User) -> ImportFile:
    """Keep a file once, whoever brings it again. Inside the caller's act.

    A file that another site has brought is not seen here before an import of this site's own names it: what is there
    already is left as it is.
    """
    file = ImportFile(sha256=sha256, size=size, kept_at=timezone.now(), kept_by=by)
    ImportFile.objects.bulk_create([file], ignore_conflicts=True)
    for number, content in enumerate(_even(pieces)):
        piece = ImportFilePiece(file=file, number=number, content=content)
        ImportFilePiece.objects.bulk_create([piece], ignore_conflicts=True)
    return file


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of one size, whatever the sizes in which they come."""
    waiting = b""
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PIECE:
            yield waiting[:PIECE]
            waiting = waiting[PIECE:]
    if waiting:
        yield waiting


def pieces_of(file: ImportFile) -> Iterator[bytes]:
    """What there is, up to the first piece that is lacking: whether it is all of it, `is_as_brought` says."""
    for number in range(-(-file.size // PIECE)):
        found = ImportFilePiece.objects.filter(file=file, number=number).values_list("content", flat=True)
        if (content := found.first()) is None:
            return
        yield bytes(content)


def is_as_brought(file: ImportFile) -> bool:
    """Whether the bytes in the database are those whose hash the trail names: none altered, lacking or more."""
    numbers = list(
        ImportFilePiece.objects.filter(file=file).order_by("number").values_list("number", flat=True)
    )
    is_whole = numbers == list(range(-(-file.size // PIECE)))
    return is_whole and hash_of(pieces_of(file)) == (file.pk, file.size)


class StoredBytes(io.RawIOBase):
    """A kept file as a stream that is read from its beginning to its end."""

    def __init__(self, file: ImportFile) -> None:
        super().__init__()
        self._pieces, self._rest = pieces_of(file), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = next(self._pieces, b"")
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def text_of(file: ImportFile, codec: str) -> TextIO:
    """As `open_table` wants it: line ends as they stand."""
    return io.TextIOWrapper(io.BufferedReader(StoredBytes(file)), encoding=codec, newline="")


def table_of(batch: Import) -> TextTable:
    """The file of an import as a table, read as it says or as somebody said; UnreadableFile where it cannot be."""
    codec = encoding_of(lambda: pieces_of(batch.file), batch.reading.get("declared", ""))
    return open_table(text_of(batch.file, codec), batch.reading.get("delimiter", ""))
