"""The bytes of files in the database, piece by piece; nothing of it is given away that does not fit its hash."""

import hashlib
from collections.abc import Collection, Iterator
from typing import BinaryIO

from ecrf.files.models import FileContent, FilePiece
from ecrf.web.spooled import spooled

PIECE = 512 * 1024


class ContentAltered(Exception):
    """The bytes in the database are not those that were stored."""


def sha256_of(file: BinaryIO) -> tuple[str, int]:
    """The hash and the size of a file, which is at its beginning then."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := file.read(PIECE):
        digest.update(block)
        size += len(block)
    file.seek(0)
    return digest.hexdigest(), size


def store(file: BinaryIO, media_type: str, pages: int) -> FileContent:
    """Within a transaction. The same bytes are stored once; of two who store them at once, one waits.

    Bytes that another site has stored are not seen here before a version of this site's own names them.
    """
    sha256, size = sha256_of(file)
    content = FileContent(sha256=sha256, media_type=media_type, size=size, pages=pages)
    FileContent.objects.bulk_create([content], ignore_conflicts=True)
    if not FilePiece.objects.filter(content=content).exists():
        for number, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
            stored = FilePiece(content=content, number=number, piece=piece)
            FilePiece.objects.bulk_create([stored], ignore_conflicts=True)
    return content


def pieces_of(sha256: str) -> Iterator[bytes]:
    """The bytes, a statement each piece: nobody holds more than one."""
    number = 0
    while found := list(
        FilePiece.objects.filter(content=sha256, number=number).values_list("piece", flat=True)
    ):
        yield bytes(found[0])
        number += 1


def opened(sha256: str) -> BinaryIO:
    """The bytes as a file. `ContentAltered` unless they are those that were stored."""
    file = spooled()
    digest = hashlib.sha256()
    for piece in pieces_of(sha256):
        digest.update(piece)
        file.write(piece)
    if digest.hexdigest() != sha256:
        file.close()
        raise ContentAltered(sha256)
    file.seek(0)
    return file


def altered(which: Collection[str]) -> Iterator[str]:
    """Of these, those whose bytes do not give their hash and their size, or of which there are more pieces."""
    sizes = dict(FileContent.objects.filter(pk__in=which).values_list("pk", "size"))
    for sha256 in which:
        digest, count, size = hashlib.sha256(), 0, 0
        for piece in pieces_of(sha256):
            digest.update(piece)
            count, size = count + 1, size + len(piece)
        is_whole = FilePiece.objects.filter(content=sha256).count() == count and sizes.get(sha256) == size
        if digest.hexdigest() != sha256 or not is_whole:
            yield sha256
