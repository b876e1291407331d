"""Three machines as docs/operation/ha.yaml has them, as plain processes: etcd, PostgreSQL under Patroni, the web."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import yaml

from ecrf.demo import ROOT
from tests.drill.machine import binaries
from tests.ha.network import Network
from tests.image.compose import filled, text_of
from tests.postgres import TEST_SETTINGS

MACHINES = {"m1": "192.0.2.11", "m2": "192.0.2.12", "m3": "192.0.2.13"}
PROXY, USERS = "192.0.2.20", "192.0.2.30"
WEB = ("m1", "m2")
"""Machines that have web processes too."""
PATRONI = ROOT / ".venv-ha" / "bin" / "patroni"
ROLES = ("superuser", "owner", "web", "reader", "backup", "standby", "rewind", "patroni")
PATIENCE_S = 60
SECRET_KEY = "only-for-the-drive-of-several-machines-" * 3


def fault_of_engines() -> str:
    """What is missing to run this here; "" if nothing is."""
    missing = [name for name in ("etcd", "caddy") if not shutil.which(name)]
    if missing:
        return f"the programs {' and '.join(missing)} are not here"
    return "" if PATRONI.exists() else "Patroni is not here (make ha fetches it)"


def merged() -> dict[str, Any]:
    """docker-compose.yml with docs/operation/ha.yaml laid over it, as far as this test reads them."""
    first, second = (
        yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        for name in ("docker-compose.yml", "docs/operation/ha.yaml")
    )
    return {**first["configs"], **second["configs"]}, second["services"]


@dataclass
class Node:
    """One of the three: its folder, and what runs on it, by name."""

    name: str
    address: str
    folder: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)


class Cluster:
    """`work`: a folder that a user without rights may enter."""

    def __init__(self, work: Path, network: Network, web_processes: int = 2) -> None:
        self.work, self.network, self.web_processes = work, network, web_processes
        self.nodes = {name: Node(name, address, work / name) for name, address in MACHINES.items()}
        self.proxy: subprocess.Popen[bytes] | None = None
        self.secrets = work / "secrets"
        self.secrets.mkdir()
        for role in ROLES:
            (self.secrets / f"{role}_password").write_text(f"synthetic-{role}\n")
        self.configs, self.services = merged()
        self.sql = work / "first"
        self.sql.mkdir()
        for name in ("roles", "backup_role"):
            (self.sql / f"{name}.sql").write_text(self._here(self._config(name), work))
        (work / "first.sh").write_text(self._here(self._config("first"), work))
        (work / "first.sh").chmod(0o755)
        names = {one.pw_name: one for one in pwd.getpwall()}
        account = names.get("postgres") or names["nobody"]
        self.user = (account.pw_uid, account.pw_gid)
        self.static = work / "static"

    def _config(self, name: str) -> str:
        return text_of({"configs": self.configs}, name, ROOT)

    def _here(self, text: str, folder: Path) -> str:
        """What the file says, with this test's folders in the place of a container's."""
        for there, here in (
            ("/run/secrets", str(self.secrets)),
            ("/docker-entrypoint-initdb.d", str(self.work / "first")),
            ("/etc/ecrf/first.sh", str(self.work / "first.sh")),
            ("/etc/ecrf/patroni.yaml", str(folder / "patroni.yaml")),
            ("/run/postgresql", str(folder)),
            ("/tmp/pgpass", str(folder / "pgpass")),  # noqa: S108
            ("exec patroni", f"exec {PATRONI}"),
        ):
            text = text.replace(there, here)
        return text

    # --- starting ----------------------------------------------------------------------------------------------

    def settings(self, node: Node) -> dict[str, str]:
        """.env of this machine."""
        three = {f"MACHINE_{name[1]}": one.address for name, one in self.nodes.items()}
        return {"MACHINE": node.name[1], "MACHINE_ADDRESS": node.address, **three}

    def start_database(self, name: str, *, only_etcd: bool = False) -> None:
        """All members of etcd are needed before anything begins; later on two."""
        node = self.nodes[name]
        if not node.folder.exists():
            node.folder.mkdir()
            os.chown(node.folder, *self.user)
        if "etcd" not in node.running:
            self._start_etcd(node)
        if not only_etcd:
            self._start_patroni(node)

    def _start_etcd(self, node: Node) -> None:
        command = filled(self.services["etcd"]["command"], self.settings(node))
        command = [word.replace("/var/lib/etcd", str(node.folder / "etcd")) for word in command]
        self._start(node, "etcd", command, self.user, {"PATH": os.environ["PATH"]})

    def _start_patroni(self, node: Node) -> None:
        (node.folder / "patroni.yaml").write_text(self._here(self._config("patroni"), node.folder))
        (node.folder / "node.sh").write_text(self._here(self._config("node"), node.folder))
        env = {
            **filled(self.services["database"]["environment"], self.settings(node)),
            "PATH": f"{binaries()}:{os.environ['PATH']}",
            "PATRONI_POSTGRESQL_DATA_DIR": str(node.folder / "data"),
            "PATRONI_POSTGRESQL_BIN_DIR": str(binaries()),
            "LC_ALL": "C.UTF-8",
            "HOME": str(node.folder),
        }
        self._start(node, "patroni", ["sh", str(node.folder / "node.sh")], self.user, env)

    def web_settings(self, role: str = "web", hosts: tuple[str, ...] = tuple(MACHINES)) -> dict[str, str]:
        servers = ",".join(f"{MACHINES[name]}:5432" for name in hosts)
        url = f"postgresql://ecrf_{role}:synthetic-{role}@{servers}/ecrf?target_session_attrs=read-write"
        inherited = {k: v for k, v in os.environ.items() if not k.endswith("_FILE")}
        return {
            **inherited,
            **TEST_SETTINGS,
            "SECRET_KEY": SECRET_KEY,
            "ALLOWED_HOSTS": "*",
            "DATABASE_URL": url,
            "HEALTH_TOKEN": "synthetic-token-of-the-drive-0123456789",
            "EXPORTS_FOLDER": str(self.work / "exports"),
            "DJANGO_SETTINGS_MODULE": "ecrf.settings",
        }

    def start_web(self, name: str) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn", "--config", "python:ecrf.web.server"),
            *("ecrf.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", str(self.web_processes)),
        ]
        self._start(self.nodes[name], "web", command, None, self.web_settings(), cwd=ROOT)

    def start_proxy(self) -> None:
        """As docker-compose.yml has it, without TLS, which needs a name of the world."""
        settings = {
            "SITE_ADDRESS": ":8080",
            "PROXY_TO": "several",
            "WEB_MACHINES": " ".join(f"{MACHINES[name]}:8000" for name in WEB),
        }
        text = self._config("proxy")
        if b"request_buffers" not in Path(shutil.which("caddy") or "").read_bytes():
            # Debian 12's Caddy (2.6) calls it otherwise.
            text = text.replace("request_buffers 3MB", "buffer_requests\n            max_buffer_size 3MB")
        file = self.work / "Caddyfile"
        file.write_text(text)
        here = {"PATH": os.environ["PATH"], "HOME": str(self.work), "XDG_DATA_HOME": str(self.work)}
        env = {**here, **settings}
        command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        with (self.work / "proxy.log").open("ab") as log:
            self.proxy = self.network.start("proxy", command, stdout=log, stderr=log, env=env)

    def _start(
        self,
        node: Node,
        what: str,
        command: list[str],
        user: tuple[int, int] | None,
        env: dict[str, str],
        cwd: Path | None = None,
    ) -> None:
        with (self.work / f"{node.name}-{what}.log").open("ab") as log:
            node.running[what] = self.network.start(
                node.name,
                command,
                user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                cwd=cwd or "/",
            )

    # --- asking ------------------------------------------------------------------------------------------------

    def members(self, asked: str | None = None) -> dict[str, dict[str, Any]]:
        """What the first machine that answers says of all: {name of a machine: role, state, lag}."""
        for node in self.nodes.values():
            if asked in (None, node.name):
                address = f"http://{node.address}:8008/cluster"
                with suppress(OSError, ValueError), urllib.request.urlopen(address, timeout=2) as answer:
                    said = json.load(answer)
                    return {one["name"].replace("machine-", "m"): one for one in said["members"]}
        return {}

    def primary(self) -> str | None:
        """The one that takes writes at this moment; asked itself."""
        for node in self.nodes.values():
            with (
                suppress(psycopg2.Error),
                closing_connection(node.address) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute("SELECT pg_is_in_recovery()")
                if not cursor.fetchone()[0]:
                    return node.name
        return None

    def wait(self, what: str, is_so: Callable[[], Any], patience: float = PATIENCE_S) -> Any:
        until = time.monotonic() + patience
        while not (found := is_so()):
            if time.monotonic() > until:
                raise TimeoutError(
                    f"{what} did not come within {patience:.0f} s. See the logs in {self.work}."
                )
            time.sleep(0.1)
        return found

    def is_whole(self) -> bool:
        """One takes writes, the other two follow it, and a save waits for one of them."""
        members = self.members()
        roles = sorted(one["role"] for one in members.values() if one["state"] in ("running", "streaming"))
        return roles == ["leader", "quorum_standby", "quorum_standby"]

    def wait_until_whole(self) -> None:
        self.wait("A whole cluster", self.is_whole, patience=240)

    # --- blows -------------------------------------------------------------------------------------------------

    def kill_postgres(self, name: str) -> None:
        """The server's first process, as the kernel does where memory is short: Patroni stays."""
        os.kill(self._postmaster(name), signal.SIGKILL)

    def _postmaster(self, name: str) -> int:
        return int((self.nodes[name].folder / "data" / "postmaster.pid").read_text().split()[0])

    def kill_web(self, name: str) -> None:
        kill_whole(self.nodes[name].running.pop("web"))

    def kill_proxy(self) -> None:
        assert self.proxy
        kill_whole(self.proxy)

    def kill_machine(self, name: str) -> None:
        """Its power is gone: nobody hears of it any more, and nothing on it runs."""
        self.network.pull_out(name)
        node = self.nodes[name]
        with suppress(OSError):
            postmaster = psutil.Process(self._postmaster(name))
            for process in (postmaster, *postmaster.children(recursive=True)):
                with suppress(psutil.Error):
                    process.kill()
        while node.running:
            kill_whole(node.running.popitem()[1])

    def start_machine(self, name: str) -> None:
        self.network.plug_in(name)
        (self.nodes[name].folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.start_database(name)
        if name in WEB:
            self.start_web(name)

    def stop(self) -> None:
        for node in self.nodes.values():
            for process in node.running.values():
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGCONT)
            if node.running:
                self.kill_machine(node.name)
        if self.proxy:
            self.kill_proxy()


class closing_connection:  # noqa: N801
    """As ecrf_owner, to this one server."""

    def __init__(self, address: str, role: str = "owner", **more: Any) -> None:
        self.words = {
            "host": address,
            "dbname": "ecrf",
            "user": f"ecrf_{role}",
            "password": f"synthetic-{role}",
            "connect_timeout": 2,
            **more,
        }

    def __enter__(self) -> Any:
        self.connection = psycopg2.connect(**self.words)
        self.connection.autocommit = True
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def kill_whole(process: "subprocess.Popen[bytes]") -> None:
    """With whatever it has begun."""
    with suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                child.kill()
    process.kill()
    process.wait()


def answers(address: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False
