"""Which program makes the SDTM files: a sum of its sources.

How a trial's data become SDTM is a program and no data, so it cannot be kept with a data cut as the forms are. What is
kept is this sum: a cut that is made again by another program says so in words.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ecrf.exports.formats import transport
from ecrf.forms.protocol import protocol

ENGINE = (*sorted(Path(__file__).parent.rglob("*.py")), Path(transport.__file__))
"""What every trial's SDTM is made by."""


def mapping_sum() -> str:
    """SHA-256 of the trial's mapping with all of the trial that it is made of, and of this package; "" without one."""
    path = protocol().sdtm
    return _sum(path.rpartition(".")[0]) if path else ""


@cache
def _sum(module: str) -> str:
    """Once in a process: what was loaded is what its files were then."""
    of_trial = sorted(_sources(module).items())
    digest = hashlib.sha256()
    for name, content in [*of_trial, *((path.name, path.read_bytes()) for path in ENGINE)]:
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources(first: str) -> dict[str, bytes]:
    """{module: its source} of the module and of all that it imports, directly or not, from its own top package."""
    top, waiting, found = first.partition(".")[0], [first], {}
    while waiting:
        name = waiting.pop()
        if name not in found and (source := _source(name)) is not None:
            found[name] = source
            waiting += [one for one in _imported(source) if one.partition(".")[0] == top]
    return found


def _source(name: str) -> bytes | None:
    """None of a name that is no module: `from package import what` may name either."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin).read_bytes() if spec and spec.origin else None


def _imported(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
