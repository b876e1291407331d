"""What `docker` does in the replay: `docker compose up`, and `docker compose run SERVICE COMMAND…`, without Docker.

The services are those of docker-compose.yml: their commands, settings and secrets, in the image that was replayed, on
an empty PostgreSQL that stands for the service `database`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.image.compose import Compose
from tests.image.replay import Replay

STATE = "ECRF_REPLAY"


@dataclass(frozen=True)
class State:
    """What every call has to know. `socket` is the folder of PostgreSQL's socket, `psql` the path of the program."""

    folder: str
    work: str
    socket: str
    psql: str
    port: int

    def write(self) -> Path:
        path = Path(self.work) / "state.json"
        path.write_text(json.dumps(asdict(self)))
        return path


WORKERS = ("worker", "importer")


class Machine:
    """The operator's machine: a folder, a database server and the built image."""

    def __init__(self, state: State) -> None:
        self.state, self.work = state, Path(state.work)
        self.compose = Compose.read(Path(state.folder))
        self.image = Replay(Path(state.folder), self.work)
        self.image.open()

    def up(self) -> None:
        if not (self.work / "database").exists():
            self._make_database()
        done = self.start("migrate", self.compose.command("migrate")).wait()
        assert done == 0, "The service migrate failed."
        stop_web(self.work, self.state.port)
        with (self.work / "web.log").open("a") as log:
            web = self.start(
                "web",
                self.image.command(self.state.port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            for service in WORKERS:
                worker = self.start(
                    service,
                    self.compose.command(service),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                (self.work / f"{service}.pid").write_text(str(worker.pid))
        (self.work / "web.pid").write_text(str(web.pid))
        self._wait_until_healthy(web)

    def start(
        self, service: str, command: list[str], extra: dict[str, str] | None = None, **more
    ) -> subprocess.Popen:
        """A process of this service."""
        secrets = self._secrets(service)
        environment = {
            name: value.replace("/run/secrets", str(secrets)).replace(
                "/var/lib/ecrf", str(self.work / "exports")
            )
            for name, value in self.compose.environment(service).items()
        }
        return self.image.start(command, {**environment, **(extra or {})}, **more)

    def _secrets(self, service: str) -> Path:
        """This service's secrets and no others; in the addresses, the socket in place of the network."""
        folder = self.work / "secrets" / service
        folder.mkdir(parents=True, exist_ok=True)
        for name, given in self.compose.secrets(service).items():
            text = given.read_text().replace("@database:5432/ecrf", f"@/ecrf?host={self.state.socket}")
            (folder / name).write_text(text)
        return folder

    def _make_database(self) -> None:
        """As PostgreSQL's image does: the superuser, the database, and the scripts that the compose file gives it."""
        secrets = self._secrets("database")
        settings = self.compose.environment("database")
        superuser, database = settings["POSTGRES_USER"], settings["POSTGRES_DB"]
        password = (
            Path(settings["POSTGRES_PASSWORD_FILE"].replace("/run/secrets", str(secrets))).read_text().strip()
        )
        self._psql(
            "postgres",
            "postgres",
            f"ALTER ROLE {superuser} PASSWORD '{password}';\n"
            f"CREATE DATABASE {database} OWNER {superuser} ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;\n"
            + "".join(
                f"ALTER SYSTEM SET {setting.replace('=', ' = ')};\n" for setting in self._server_settings()
            )
            + "SELECT pg_reload_conf();\n",
        )
        for sql in self.compose.first_sql():
            self._psql(superuser, database, sql.replace("/run/secrets", str(secrets)), password)
        (self.work / "database").touch()

    def _server_settings(self) -> list[str]:
        program, *words = self.compose.command("database")
        assert (program, set(words[::2])) == ("postgres", {"-c"})
        return words[1::2]

    def _psql(self, user: str, database: str, sql: str, password: str = "") -> None:
        subprocess.run(
            [
                self.state.psql,
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--no-password",
                "--output=/dev/null",
            ],
            input=sql,
            text=True,
            check=True,
            env={
                "PGHOST": self.state.socket,
                "PGUSER": user,
                "PGDATABASE": database,
                "PGPASSWORD": password,
                "PATH": os.environ["PATH"],
            },
        )

    def _wait_until_healthy(self, web: subprocess.Popen) -> None:
        """By the image's own health check."""
        for _ in range(120):
            assert web.poll() is None, "gunicorn ended: " + (self.work / "web.log").read_text()
            check = self.start("web", self.image.health_check(self.state.port), stderr=subprocess.DEVNULL)
            if check.wait() == 0:
                return
            time.sleep(0.25)
        raise AssertionError("The service web is not healthy after 30 s.")


def stop_web(work: Path, port: int) -> None:
    """End the workers and the web processes, if there are any, and wait until nobody listens any more."""
    for service in WORKERS:
        _end(work / f"{service}.pid")
    pid = _end(work / "web.pid")
    if pid is None:
        return
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)


def _end(file: Path) -> int | None:
    """The process that was told to end; None if there is none."""
    if not file.exists():
        return None
    pid = int(file.read_text())
    file.unlink()
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    return pid


def main(words: list[str]) -> int:
    machine = Machine(State(**json.loads(Path(os.environ[STATE]).read_text())))
    match words:
        case ["compose", "up", *options] if set(options) <= {"--build", "--detach"}:
            machine.up()
            return 0
        case ["compose", "run", "--rm", *rest]:
            extra = {}
            while rest[0] in ("--env", "--no-TTY"):
                if rest.pop(0) == "--env":
                    name, _, value = rest.pop(0).partition("=")
                    extra[name] = value
            words = [word.replace("/var/lib/ecrf", str(machine.work / "exports")) for word in rest[1:]]
            return machine.start(rest[0], words, extra).wait()
    print(f"The replay does not know `docker {' '.join(words)}`: teach it.", file=sys.stderr)
    return 2


def put_on_path(folder: Path) -> None:
    """A program `docker` in this folder, which is this module."""
    folder.mkdir(exist_ok=True)
    program = folder / "docker"
    root = Path(__file__).resolve().parent.parent.parent
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH="{root}" exec "{sys.executable}" -W error -m tests.image.docker "$@"\n'
    )
    program.chmod(0o755)
    assert shutil.which("docker", path=str(folder))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
