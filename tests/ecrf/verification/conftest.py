"""Vital signs of week 4, complete; grip strength in progress."""

import pytest

from ecrf.casebook.models import Entry
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import complete, vital_signs


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def entry(visit, coordinator):
    """Vital signs: pulse 70, all of them with a value."""
    vital_signs(visit, coordinator)
    return complete(visit, "vital-signs", coordinator)


@pytest.fixture
def draft(visit, coordinator):
    enter(visit, "reading", coordinator, value_1="31.0")
    return Entry.objects.get(visit=visit, crf="reading")
