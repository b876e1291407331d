"""Writes a file whole or not at all: nothing half made ever stands under its name."""

import os
import tempfile
from pathlib import Path


class NotWritten(Exception):
    """The file could not be written; says why, and that nothing was left behind."""


def write_whole(path: Path, content: bytes) -> None:
    """Through a neighbour named `.part`, which only this process’s user may read, and which then takes the name."""
    part = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f"{path.name}.", suffix=".part", delete=False
        ) as file:
            part = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        why = os.strerror(error.errno or 0).lower()
        raise NotWritten(f"{path} could not be written ({why}). Nothing was left behind.") from error
