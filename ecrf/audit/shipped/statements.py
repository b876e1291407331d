"""The functions and triggers that this version ships, read from the statements that make them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.apps import apps

from ecrf.audit.bound.reading import READING
from ecrf.audit.functions import NO_WAY_AROUND, sources

_FUNCTION = re.compile(
    r"""CREATE\ OR\ REPLACE\ FUNCTION\s+(?:"public"\.)?(?P<name>\w+)\((?P<takes>[^)]*)\)\s*
    RETURNS\s+(?P<gives>(?:SETOF\ )?\w+(?:\[\])?)(?P<how>[^$']*(?:'[^']*'[^$']*)*?)
    \ AS\s*(?:\$\$(?P<body>.*?)\$\$|'(?P<line>[^']*)')(?P<after>[^;]*)""",
    re.DOTALL | re.VERBOSE,
)
_TRIGGER = re.compile(
    r"""CREATE\s+(?:OR\ REPLACE\s+)?TRIGGER\s+(?P<name>\w+)\s+(?P<when>BEFORE|AFTER)\s+
    (?P<events>.+?)\s+ON\s+"?(?P<table>\w+)"?\s+FOR\ EACH\s+(?P<level>ROW|STATEMENT)\s+
    (?:WHEN\s+\((?P<condition>.*?)\)\s+)?EXECUTE\ (?:FUNCTION|PROCEDURE)\s+(?P<function>\w+)\(\)""",
    re.DOTALL | re.VERBOSE,
)
_CLOSED = re.compile(r"REVOKE EXECUTE ON FUNCTION\s+(.+?) FROM PUBLIC", re.DOTALL)
_SETTING = re.compile(r"SET ([\w.]+) = ('[^']*'|[^']+?)(?= SET |$)")


@dataclass(frozen=True)
class ShippedFunction:
    """One function. `takes`: its arguments; `traits`: all but the body that decides what it does."""

    name: str
    takes: str
    body: str
    traits: tuple[str, ...]


@dataclass(frozen=True)
class ShippedTrigger:
    """One trigger. `events`: INSERT, DELETE, TRUNCATE, UPDATE or UPDATE OF its columns; `condition`: "" for always."""

    name: str
    table: str
    when: str
    events: frozenset[str]
    level: str
    condition: str
    function: str


@cache
def shipped_functions() -> dict[tuple[str, str], ShippedFunction]:
    """{(name, arguments): the function}; the last statement that makes it counts."""
    found = (_function(match) for text in _texts() for match in _FUNCTION.finditer(text))
    return {(one.name, one.takes): one for one in found}


@cache
def shipped_triggers() -> dict[tuple[str, str], ShippedTrigger]:
    """{(table, name): the trigger}."""
    found = (trigger_of(match) for text in _texts() for match in _TRIGGER.finditer(text))
    return {(one.table, one.name): one for one in found}


@cache
def closed_functions() -> frozenset[str]:
    """The names of those that only the owner may call."""
    lists = (match[1] for text in _texts() for match in _CLOSED.finditer(text))
    return frozenset(name for words in lists for name in re.findall(r"(\w+)\(", words))


def triggers_in(definition: str) -> ShippedTrigger | None:
    """What `pg_get_triggerdef` gives, read in the same way."""
    match = _TRIGGER.search(definition.replace(" ON public.", " ON "))
    return trigger_of(match) if match else None


def trigger_of(match: re.Match[str]) -> ShippedTrigger:
    events = re.split(r"\s+OR\s+", _in_one_line(match["events"]))
    return ShippedTrigger(
        match["name"],
        match["table"],
        match["when"],
        frozenset(_columns_sorted(event) for event in events),
        match["level"],
        _in_one_line(match["condition"] or ""),
        match["function"],
    )


def _columns_sorted(event: str) -> str:
    kind, of, columns = event.partition(" OF ")
    return kind + of + ", ".join(sorted(name.strip().strip('"') for name in columns.split(",")))


def _function(match: re.Match[str]) -> ShippedFunction:
    how = _in_one_line(f"{match['how']} {match['after']}")
    settings = how[how.find("SET ") :] if "SET " in how else ""
    traits = [f"returns {match['gives'].lower()}"]
    traits += [f"language {language}" for language in re.findall(r"LANGUAGE (\w+)", how)]
    traits += [word.lower() for word in ("IMMUTABLE", "STABLE") if word in how]
    traits += [words.lower() for words in ("PARALLEL SAFE", "SECURITY DEFINER") if words in how]
    traits += [f"{name}={value.strip(chr(39))}" for name, value in _SETTING.findall(settings)]
    takes = _in_one_line(match["takes"]).lower().replace("timestamptz", "timestamp with time zone")
    body = match["body"] if match["body"] is not None else match["line"]
    return ShippedFunction(match["name"], takes, body, tuple(sorted(traits)))


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _texts() -> Iterator[str]:
    yield from sources().values()
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            yield str(trigger.compile(model).install_sql)
    yield from (made() for made in READING.values())
    yield NO_WAY_AROUND
