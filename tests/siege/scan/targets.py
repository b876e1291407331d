"""What is attacked: the addresses and forms that wapiti's crawl found, one of each kind, and those of scripts.

Wapiti keeps what it found in a SQLite file, from which it attacks later: what is not to be attacked is taken out.
"""

import pickle
import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlencode, urlsplit

from django.urls import Resolver404, resolve

Pairs = tuple[tuple[str, str], ...]
TOKEN = "csrfmiddlewaretoken"
FORM = "application/x-www-form-urlencoded"
LEFT_OUT = {
    "logout": "it ends the session that all other attacks need",
    "end-session": "the same",
}
"""{name of an address: why it is not attacked}"""
ANONYMOUS = "anonymous"
ROLES = (
    "coordinator", "data_manager", "monitor", "investigator", "administrator", "safety", "statistician", "inspector",
    "sub_investigator", ANONYMOUS,
)  # fmt: skip
"""As whom: names of roles, which are those of the account that has each. Who may do most comes first, as time may run
out."""


@dataclass(frozen=True)
class Target:
    """An address with what a page sends there. `by_script`: as the pages' scripts do."""

    method: str
    path: str
    query: Pairs = ()
    body: Pairs = ()
    by_script: bool = False

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in (*self.query, *self.body))

    @property
    def address(self) -> str:
        """As it is asked for: path and query."""
        return quote(self.path) + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def attackable(self) -> list[str]:
        """The names of what sqlmap attacks: neither the token nor a password, which nobody guesses here."""
        return sorted(name for name in self.names if name and not _is_secret(name))


class Kind(NamedTuple):
    """The same view, asked in the same way: one of them stands for all."""

    method: str
    view: str
    names: frozenset[str]

    def covers(self, other: "Kind") -> bool:
        return (self.method, self.view) == (other.method, other.view) and other.names <= self.names


def _is_secret(name: str) -> bool:
    return name == TOKEN or "password" in name.lower()


def secrets_of(targets: Iterable[Target]) -> list[str]:
    return sorted({name for target in targets for name in target.names if _is_secret(name)} | {TOKEN})


def kind_of(target: Target) -> Kind | None:
    """None of what is no page of the product's, or left out."""
    try:
        view = resolve(target.path).view_name
    except Resolver404:
        return None
    return None if view in LEFT_OUT else Kind(target.method, view, target.names)


def one_of_each(found: dict[int, Target]) -> dict[int, Kind]:
    """{number: kind}: those that send most; who sends a part of that to the same view counts as one of them."""
    kept: dict[int, Kind] = {}
    for number, target in sorted(found.items(), key=lambda one: (-len(one[1].names), one[0])):
        kind = kind_of(target)
        if kind and not any(other.covers(kind) for other in kept.values()):
            kept[number] = kind
    return kept


# --- wapiti's file ---------------------------------------------------------------------------------------------------


def read(file: Path) -> dict[int, Target]:
    """{its number there: what the crawl found and asked for}"""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT path_id, method, path FROM paths WHERE NOT evil AND headers IS NOT NULL"
            " AND method IN ('GET', 'POST')"
        ).fetchall()
        params = connection.execute(
            "SELECT path_id, type, name, value1 FROM params ORDER BY path_id, position"
        ).fetchall()
    query, body = dict[int, list[tuple[str, str]]](), dict[int, list[tuple[str, str]]]()
    for number, kind, name, value in params:
        pairs = query if kind == "GET" else body
        pairs.setdefault(number, []).append((name, value or ""))
    return {
        number: Target(
            method, unquote(urlsplit(path).path), tuple(query.get(number, ())), tuple(body.get(number, ()))
        )
        for number, method, path in rows
    }


def root_of(file: Path, base: str) -> int | None:
    """The number of the first page, on which some modules look alone."""
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute(
            "SELECT min(path_id) FROM paths WHERE path = ? AND method = 'GET' AND headers IS NOT NULL", [base]
        ).fetchone()
    return found[0]


def take_all(file: Path, base: str) -> None:
    """What the crawl had found and not asked for yet when its time was over is attacked too."""
    with closing(sqlite3.connect(file)) as connection, connection:
        headers, response = _like(connection, base)
        connection.execute(
            "UPDATE paths SET headers = ?, response_id = ? WHERE headers IS NULL", [headers, response]
        )


def _like(connection: sqlite3.Connection, base: str) -> tuple[bytes, int | None]:
    """What it keeps beside a page that it has seen: the first one, if it has."""
    found = connection.execute(
        "SELECT headers, response_id FROM paths WHERE headers IS NOT NULL AND method = 'GET'"
        " ORDER BY path <> ?, path_id LIMIT 1",
        [base],
    ).fetchone()
    return found or (pickle.dumps({}), None)


def add(file: Path, base: str, targets: Iterable[Target]) -> dict[int, Target]:
    """As if the crawl had found these, on a page that it has seen; with the numbers that they have then."""
    added = dict[int, Target]()
    with closing(sqlite3.connect(file)) as connection, connection:
        headers, response = _like(connection, base)
        for target in targets:
            number = connection.execute(
                "INSERT INTO paths (path, method, enctype, depth, encoding, headers, referer, evil, response_id)"
                " VALUES (?, ?, ?, 1, 'utf-8', ?, ?, 0, ?)",
                [base.rstrip("/") + quote(target.path), target.method, FORM, headers, base, response],
            ).lastrowid
            assert number
            added[number] = target
            for place, pairs in (("GET", target.query), ("POST", target.body)):
                connection.executemany(
                    "INSERT INTO params (path_id, type, position, name, value1) VALUES (?, ?, ?, ?, ?)",
                    [(number, place, n, name, value) for n, (name, value) in enumerate(pairs)],
                )
    return added


def keep(file: Path, numbers: Collection[int], token: str) -> None:
    """Only these are left, and each sends the token of the session that attacks.

    A module that is ended by its limit of time may leave a reader behind: it must not keep the next from writing.
    """
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        marks = ",".join("?" * len(numbers))
        for table in ("params", "paths"):
            connection.execute(f"DELETE FROM {table} WHERE path_id NOT IN ({marks})", list(numbers))
        connection.execute("UPDATE params SET value1 = ? WHERE name = ?", [token, TOKEN])


def reached(file: Path) -> dict[str, set[int]]:
    """{module: the numbers with which it came to its end}"""
    found: dict[str, set[int]] = {}
    with closing(sqlite3.connect(file)) as connection:
        for number, module in connection.execute("SELECT path_id, module FROM attack_logs"):
            found.setdefault(module, set()).add(number)
    return found
