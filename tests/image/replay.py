"""Builds what the Dockerfile says without Docker: every step of it, in an empty folder, its paths moved below one.

What differs from the real image: the machine's own Python and npm stand for those of the FROM lines, no user is made,
and pip may take from this machine's cache what it would fetch. Stages that only fetch are kept from run to run, under
a hash of their text and of the files that they are given.
"""

import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath

from tests.image.dockerfile import Stage, Step, context, copy_files, stages

KEPT_STAGES = Path(sys.prefix).resolve() / ".image"
OF_THE_MACHINE = ("useradd ",)
"""Steps that change the machine itself: the replay runs as whoever runs the tests."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FETCHING = re.compile(r"HOME|TMPDIR|PIP_\w+|npm_config_\w+|\w+_proxy|SSL_CERT_\w+|NODE_EXTRA_CA_CERTS", re.I)
"""Of the environment of the tests, what a step may need to reach the package indexes. It sees nothing else."""


class Replay:
    """The image, built in `work` from the files of `folder`."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder, self.work = folder, work
        found = stages((folder / "Dockerfile").read_text(encoding="utf-8"))
        # What comes behind the product, the image of backups, stands on PostgreSQL's own and is not replayed.
        self.stages = found[: [stage.name for stage in found].index("product") + 1]
        self.context = list(context(folder))
        self.root = work / "root"
        self.roots = {stage.name: self._kept(stage) for stage in self.stages[:-1]}
        self.tops = self._absolute_paths()
        self.workdir, self.env = PurePosixPath("/"), self._first_environment(self.last)

    def _absolute_paths(self) -> set[str]:
        """The folders at the top of the image that the Dockerfile names."""
        words = [
            word
            for stage in self.stages
            for step in stage.steps
            if step.word in ("WORKDIR", "COPY")
            for word in step.rest.split()
        ]
        return {word.split("/")[1] for word in words if word.startswith("/")}

    def here(self, text: str) -> str:
        """The text with the image's paths moved to where they are in the replay."""
        names = "|".join(map(re.escape, sorted(self.tops)))
        return re.sub(rf"(?<![\w.$/-])/(?=(?:{names})(?:[/\s:'\";&]|$))", f"{self.root}/", text)

    def _first_environment(self, stage: Stage) -> dict[str, str]:
        bin_folder = self.work / "bin"
        if not bin_folder.exists():
            bin_folder.mkdir(parents=True)
            python = bin_folder / "python"
            python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys._base_executable)} "$@"\n')
            python.chmod(0o755)
        first = Path(sys.executable).parent if stage.image.startswith("node") else bin_folder
        mine = os.environ["PATH"] if stage.image.startswith("node") else SYSTEM_PATH
        return {"PATH": f"{first}:{mine}"}

    def open(self) -> None:
        """What was built before, to be started."""
        for step in self.last.steps:
            if step.word in ("WORKDIR", "ENV"):
                self._do(step)

    def build(self) -> None:
        for stage in self.stages[:-1]:
            self._build_once(stage, self.roots[stage.name])
        self._build(self.last, self.work / "root")

    def _kept(self, stage: Stage) -> Path:
        """Changes with the stage's text, the files that it is given, the machine's Python, and the place itself."""
        found = hashlib.sha256(repr((stage, sys.version, sys._base_executable, str(KEPT_STAGES))).encode())
        for step in stage.steps:
            if step.word == "COPY":
                other, sources, _target = step.copy()
                for path in [] if other else [path for each in sources for path in self._given(each)]:
                    found.update(str(path).encode() + (self.folder / path).read_bytes())
        return KEPT_STAGES / f"{stage.name}-{found.hexdigest()[:16]}"

    def _build_once(self, stage: Stage, root: Path) -> None:
        """In its place from the start: a virtual environment cannot be moved. Other runs of the tests wait."""
        KEPT_STAGES.mkdir(exist_ok=True)
        done = root / ".built"
        with (KEPT_STAGES / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(root, ignore_errors=True)
                self._build(stage, root)
                done.touch()

    def _build(self, stage: Stage, root: Path) -> None:
        root.mkdir(parents=True)
        self.root, self.workdir, self.env = root, PurePosixPath("/"), self._first_environment(stage)
        for step in stage.steps:
            self._do(step)

    def _do(self, step: Step) -> None:
        match step.word:
            case "WORKDIR":
                self.workdir /= step.rest
                self._folder().mkdir(parents=True, exist_ok=True)
            case "ENV":
                for setting in shlex.split(step.rest):
                    name, _, value = setting.partition("=")
                    self.env[name] = re.sub(r"\$(\w+)", lambda found: self.env[found[1]], self.here(value))
            case "COPY":
                self._copy(*step.copy())
            case "RUN" if not step.rest.startswith(OF_THE_MACHINE):
                self._run(step.rest)

    def _folder(self, path: str = ".") -> Path:
        return self.root / str(self.workdir / path).lstrip("/")

    def _run(self, command: str) -> None:
        fetching = {name: value for name, value in os.environ.items() if FETCHING.fullmatch(name)}
        done = subprocess.run(
            ["/bin/sh", "-c", self.here(command).replace(" --no-cache-dir", "")],
            cwd=self._folder(),
            env={**fetching, **self.env},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"RUN {command}\n{done.stdout}{done.stderr}"

    def _given(self, source: str) -> list[Path]:
        """The files of the context that a COPY names by themselves or by their folder."""
        found = [path for path in self.context if PurePosixPath(source) in (path, *path.parents)]
        assert found, f"COPY {source}: the build is given no such file (see .dockerignore)."
        return found

    def _copy(self, stage: str | None, sources: list[str], target: str) -> None:
        into = self._folder(target)
        for source in sources:
            origin = self.folder if stage is None else self.roots[stage]
            given = origin / source.lstrip("/")
            if given.is_file():
                assert stage or self._given(source)
                named = into / given.name if target.endswith("/") or len(sources) > 1 else into
                named.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(given, named)
            elif stage is None:
                files = [path.relative_to(source) for path in self._given(source)]
                copy_files(given, files, into)
            elif (given / "pyvenv.cfg").exists():  # its scripts name the place where it was made
                into.symlink_to(given)
            else:
                shutil.copytree(given, into, symlinks=True, dirs_exist_ok=True)

    # --- what was built -------------------------------------------------------------------------------------------

    @property
    def last(self) -> Stage:
        return self.stages[-1]

    @property
    def port(self) -> str:
        return self.last.last("EXPOSE").rest

    def command(self, port: int) -> list[str]:
        """What the image starts, on this port of this machine alone."""
        words = self.last.last("CMD").command()
        assert f"0.0.0.0:{self.port}" in words
        return [self.here(word).replace(f"0.0.0.0:{self.port}", f"127.0.0.1:{port}") for word in words]

    def health_check(self, port: int) -> list[str]:
        words = self.last.last("HEALTHCHECK").command()
        return [self.here(word).replace(f":{self.port}/", f":{port}/") for word in words]

    def start(self, command: list[str], environment: dict[str, str], **more) -> subprocess.Popen:
        """A process of the image: its own environment and what is given, nothing of the tests'."""
        env = {**self.env, "HOME": str(self.work), **environment}
        program = shutil.which(command[0], path=env["PATH"])
        assert program, f"The image has no {command[0]}."
        return subprocess.Popen([program, *command[1:]], cwd=self._folder(), env=env, **more)

    def files(self) -> dict[Path, int]:
        """Every file, and when it was written."""
        return {path: path.lstat().st_mtime_ns for path in self.root.rglob("*")}

    def collected(self) -> set[str]:
        """The names of the static files, as templates write them."""
        (manifest,) = self.root.glob("*/.static/staticfiles.json")
        return set(json.loads(manifest.read_text(encoding="utf-8"))["paths"])
