"""A PostgreSQL server on a folder: reached by a socket of this user alone, started and stopped by its own programs."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ecrf.upkeep.backup.place import BackupFault

TRUST = "local all all trust\nlocal replication all trust\n"
"""Only who may enter the socket's folder comes this far."""
OF_ITS_OWN = {
    "listen_addresses": "",
    "archive_mode": "off",
    "synchronous_standby_names": "",
    "primary_conninfo": "",
    "logging_collector": "off",
}
"""Whatever the restored settings say: the copy speaks to nobody, and waits for nobody."""


@dataclass
class Server:
    """`more`: settings beside those of its own."""

    folder: Path
    binaries: Path
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sockets = Path(tempfile.mkdtemp(prefix="ecrf-pg-"))
        (self.sockets / "pg_hba.conf").write_text(TRUST, encoding="utf-8")

    def url(self, database: str, user: str) -> str:
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def start(self, patience: int = 600) -> None:
        """Until it takes connections; after a restore that is when the log has been replayed."""
        self._hand_over()
        settings = {
            **OF_ITS_OWN,
            "unix_socket_directories": str(self.sockets),
            "hba_file": str(self.sockets / "pg_hba.conf"),
            **self.more,
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.sockets / "log"
        done = self._run("pg_ctl", "start", "-w", "-t", str(patience), "-l", str(log), "-o", options)
        if done.returncode:
            said = log.read_text(errors="replace") if log.exists() else done.stderr
            if "before configured recovery target was reached" in said:
                raise BackupFault(
                    "The backup does not reach that moment: its log ends before it. Name an earlier one, or none."
                )
            raise BackupFault("PostgreSQL did not start: " + " / ".join(said.splitlines()[-5:]))

    def stop(self) -> None:
        """In order, if it runs; and its socket's folder goes."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast")
        shutil.rmtree(self.sockets, ignore_errors=True)

    def kill(self) -> None:
        """As a power cut would: every process of it at once, without a word."""
        postmaster = int((self.folder / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(  # noqa: S603
            ["ps", "-o", "pid=", "--ppid", str(postmaster)],  # noqa: S607
            capture_output=True,
            text=True,
        )
        for pid in [postmaster, *map(int, children.stdout.split())]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _hand_over(self) -> None:
        """PostgreSQL does not run as root: then it is given to the user postgres, or to nobody."""
        if os.getuid():
            return
        owner = self._owner()
        for path in (self.folder, *self.folder.rglob("*"), self.sockets, *self.sockets.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
        self.folder.chmod(0o700)

    def _owner(self) -> pwd.struct_passwd:
        names = {one.pw_name: one for one in pwd.getpwall()}
        return names.get("postgres") or names["nobody"]

    def _run(self, program: str, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.binaries / program), "-D", str(self.folder), *words]
        as_user: dict[str, Any] = {}
        if not os.getuid():
            as_user = {"user": self._owner().pw_uid, "group": self._owner().pw_gid, "extra_groups": []}
        # The server that stays behind must not hold a pipe of ours open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", **as_user
            )
            said.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, "", said.read())
