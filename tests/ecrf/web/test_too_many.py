"""Who asks for more than a person can read, or than a worker can make, is told so; nobody else is."""

import uuid

import pytest

from ecrf.access.roles import Right
from ecrf.exports import services
from ecrf.exports.models import Export, ExportKind, ExportState
from ecrf.exports.services import Refused
from ecrf.web import middleware
from tests.conftest import make_user
from tests.ecrf.monitoring.world import logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-141")]


def test_more_searches_than_anybody_reads_are_put_off(monkeypatch, site, coordinator, investigator):
    now = [1000.0]
    monkeypatch.setattr(middleware.time, "monotonic", lambda: now[0])
    client, colleague = logged_in(coordinator), logged_in(investigator)
    answers = [client.get("/", {"q": str(number)}).status_code for number in range(middleware.SEARCHES + 1)]
    assert 429 not in answers[:-1]
    assert answers[-1] == 429
    assert client.get("/", {"q": "01"}).headers["Retry-After"] == "60"
    assert client.get("/").status_code == 200
    assert colleague.get("/", {"q": "01"}).status_code != 429
    now[0] += middleware.WITHIN + 1
    assert client.get("/", {"q": "01"}).status_code != 429


def asks(by, site=None, key=None, kind=ExportKind.DATA_CUT, right=Right.EXPORT):
    key = key or uuid.uuid4()
    return services.ask(kind=kind, title=str(key), by=by, right=right, request_key=key, site=site)


def test_one_person_has_so_many_files_waiting_and_no_more(site, data_manager):
    other = make_user("datamanager2", "data-manager")
    key = uuid.uuid4()
    first = asks(data_manager, key=key)
    for _ in range(services.WAITING_AT_MOST - 1):
        asks(data_manager)
    with pytest.raises(Refused, match="still to be made"):
        asks(data_manager)
    assert asks(data_manager, key=key) == first  # the same click again
    assert asks(other).state == ExportState.QUEUED
    assert services.cancel(export=first, by=data_manager, right=Right.EXPORT)
    assert asks(data_manager).state == ExportState.QUEUED
    assert Export.objects.filter(asked_by=data_manager).count() == services.WAITING_AT_MOST + 1


def test_what_a_site_keeps_of_a_patient_handed_over_is_made_in_any_case(site, coordinator, data_manager):
    for _ in range(services.WAITING_AT_MOST):
        asks(data_manager)
    kept = asks(data_manager, site=site, kind=ExportKind.HANDED_OVER)
    assert kept.state == ExportState.QUEUED
