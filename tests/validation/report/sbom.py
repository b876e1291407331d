"""The software bill of materials, CycloneDX 1.6: what the product consists of, with hashes and licences."""

import base64
import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from email.message import Message
from importlib.metadata import distributions
from typing import Any

from ecrf import __version__
from tests.validation.catalogue import ROOT

LOCKS = ("requirements.lock", "requirements-backup.lock")
"""Of what is shipped; what the tests need beside it is no part of the product. Patroni and what it needs are left out
as yet (requirements-ha.lock): they are not installed here, so that nobody here knows their licences."""
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)[^\n]*\\\n((?:\s+--hash=sha256:\w+(?: \\)?\n)+)", re.MULTILINE)
IMAGES = re.compile(r"^(?:FROM|\s+image:) ([a-z0-9./-]+):([\w.-]+)", re.MULTILINE)
OWN = "ecrf"
CLASSIFIER = "License :: "


def bill_of_materials(at: datetime) -> dict[str, Any]:
    components = sorted(
        [*_python_packages(), *_front_end_packages(), *_images()], key=lambda one: str(one["bom-ref"])
    )
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components))}",
        "version": 1,
        "metadata": {
            "timestamp": at.isoformat(timespec="seconds"),
            "component": {
                "type": "application",
                "bom-ref": f"{OWN}@{__version__}",
                "name": OWN,
                "version": __version__,
            },
        },
        "components": components,
        "dependencies": [
            {"ref": f"{OWN}@{__version__}", "dependsOn": [str(one["bom-ref"]) for one in components]}
        ],
    }


def _python_packages() -> Iterator[dict[str, Any]]:
    """As the lock files pin them. Where two machines need two versions, both; licences are those of what is here."""
    installed = {_plain(one.metadata["Name"]): one.metadata for one in distributions()}
    for lock in LOCKS:
        for name, version, hashes in PIN.findall((ROOT / lock).read_text(encoding="utf-8")):
            purl = f"pkg:pypi/{_plain(name)}@{version}"
            yield {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "licenses": _licences(installed[_plain(name)]) if _plain(name) in installed else [],
                # Several files of one version, one for each kind of machine: each is pinned.
                "properties": [
                    {"name": "ecrf:sha256", "value": sha256} for sha256 in re.findall(r"sha256:(\w+)", hashes)
                ],
            }


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licences(metadata: Message) -> list[dict[str, Any]]:
    """An SPDX expression where the package says one; else the names that it gives."""
    if expression := metadata.get("License-Expression"):
        return [{"expression": expression}]
    names = [
        one.rpartition(" :: ")[2]
        for one in metadata.get_all("Classifier") or []
        if one.startswith(CLASSIFIER) and one.count("::") > 1
    ]
    said = (metadata.get("License") or "").strip()
    if not names and said:
        names = [said.splitlines()[0][:80]]
    return [{"license": {"name": name}} for name in names]


def _front_end_packages() -> Iterator[dict[str, Any]]:
    """What is copied into the product; packages of the tests are left out."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, one in lock.items():
        if not place or one.get("dev"):
            continue
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
        kind, _, digest = one["integrity"].partition("-")
        yield {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": one["version"],
            "purl": purl,
            "hashes": [
                {"alg": kind.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}
            ],
            "licenses": [{"license": {"name": one["license"]}}] if "license" in one else [],
        }


def _images() -> Iterator[dict[str, Any]]:
    """What the images are built on, and run beside."""
    text = "\n".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("Dockerfile", "docker-compose.yml", "docs/operation/ha.yaml")
    )
    for name, version in sorted(set(IMAGES.findall(text))):
        if name != OWN:
            yield {"type": "container", "bom-ref": f"{name}:{version}", "name": name, "version": version}


def licence_of(component: dict[str, Any]) -> str:
    said = [one.get("expression") or one["license"]["name"] for one in component.get("licenses", [])]
    return "; ".join(said) or (
        "see the image" if component["type"] == "container" else "not said by the package"
    )
