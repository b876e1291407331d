"""What of an installation is not as the release has it: files, packages, settings, database. Nothing is written."""

import gzip
import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

from django.conf import settings
from django.core import checks

from ecrf import __version__
from ecrf.audit.made_by import left_to_do, stranger_to_us
from ecrf.audit.snapshot import one_snapshot
from ecrf.audit.verifying.checks import CHECKS, Extent
from ecrf.audit.verifying.recomputed import attempt
from ecrf.audit.verifying.verify import known_faults
from ecrf.upkeep.validation.manifest import files_of

PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)\s*(;)?", re.MULTILINE)
HASHED = re.compile(r"\.([0-9a-f]{12})\.[\w.]+$")
SETTINGS_MODULE = "ecrf.settings"
AS_SHIPPED = {"DEBUG": False, "TLS": True, "SYNTHETIC_DATA": False}
"""What production has; whoever has it otherwise knows why, and says so in the report of the installation."""
MIGRATIONS = "migrations"


@dataclass(frozen=True)
class InstallationPart:
    """`what`: as a heading; `seen`: how much was compared, in words; `differences`: each in a sentence."""

    what: str
    seen: str
    differences: tuple[str, ...]


def compare(root: Path, manifest: bytes) -> list[InstallationPart]:
    """All of it, each part whatever became of the others."""
    said = json.loads(manifest)
    return [
        _files(root, said["software"], said["files"]),
        _served(Path(settings.STATIC_ROOT)),
        _packages(root / "requirements.lock"),
        _settings(),
        _database(),
    ]


def _files(root: Path, software: str, released: dict[str, str]) -> InstallationPart:
    here = set(files_of(root))
    found = (
        []
        if software == f"ecrf {__version__}"
        else [f"The manifest is of {software}, this is ecrf {__version__}."]
    )
    found += [f"{name} is gone." for name in released if name not in here]
    found += [f"{name} is not of the release." for name in sorted(here - released.keys())]
    found += [
        f"{name} has other content than the release's."
        for name, sha256 in released.items()
        if name in here and hashlib.sha256((root / name).read_bytes()).hexdigest() != sha256
    ]
    return InstallationPart("Files", f"{len(released)} files of the release", tuple(found))


def _served(folder: Path) -> InstallationPart:
    """The collected static files bear the hash of their content in their names, and lie there packed as well."""
    collected = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    found = []
    for path in collected:
        plain = path.with_suffix("") if path.suffix == ".gz" else path
        named = HASHED.search(plain.name)
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = _unpacked(content)
            if not plain.is_file() or plain.read_bytes() != content:
                found.append(f"{path.relative_to(folder)} is not what its unpacked neighbour is.")
        elif named and hashlib.md5(content, usedforsecurity=False).hexdigest()[:12] != named[1]:
            found.append(f"{path.relative_to(folder)} is not what its name says.")
    seen = f"{len(collected)} collected static files" if collected else "no static files are collected here"
    return InstallationPart("Static files as they are served", seen, tuple(found))


def _unpacked(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError):
        return b""


def _packages(lock: Path) -> InstallationPart:
    """What is installed against the lock file; a package that only some machines need may be missing."""
    if not lock.is_file():
        return InstallationPart(
            "Python packages", "nothing", (f"{lock.name} is gone: nothing says what belongs here.",)
        )
    pins: dict[str, dict[str, bool]] = {}
    for name, pinned, condition in PINNED.findall(lock.read_text(encoding="utf-8")):
        pins.setdefault(name, {})[pinned] = bool(condition)
    found = []
    for name, wanted in pins.items():
        versions = " or ".join(wanted)
        try:
            installed = version(name)
        except PackageNotFoundError:
            if not all(wanted.values()):
                found.append(f"{name} {versions} is not installed.")
            continue
        if installed not in wanted:
            found.append(f"{name} {installed} is installed, the release has {versions}.")
    known = set(pins) | {
        name for name, *_ in PINNED.findall(_text(lock.with_name("requirements-backup.lock")))
    }
    others = sorted(
        {_plain(one.metadata["Name"]) for one in distributions()} - {_plain(name) for name in known}
    )
    found += [f"Not of the release, and installed: {', '.join(others)}."] if others else []
    return InstallationPart("Python packages", f"{len(pins)} packages of {lock.name}", tuple(found))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _plain(name: str) -> str:
    """As indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _settings() -> InstallationPart:
    found = [
        f"{name} is {'on' if getattr(settings, name) else 'off'}; in production it is {'on' if shipped else 'off'}."
        for name, shipped in AS_SHIPPED.items()
        if getattr(settings, name) is not shipped
    ]
    module = os.environ.get("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    if module != SETTINGS_MODULE:
        found.append(f"The settings are read from {module}, the release's are {SETTINGS_MODULE}.")
    warned = checks.run_checks(include_deployment_checks=True)
    found += [f"{one.msg} ({one.id})" for one in warned if one.level >= checks.WARNING]
    return InstallationPart(
        "Settings", f"{len(AS_SHIPPED) + 1} settings, and Django's checks for production", tuple(found)
    )


def _database() -> InstallationPart:
    """Migrations, tables, constraints, triggers, functions, rights and roles, as verification of the trail has them."""
    if why := stranger_to_us() or left_to_do():
        return InstallationPart("Database", "its list of migrations", (why,))
    wanted = {key: one for key, one in CHECKS.items() if one.of_database or key == MIGRATIONS}
    with one_snapshot():
        faults = [
            fault for one in wanted.values() for fault in attempt(one.title, partial(one.find, Extent()))
        ]
        known = known_faults()
    found = tuple(f"{fault}." for fault in faults if fault.mark not in known)
    recorded = (
        f", but for {len(faults) - len(found)} that are recorded as known" if len(faults) > len(found) else ""
    )
    return InstallationPart(
        "Database", ", ".join(one.title.lower() for one in wanted.values()) + recorded, found
    )
