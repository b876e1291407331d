"""How a report reads the study: the same statement for the data as they stand and for those of a data cut."""

from dataclasses import dataclass
from typing import Any

from django.db import ProgrammingError, transaction
from django.http import Http404
from django.utils.translation import gettext

from ecrf.casebook.stored_rows import lines_of
from ecrf.exports.models import DataCut
from ecrf.exports.tables.description import read_description
from ecrf.exports.tables.from_trail import PLANNED_FOR_THE_TRAIL, cut_given, stored_as_of
from ecrf.exports.tables.selection import read_selection
from ecrf.outcomes.report import ReportScope

IN_SCOPE = """NOT s.is_practice AND (%(site)s IS NULL OR s.id = %(site)s)
    AND (%(sites)s::text[] IS NULL OR s.code = ANY(%(sites)s))
    AND (%(numbers)s::text[] IS NULL OR p.number = ANY(%(numbers)s))
"""
"""A condition on the site `s` and the patient `p`: which patients a report is of. Practice sites are part of none."""


class OtherForms(Http404):
    """A cut was taken of forms that lack what this version reads: it has no such outcomes."""


@dataclass(frozen=True)
class ReportStatement:
    """A SELECT, and which stored tables it reads: of a cut, they are made from the trail under the same names."""

    sql: str
    reads: tuple[str, ...]


def read(scope: ReportScope, statement: ReportStatement, **given: Any) -> list[tuple[Any, ...]]:
    """What it finds in the scope's data. `given`: its values, beside those of `IN_SCOPE`."""
    given = {
        "site": scope.site.pk if scope.site else None,
        "sites": None,
        "numbers": None,
        "patients": None,
    } | given
    return _read_cut(scope.cut, statement, given) if scope.cut else lines_of(statement.sql, given)


def _read_cut(cut: DataCut, statement: ReportStatement, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """From the trail alone, of the sites and patients that were chosen for the cut."""
    chosen = read_selection(cut.selection)
    given |= {"sites": _listed(chosen.sites), "numbers": _listed(chosen.patients)}
    given |= cut_given({int(chain): position for chain, position in cut.positions.items()})
    try:
        tables = stored_as_of(read_description(cut.description), statement.reads)
        with transaction.atomic():
            lines_of(PLANNED_FOR_THE_TRAIL, None)
            return lines_of(f"{tables} {statement.sql}", given)
    except (KeyError, ProgrammingError) as error:
        lacking = gettext("The forms of the data cut %(name)s lack what is read of them here.")
        raise OtherForms(lacking % {"name": cut.name}) from error


def _listed(chosen: tuple[str, ...] | None) -> list[str] | None:
    return None if chosen is None else list(chosen)
