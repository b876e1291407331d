"""What is kept beside the database: finished exports, each once, and the secrets, under a key of their own."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

from ecrf.upkeep.backup.place import BackupFault, BackupPlace


def keep_exports(place: BackupPlace) -> int:
    """Encrypt each finished file that is not here yet; how many. Files are whole once they bear their name."""
    if place.exports is None or not place.exports.is_dir():
        return 0
    kept = 0
    for file in sorted(place.exports.rglob("*")):
        inside = file.relative_to(place.exports)
        if not file.is_file() or any(part.endswith(".part") for part in inside.parts):
            continue
        target = place.home / "exports" / f"{inside}.gpg"
        if not target.exists():
            encrypt(place, place.key, file.read_bytes(), target)
            kept += 1
    return kept


def keep_secrets(place: BackupPlace) -> bool:
    """Whether they had changed. All in one file, which the key of the data does not open."""
    if place.secrets is None:
        return False
    files = [file for file in sorted(place.secrets.rglob("*")) if file.is_file()]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for file in files:
            info = tarfile.TarInfo(str(file.relative_to(place.secrets)))
            content = file.read_bytes()
            info.size, info.mode = len(content), 0o600
            archive.addfile(info, io.BytesIO(content))
    named = hashlib.sha256(packed.getvalue()).hexdigest()[:16]
    target = place.home / "secrets" / f"secrets-{named}.tar.gpg"
    if target.exists():
        return False
    encrypt(place, place.secrets_key, packed.getvalue(), target)
    return True


def encrypt(place: BackupPlace, key: str, content: bytes, target: Path) -> None:
    """With the public key alone; whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    _gpg(
        place,
        ["--recipient", key, "--output", str(part), "--encrypt"],
        content,
    )
    part.replace(target)


def decrypt(place: BackupPlace, file: Path) -> bytes:
    """Needs the private key in GnuPG, and its passphrase in the file that the settings name."""
    passphrase = (
        ["--pinentry-mode", "loopback", "--passphrase-file", str(place.passphrase_file)]
        if place.passphrase_file
        else []
    )
    return _gpg(place, [*passphrase, "--decrypt", str(file)], b"")


def _gpg(place: BackupPlace, words: list[str], content: bytes) -> bytes:
    command = ["gpg", "--batch", "--quiet", "--no-tty", *words]
    done = subprocess.run(command, input=content, env=place.env, capture_output=True)  # noqa: S603
    if done.returncode:
        raise BackupFault(f"GnuPG refused: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
