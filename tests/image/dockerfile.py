"""Reads what a Dockerfile and a .dockerignore say, as far as ours use it; what is new to it is refused."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD", "ENTRYPOINT"}


@dataclass(frozen=True)
class Step:
    """One instruction: its word, and the rest of it in one line."""

    word: str
    rest: str

    def command(self) -> list[str]:
        """What a CMD or a HEALTHCHECK starts, without a shell."""
        return json.loads(self.rest[self.rest.index("[") :])

    def copy(self) -> tuple[str | None, list[str], str]:
        """Of a COPY: the stage or None for the folder of the build, what is copied, where to."""
        words = shlex.split(self.rest)
        stage = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
        assert not [word for word in words if word.startswith("--")], f"unknown here: COPY {self.rest}"
        *sources, target = words
        return stage, sources, target


@dataclass
class Stage:
    """From one FROM to the next."""

    image: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def last(self, word: str) -> Step:
        return [step for step in self.steps if step.word == word][-1]


def stages(text: str) -> list[Stage]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, rest = line.split(maxsplit=1)
        assert word in KNOWN, f"The replay of the image does not know {word}: teach it."
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            found.append(Stage(image, name or str(len(found))))
        else:
            found[-1].steps.append(Step(word, rest))
    return found


@dataclass(frozen=True)
class Ignored:
    """What a .dockerignore keeps out: of the lines that fit a path or a folder above it, the last one holds."""

    rules: list[tuple[re.Pattern[str], bool]]

    @classmethod
    def read(cls, text: str) -> "Ignored":
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        assert not [line for line in lines if line.startswith("!") and "/" in line], (
            "no exception below a folder"
        )
        return cls([(_pattern(line.lstrip("!").strip("/")), not line.startswith("!")) for line in lines])

    def __contains__(self, path: Path) -> bool:
        ignored = False
        above = [str(each) for each in (path, *path.parents)][:-1]
        for pattern, keeps_out in self.rules:
            if any(pattern.fullmatch(each) for each in above):
                ignored = keeps_out
        return ignored


def _pattern(line: str) -> re.Pattern[str]:
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", line)
    return re.compile("".join(signs.get(part, re.escape(part)) for part in parts))


def context(folder: Path) -> Iterator[Path]:
    """The files that a build in this folder is given, relative to it."""
    ignored = Ignored.read((folder / ".dockerignore").read_text(encoding="utf-8"))
    tops = [top for top in sorted(folder.iterdir()) if Path(top.name) not in ignored and not top.is_symlink()]
    for top in tops:
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and path.relative_to(folder) not in ignored:
                yield path.relative_to(folder)


def copy_files(folder: Path, files: list[Path], target: Path) -> None:
    for path in files:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / path, target / path)
