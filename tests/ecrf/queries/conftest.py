"""A complete form of vital signs, and one in progress."""

import pytest

from tests.builders import a_patient, a_visit
from tests.ecrf.queries.builders import complete, vital_signs


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def entry(visit, coordinator):
    """Vital signs of week 4, complete: pulse 70."""
    vital_signs(visit, coordinator)
    return complete(visit, "vital-signs", coordinator)


@pytest.fixture
def draft(visit, coordinator):
    """Vital signs of week 4, in progress."""
    return vital_signs(visit, coordinator)
