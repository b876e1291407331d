"""A patient with a form in progress, as a site has it when a report comes in."""

import pytest

from ecrf.casebook.models import Entry, Patient
from tests.builders import a_patient, a_visit, enter


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return a_patient(site, coordinator)


@pytest.fixture
def entry(patient, coordinator) -> Entry:
    visit = a_visit(patient, "W01", coordinator)
    return enter(visit, "vital-signs", coordinator, pulse="80").row.entry


@pytest.fixture
def site_client(client, coordinator):
    client.force_login(coordinator)
    return client
