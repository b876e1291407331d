"""Signs what upkeep has found: its data as JSON, a signature over them that a stranger can check, the public key.

Ed25519, in the form that OpenSSL reads: `openssl pkeyutl -verify -pubin -inkey X.pub.pem -rawin -in X.json -sigfile
X.json.sig`. What it proves: whoever holds the key has signed these very data. The sheet (PDF) names hash and signature.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
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


@dataclass(frozen=True)
class SignedData:
    """Of data that lie in `file`: their SHA-256, the signature in base64, and the SHA-256 of the key."""

    file: str
    sha256: str
    signature: str
    key: str


def write_signed(found: dict[str, Any], into: Path, stem: str, key_file: Path) -> SignedData:
    """`STEM.json` with `.json.sig` and the public key `.pub.pem`, in this folder, which is made."""
    key = signing_key(key_file)
    into.mkdir(parents=True, exist_ok=True)
    data = (json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    signature = key.sign(data)
    write_whole(into / f"{stem}.json", data)
    write_whole(into / f"{stem}.json.sig", signature)
    public = key.public_key()
    write_whole(
        into / f"{stem}.pub.pem", public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return SignedData(
        f"{stem}.json",
        hashlib.sha256(data).hexdigest(),
        base64.b64encode(signature).decode(),
        hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest(),
    )


def signing_key(file: Path) -> Ed25519PrivateKey:
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
