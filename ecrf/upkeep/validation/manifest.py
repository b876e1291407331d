"""What a release consists of: its files, each with its SHA-256. `python -m ecrf.upkeep.validation.manifest FILE`.

The image makes it when it is built, behind its last change. Nothing in it depends on where or when it was made, so that
one number, its fingerprint, names a release: the report of the validation says it, and each installation tells its own.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ecrf import __version__

ROOT = Path(__file__).resolve().parents[3]
NAME = "release.json"
FOLDERS = ("ecrf", "trial", "templates", "static")
LOCKS = ("requirements.lock", "requirements-backup.lock", "requirements-ha.lock", "package-lock.json")
FILES = ("manage.py", "package.json", *LOCKS)
LEFT_OUT = {"ecrf/demo.py"}
"""What .dockerignore keeps out of the image too."""


class NoManifest(Exception):
    """Why there is nothing to compare with, in words with what to do."""


def files_of(root: Path) -> Iterator[str]:
    """What the release consists of, as it lies there: nothing that Python keeps for itself."""
    yield from (name for name in FILES if (root / name).is_file())
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and name not in LEFT_OUT:
                yield name


def make_manifest(root: Path = ROOT) -> bytes:
    files = {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in sorted(files_of(root))}
    said = {"software": f"ecrf {__version__}", "files": files}
    return (json.dumps(said, ensure_ascii=False, indent=0) + "\n").encode()


def fingerprint(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()


def read_manifest(file: Path) -> bytes:
    """NoManifest where there is none, or it is not whole."""
    try:
        content = file.read_bytes()
        said = json.loads(content)
        is_whole = isinstance(said["files"], dict) and isinstance(said["software"], str)
    except OSError:
        raise NoManifest(
            f"{file} is not there: only an image carries it. Name one with --manifest, or make one of a checked out"
            f" release: python -m ecrf.upkeep.validation.manifest {NAME}."
        ) from None
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise NoManifest(f"{file} is no manifest of a release, or was cut. Take it from the release again.")
    return content


if __name__ == "__main__":
    made = make_manifest()
    Path(sys.argv[1]).write_bytes(made)
    print(fingerprint(made))
