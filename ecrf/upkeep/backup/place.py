"""Where backups come from and go to, read from the environment; and the configuration that Barman is given."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2.extensions

from ecrf.web.setting_names import mistyped

SERVER = "ecrf"
HIGHEST = 100_000
"""Of a number of days or seconds: more is a slip."""


class BackupFault(Exception):
    """Why there is no backup, or no way back, in words with what to do."""


@dataclass(frozen=True)
class BackupPlace:
    """`home`: Barman's folder and what belongs to it; `second`: a folder on another machine, None for none.

    `key` and `secrets_key`: fingerprints of the public keys that encrypt the data, and the secrets beside them. Private
    keys are only needed on the way back. `exports` and `secrets`: folders whose files are kept too.
    """

    home: Path
    second: Path | None
    dsn: str
    binaries: Path
    gnupg: Path
    key: str
    secrets_key: str = ""
    days: int = 30
    exports: Path | None = None
    secrets: Path | None = None
    passphrase_file: Path | None = None

    @property
    def archive(self) -> Path:
        return self.home / "barman"

    @property
    def env(self) -> dict[str, str]:
        path = f"{self.binaries}:{os.environ.get('PATH', '/usr/bin:/bin')}"
        return {**os.environ, "PATH": path, "GNUPGHOME": str(self.gnupg)}


def from_environment(env: Mapping[str, str]) -> BackupPlace:
    """BackupFault names the setting that is missing or wrong, and what to do."""
    if why := mistyped(env):
        raise BackupFault(why)
    home = Path(_needed(env, "BACKUP_FOLDER", "Set it to the folder that backups go to."))
    second = Path(env["BACKUP_SECOND_FOLDER"]) if env.get("BACKUP_SECOND_FOLDER") else None
    if second is not None and not second.is_dir():
        raise BackupFault(f"BACKUP_SECOND_FOLDER is {second}, and no folder is there. Is it mounted?")
    days = number(env, "BACKUP_DAYS", 30, "Set it to the number of days that one can go back.")
    number(
        env, "BACKUP_ROUND_SECONDS", 60, ROUND_TO_DO
    )  # a service that stops is seen at once, not at its first round
    dsn = _database(env)
    gnupg = home / "gnupg"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        gnupg.mkdir(mode=0o700, exist_ok=True)
        # Nobody but who runs this brings keys into this folder; Barman asks for no other way of trusting them.
        (gnupg / "gpg.conf").write_text("trust-model always\n", encoding="utf-8")
    except OSError as error:
        raise BackupFault(
            f"BACKUP_FOLDER is {home}, which cannot be written ({error.strerror}). Give it to this service's user."
        ) from None
    secrets = env.get("BACKUP_SECRETS_FOLDER")
    # On the way back, of a machine that was lost, there are none yet: they come out of the backup.
    if secrets and not env.get("RESTORE_KEY_FILE") and not Path(secrets).is_dir():
        raise BackupFault(
            f"BACKUP_SECRETS_FOLDER is {secrets}, and no folder is there. Name that of the secrets."
        )
    return BackupPlace(
        home=home,
        second=second,
        dsn=dsn,
        binaries=_binaries(env),
        gnupg=gnupg,
        key=_imported(env, "BACKUP_KEY_FILE", gnupg),
        secrets_key=_imported(env, "BACKUP_SECRETS_KEY_FILE", gnupg) if secrets else "",
        days=days,
        exports=Path(env["EXPORTS_FOLDER"]) if env.get("EXPORTS_FOLDER") else None,
        secrets=Path(secrets) if secrets else None,
        passphrase_file=Path(env["RESTORE_PASSPHRASE_FILE"]) if env.get("RESTORE_PASSPHRASE_FILE") else None,
    )


def _needed(env: Mapping[str, str], name: str, what_to_do: str) -> str:
    if not env.get(name):
        raise BackupFault(f"{name} is not set. {what_to_do}")
    return env[name]


ROUND_TO_DO = "Set it to the number of seconds between two rounds of backups."


def number(env: Mapping[str, str], name: str, default: int, what_to_do: str) -> int:
    value = env.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= HIGHEST:
        raise BackupFault(f"{name} is {value!r}. {what_to_do} It may be 1 to {HIGHEST}.")
    return int(value)


def _binaries(env: Mapping[str, str]) -> Path:
    folder = Path(env.get("POSTGRES_BINARIES") or "/usr/lib/postgresql/18/bin")
    if not (folder / "pg_receivewal").exists():
        raise BackupFault(
            f"POSTGRES_BINARIES is {folder}, where PostgreSQL's own programs are not. Name the folder of pg_receivewal,"
            " of the database's version."
        )
    return folder


def _database(env: Mapping[str, str]) -> str:
    what_to_do = "Set it to the address of the database for the role that makes backups."
    if file := env.get("BACKUP_DATABASE_URL_FILE"):
        try:
            url = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise BackupFault(f"BACKUP_DATABASE_URL_FILE names {file}: {why}. {what_to_do}") from None
    else:
        url = _needed(env, "BACKUP_DATABASE_URL", what_to_do)
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        raise BackupFault(f"BACKUP_DATABASE_URL cannot be read. {what_to_do}") from None
    return " ".join(f"{name}={_quoted(value)}" for name, value in parts.items() if value)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _imported(env: Mapping[str, str], name: str, gnupg: Path) -> str:
    """The fingerprint of the one key in the file, which GnuPG knows from now on."""
    what_to_do = "Export the key to it: gpg --armor --export NAME > FILE."
    file = _needed(env, name, what_to_do)
    command = ["gpg", "--homedir", str(gnupg), "--batch", "--with-colons", "--show-keys", file]
    shown = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    prints = [line.split(":")[9] for line in shown.stdout.splitlines() if line.startswith("fpr:")]
    primary = [line for line in shown.stdout.splitlines() if line.startswith(("pub:", "sec:"))]
    if shown.returncode or len(primary) != 1:
        raise BackupFault(f"{name} names {file}, which does not hold one key of GnuPG. {what_to_do}")
    importing = ["gpg", "--homedir", str(gnupg), "--batch", "--quiet", "--import", file]
    subprocess.run(importing, check=True, capture_output=True)  # noqa: S603
    return prints[0]


def write_configuration(place: BackupPlace, into: Path, *, archive: Path | None = None) -> Path:
    """Barman's, beside whatever it keeps for itself. `archive`: another folder of backups than the home's, to read."""
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    (into / "staging").mkdir(exist_ok=True)
    (into / "servers").mkdir(exist_ok=True)
    said = {
        "description": "eCRF",
        "conninfo": place.dsn,
        "streaming_conninfo": place.dsn,
        "path_prefix": str(place.binaries),
        # The whole base backup and every segment of the log, compressed, then encrypted with the public key.
        "backup_method": "postgres",
        "backup_compression": "gzip",
        "backup_compression_format": "tar",
        "backup_compression_location": "server",
        "immediate_checkpoint": "true",
        "compression": "gzip",
        "encryption": "gpg",
        "encryption_key_id": place.key,
        # The log comes as it is written, and none is thrown away before it is here.
        "streaming_archiver": "on",
        "slot_name": SERVER,
        "create_slot": "auto",
        "retention_policy": f"RECOVERY WINDOW OF {place.days} DAYS",
        "minimum_redundancy": "1",
        "last_backup_maximum_age": "2 DAYS",
        "staging_path": str(into / "staging"),
        "staging_location": "local",
    }
    if place.passphrase_file:
        said["encryption_passphrase_command"] = f"cat {place.passphrase_file}"
    settings = {
        "barman_user": _user(),
        "barman_home": str(archive or place.archive),
        "barman_lock_directory": str(into),
        "configuration_files_directory": str(into / "servers"),
        "log_file": str(into / "barman.log"),
    }
    lines = ["[barman]", *_lines(settings), "", f"[{SERVER}]", *_lines(said)]
    file = into / "barman.conf"
    file.touch(mode=0o600)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _lines(said: Mapping[str, str]) -> list[str]:
    return [f"{name} = {value}" for name, value in said.items()]


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
