"""The product as it is shipped: the image built and started as the documents tell the operator.

Without Docker the image is replayed (replay.py, docker.py). `make image` sets ECRF_IMAGE=docker: the same commands go
to a Docker engine then.
"""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import yaml

from ecrf.demo import embedded_postgres
from tests.image import docker
from tests.image.compose import commands_in_comments
from tests.image.dockerfile import context, copy_files
from tests.image.replay import Replay
from tests.image.shell import Shell
from tests.image.tls import certificate

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery staple"
NAMED = "ecrf.example.org"
"""The site's address in the documents."""

TYPED_BY_MISTAKE = "Taro Yamada"
TYPED = {
    "Password: ": PASSWORD,
    "The text to redact (not shown): ": TYPED_BY_MISTAKE,
    "Why: ": "A name was typed into a comment",
}


@dataclass
class Installation:
    """`address`: how people reach it; `port`: where a browser of this machine finds it."""

    address: str
    port: int
    shell: Shell

    @property
    def url(self) -> str:
        return f"https://{self.address}"

    def python(self, service: str, code: str, *options: str) -> str:
        """Run this code in a container of the service, with Django set up; what it printed."""
        (self.shell.folder / "code.py").write_text(code)
        return self.shell.run(
            f"docker compose run --rm --no-TTY {' '.join(options)} {service}"
            ' python manage.py shell --verbosity 0 --command "$(cat code.py)"'
        )


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """An empty folder with a short path, thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="ecrf-image-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def folder(work: Path) -> Path:
    """The operator's: what a build is given, and the two files that say how."""
    said = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    given = [Path(one["file"]) for one in said["configs"].values()]
    files = [*context(ROOT), *given, *map(Path, (".dockerignore", "Dockerfile", "docker-compose.yml"))]
    copy_files(ROOT, files, work / "operator")
    return work / "operator"


@pytest.fixture(scope="session")
def image(folder: Path, work: Path) -> Replay:
    replay = Replay(folder, work)
    replay.build()
    return replay


@pytest.fixture(scope="session")
def installation(request: pytest.FixtureRequest, folder: Path, work: Path) -> Iterator[Installation]:
    """Set up and started by the commands that docker-compose.yml asks for, on an empty PostgreSQL."""
    if os.environ.get("ECRF_IMAGE") == "docker":
        started = engine(folder)
    else:
        started = replayed(request.getfixturevalue("image"), folder, work)
    with started as found:
        wait_for(found.port)
        yield found


def asked_for(folder: Path) -> str:
    return commands_in_comments((folder / "docker-compose.yml").read_text(encoding="utf-8"))


@contextmanager
def replayed(image: Replay, folder: Path, work: Path) -> Iterator[Installation]:
    port, web_port = free_port(), free_port()
    before = image.files()
    with embedded_postgres(work / "postgres", "postgres") as database:
        psql, socket_folder = ask_for_passwords(database)
        state = docker.State(str(folder), str(work), socket_folder, psql, web_port)
        docker.put_on_path(work / "bin-docker")
        path = f"{work / 'bin-docker'}:{os.environ['PATH']}"
        shell = Shell(folder, {"PATH": path, "HOME": str(work), docker.STATE: str(state.write())}, TYPED)
        files = map(str, certificate(work, NAMED))
        proxy = subprocess.Popen(
            [sys.executable, "-m", "tests.image.tls", *files, str(port), str(web_port)], cwd=ROOT
        )
        try:
            shell.run(asked_for(folder))
            yield Installation(NAMED, port, shell)
        finally:
            proxy.terminate()
            proxy.wait()
            docker.stop_web(work, web_port)
    assert image.files() == before, (
        "The compose file has the container read only: nothing may be written there."
    )


@contextmanager
def engine(folder: Path) -> Iterator[Installation]:
    """On a real Docker engine: at another port, and at a name for which the proxy makes its certificate itself."""
    port = free_port()
    (folder / "engine.yml").write_text(
        f'services: {{ proxy: {{ ports: !override ["127.0.0.1:{port}:443"] }} }}\n'
    )
    env = {
        **os.environ,
        "COMPOSE_FILE": "docker-compose.yml:engine.yml",
        "COMPOSE_PROJECT_NAME": "ecrf-image-test",
    }
    shell = Shell(folder, env, TYPED)
    try:
        shell.run(asked_for(folder).replace(NAMED, "localhost"))
        yield Installation(f"localhost:{port}", port, shell)
    finally:
        shell.run("docker compose down --volumes --remove-orphans")


def wait_for(port: int) -> None:
    """Until the proxy lets requests through."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            anybody.wrap_socket(plain).close()
            return
        time.sleep(0.2)
    raise AssertionError("The proxy does not answer within 20 s.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask_for_passwords(database: str) -> tuple[str, str]:
    """Let the compose file's roles in by their passwords only. The server's psql, and the folder of its socket."""
    server = psycopg2.connect(database)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config() WHERE name = 'BINDIR'")
        (bin_folder,) = cursor.fetchone()
        cursor.execute("SHOW hba_file")
        rules = Path(cursor.fetchone()[0])
        rules.write_text("local all ecrf_owner,ecrf_web,ecrf_reader scram-sha-256\n" + rules.read_text())
        for setting in ("fsync", "full_page_writes"):  # it is thrown away
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
    socket_folder = server.info.host
    server.close()
    return f"{bin_folder}/psql", socket_folder
