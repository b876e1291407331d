"""A file that lies in memory while it is short and on the disk when it is long, and is gone when nobody holds it."""

from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast


class _Spooled(SpooledTemporaryFile[bytes]):
    def __del__(self) -> None:
        self.close()


def spooled(in_memory: int = 1_000_000) -> BinaryIO:
    """Empty; on the disk from so many bytes on."""
    return cast(BinaryIO, _Spooled(max_size=in_memory))
