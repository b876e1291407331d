"""The checks of which verification consists; a floor above adds those of what it derives, from its AppConfig.ready."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ecrf.audit.registry import Registry
from ecrf.audit.triggers import AUDITED, Audited
from ecrf.audit.verifying.faults import Fault


@dataclass(frozen=True)
class Extent:
    """What is to be verified: everything, or the rows of these tables only."""

    tables: frozenset[str] | None = None

    def has(self, table: str) -> bool:
        return self.tables is None or table in self.tables

    @property
    def audited(self) -> Iterator[Audited]:
        """The tables under the trail that are wanted."""
        return (one for one in AUDITED if self.has(one.model._meta.db_table))


@dataclass(frozen=True)
class AuditCheck:
    """One thing that is verified. `title`: in words. `derived`: {table: its columns that `find` recomputes}, which the
    trail does not show. `of_database`: it looks at no rows, and is left out where only some are to be verified."""

    title: str
    find: Callable[[Extent], Iterable[Fault]]
    derived: dict[str, frozenset[str]] = field(default_factory=dict)
    of_database: bool = False

    def is_wanted(self, extent: Extent) -> bool:
        if self.of_database:
            return extent.tables is None
        return not self.derived or any(extent.has(table) for table in self.derived)


CHECKS: Registry[AuditCheck] = Registry("check of the trail")


def recomputes(
    key: str, title: str, **derived: Iterable[str]
) -> Callable[[Callable[[Extent], Iterable[Fault]]], Callable[[Extent], Iterable[Fault]]]:
    """Add the function as a check of these columns: {table: its columns}."""

    def decorate(find: Callable[[Extent], Iterable[Fault]]) -> Callable[[Extent], Iterable[Fault]]:
        columns = {table: frozenset(names) for table, names in derived.items()}
        CHECKS.add(key, AuditCheck(title, find, columns))
        return find

    return decorate
