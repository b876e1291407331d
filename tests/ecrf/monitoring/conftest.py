"""A world at the own site, and one at another."""

import pytest

from tests.ecrf.monitoring.world import a_world


@pytest.fixture
def own(site, coordinator):
    return a_world(site, coordinator)


@pytest.fixture
def other(other_site, outsider):
    return a_world(other_site, outsider)
