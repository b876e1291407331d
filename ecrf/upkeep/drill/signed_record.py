"""The drill's sheet: a PDF for people, its data as JSON, and a signature over the data that a stranger can check."""

import base64
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ecrf.prints.files import write_whole
from ecrf.upkeep.backup.place import BackupFault

HERE = Path(__file__).parent
NAMES = {
    "content": "Counts and hashes",
    "privileges": "Rights in the database",
    "trail": "Audit trail",
    "pages": "Pages",
    "data_cut": "Data cut",
}


def write_record(found: dict[str, Any], into: Path, key_file: Path, at: datetime) -> Path:
    """`drill-….json` with `.sig` and the public key `.pub.pem`, and `drill-….pdf`, which names hash and signature.

    Check: `openssl pkeyutl -verify -pubin -inkey X.pub.pem -rawin -in X.json -sigfile X.json.sig`.
    """
    from ecrf.prints.pdf.typesetting import typeset

    key = _signing_key(key_file)
    into.mkdir(parents=True, exist_ok=True)
    stem = f"drill-{at:%Y%m%dT%H%M%SZ}"
    data = (json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    signature = key.sign(data)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    write_whole(into / f"{stem}.json", data)
    write_whole(into / f"{stem}.json.sig", signature)
    write_whole(into / f"{stem}.pub.pem", public)
    pdf = typeset(
        HERE / "record.typ",
        {
            "whose": "Drill of the way back",
            "as_of": f"{at:%Y-%m-%d %H:%M} UTC",
            "outcome": "Passed" if not found["faults"] else f"Failed: {len(found['faults'])} faults",
            "facts": _facts(found),
            "steps": [[one["what"], f"{one['seconds']:.1f} s"] for one in found["steps"]],
            "looks": [[NAMES[name], one["words"], f"{one['seconds']:.1f} s"] for name, one in _looks(found)],
            "faults": found["faults"],
            "file": f"{stem}.json",
            "sha256": hashlib.sha256(data).hexdigest(),
            "signature": base64.b64encode(signature).decode(),
            "key": hashlib.sha256(raw).hexdigest(),
        },
        title="Drill of the way back",
        made_at=at,
    )
    write_whole(into / f"{stem}.pdf", pdf)
    return into / f"{stem}.pdf"


def _looks(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, {"words": "not reached", **one}) for name, one in found["looks"].items()]


def _facts(found: dict[str, Any]) -> list[list[str]]:
    facts = [
        ["What was restored", found["source"]],
        ["To which moment", found["to"] or "all there was"],
        ["Time to recovery (RTO)", f"{found['rto_seconds']:.1f} s, until pages opened again"],
    ]
    if found.get("rpo_seconds") is not None:
        facts.insert(2, ["What was lost (RPO)", f"{found['rpo_seconds']:.1f} s of saves before the end"])
    return [*facts, *([name, str(value)] for name, value in found.get("more", {}).items())]


def _signing_key(file: Path) -> Ed25519PrivateKey:
    """Made where there is none; kept for this user alone."""
    if not file.exists():
        made = Ed25519PrivateKey.generate()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return made
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise BackupFault(
            f"{file} holds no private key in PEM. Make one: openssl genpkey -algorithm ed25519."
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BackupFault(
            f"{file} holds a key of another kind. Make one: openssl genpkey -algorithm ed25519."
        )
    return key
