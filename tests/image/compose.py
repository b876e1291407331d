"""What docker-compose.yml says: its services, its files, and the commands that its comments ask the operator for."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Compose:
    """The file, with the settings of .env put in as Docker Compose does."""

    folder: Path
    said: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> "Compose":
        settings = dict(
            line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if "=" in line
        )
        text = (folder / "docker-compose.yml").read_text(encoding="utf-8")
        return cls(folder, filled(yaml.safe_load(text), settings))

    def command(self, service: str) -> list[str]:
        return self.said["services"][service]["command"]

    def environment(self, service: str) -> dict[str, str]:
        return self.said["services"][service]["environment"]

    def secrets(self, service: str) -> dict[str, Path]:
        """The files that this service finds under /run/secrets, by name."""
        named = self.said["services"][service]["secrets"]
        return {name: self.folder / self.said["secrets"][name]["file"] for name in named}

    def first_sql(self) -> list[str]:
        """What PostgreSQL runs when the database is first made."""
        given = self.said["services"]["database"]["configs"]
        into = "/docker-entrypoint-initdb.d/"
        return [
            text_of(self.said, one["source"], self.folder)
            for one in given
            if one["target"].startswith(into) and one["target"].endswith(".sql")
        ]


def text_of(said: dict[str, Any], config: str, folder: Path) -> str:
    """Of one that a service is given as a file."""
    return (folder / said["configs"][config]["file"]).read_text(encoding="utf-8")


def filled(said: Any, settings: dict[str, str]) -> Any:
    """Every ${NAME}, ${NAME:-default} and ${NAME:?what to do} replaced."""
    if isinstance(said, dict):
        return {key: filled(value, settings) for key, value in said.items()}
    if isinstance(said, list):
        return [filled(value, settings) for value in said]
    if not isinstance(said, str):
        return said

    def value(found: re.Match[str]) -> str:
        name, kind, more = found.groups()
        assert settings.get(name) or kind == ":-", more or f"{name} is not set"
        return settings.get(name) or more

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", value, said)


def commands_in_comments(text: str) -> str:
    """The script that the operator is asked to run once: what the comments set off by eight spaces."""
    return "".join(f"{line}\n" for line in re.findall(r"^#        (.*)$", text, re.MULTILINE))
