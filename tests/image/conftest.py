"""The product as it is shipped: the image built and started as the documents tell the operator.

Without Docker the image is replayed (replay.py, docker.py). `make image` sets ECRF_IMAGE=docker: the same commands go
to a Docker engine then.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

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

TYPED = {
    "Password: ": PASSWORD,
    "The text to redact (not shown): ": "Taro Yamada",
    "Why: ": "A name was typed into a comment",
}


@dataclass
class Installation:
    """`address`: how people reach it; `port`: where a browser of this machine finds it."""

    address: str
    port: int
    shell: Shell
    work: Path
    database: str = ""

    @property
    def url(self) -> str:
        return f"https://{self.address}"


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
    files = [*context(ROOT), *map(Path, (".dockerignore", "Dockerfile", "docker-compose.yml"))]
    copy_files(ROOT, files, work / "operator")
    return work / "operator"


@pytest.fixture(scope="session")
def image(folder: Path, work: Path) -> Replay:
    replay = Replay(folder, work)
    replay.build()
    return replay


@pytest.fixture(scope="session")
def installation(image: Replay, folder: Path, work: Path) -> Iterator[Installation]:
    """Started by the commands that docker-compose.yml asks for, on an empty PostgreSQL."""
    port, web_port = free_port(), free_port()
    with embedded_postgres(work / "postgres", "postgres") as database:
        server = psycopg2.connect(database)
        state = docker.State(
            folder=str(folder),
            work=str(work),
            socket=server.info.host,
            psql=ask_for_passwords(server),
            port=web_port,
        )
        server.close()
        docker.put_on_path(work / "bin-docker")
        env = {
            "PATH": f"{work / 'bin-docker'}:{os.environ['PATH']}",
            "HOME": str(work),
            docker.STATE: str(state.write()),
        }
        shell = Shell(folder, env, TYPED)
        try:
            shell.run(commands_in_comments((folder / "docker-compose.yml").read_text(encoding="utf-8")))
            files = map(str, certificate(work, NAMED))
            command = [sys.executable, "-m", "tests.image.tls", *files, str(port), str(web_port)]
            proxy = subprocess.Popen(command, cwd=ROOT)
            yield Installation(NAMED, port, shell, work, database)
            proxy.terminate()
            proxy.wait()
        finally:
            if (work / "web.pid").exists():
                docker.stop(int((work / "web.pid").read_text()), web_port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask_for_passwords(server: psycopg2.extensions.connection) -> str:
    """Let the roles of the compose file in by their passwords only; the path of the server's psql."""
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config() WHERE name = 'BINDIR'")
        (bin_folder,) = cursor.fetchone()
        cursor.execute("SHOW hba_file")
        rules = Path(cursor.fetchone()[0])
        rules.write_text("local all ecrf_owner,ecrf_web scram-sha-256\n" + rules.read_text())
        for setting in ("fsync", "full_page_writes"):  # it is thrown away
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
    return f"{bin_folder}/psql"
