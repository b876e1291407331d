"""Units of laboratories: known for the test, and left out where the site's range has the same."""

from datetime import date

from django.utils.translation import gettext

from ecrf.casebook.data import PatientData
from ecrf.casebook.laboratory.ranges import in_force, units_of
from ecrf.casebook.laboratory.units import same_unit
from ecrf.casebook.places import Place
from ecrf.forms.protocol import LabTest
from ecrf.imports.plan.places import RowRefused
from ecrf.imports.sources.row import Given, SourceRow
from ecrf.imports.sources.wide import lab_tests_of


def lab_test_at(place: Place) -> LabTest | None:
    """The test of a row, where the form's rows are the trial's laboratory tests."""
    tests = lab_tests_of(place.definition)
    return tests[place.number - 1] if tests else None


def fit_unit(row: SourceRow, place: Place, values: dict[str, Given], data: PatientData) -> dict[str, Given]:
    """The values with the unit as it is to be stored: left to the site's range where that says the same already.
    RowRefused where no one knows such a unit for the test, or where the file gives none."""
    unit, test = values.get(row.unit), lab_test_at(place)
    if not isinstance(unit, str) or test is None:
        if test is not None and row.unit not in values:
            raise RowRefused(gettext("The row gives no unit of %(label)s.") % {"label": test.label})
        return values
    held = units_of(in_force(data.ranges, test.code, date.fromisoformat(row.day) if row.day else None))
    known = [*held, *test.units]
    if not any(same_unit(unit, one) for one in known):
        named = ", ".join(dict.fromkeys(known))
        raise RowRefused(
            gettext("%(label)s is not known in “%(unit)s”, but in %(named)s. Results are not converted.")
            % {"label": test.label, "unit": unit[:40], "named": named}
        )
    stored = getattr(data.row_at(place), row.unit, None) or (held[0] if len(held) == 1 else "")
    if stored and same_unit(unit, stored):
        return {name: value for name, value in values.items() if name != row.unit}
    return values
