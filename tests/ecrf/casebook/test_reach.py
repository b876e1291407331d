"""A visit is read by a statement that is written out: what Django would read, for nobody but who reaches its site."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Visit
from ecrf.casebook.reach import reach_standing_visit, visit_by_id
from ecrf.monitoring.reach import read_visit
from tests.builders import a_patient, a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


def columns(row) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_visit_is_read_as_django_reads_it_in_one_statement(visit, coordinator, django_assert_num_queries):
    known = Visit.objects.select_related("patient__site").get(pk=visit.pk)
    _ = coordinator.current_memberships
    with django_assert_num_queries(2):
        by_code = reach_standing_visit(coordinator, visit.patient.number, "W04", Right.READ)
        by_id, length = visit_by_id(visit.pk)
        for found in (by_code, by_id):
            assert columns(found) == columns(known)
            assert columns(found.patient) == columns(known.patient)
            assert columns(found.patient.site) == columns(known.patient.site)
            assert found == known
    assert length == AuditEvent.objects.filter(chain=visit.patient_id).count() > 0


def test_there_is_no_visit_where_there_is_none(visit, coordinator, monitor):
    number = visit.patient.number
    for other in ((number, "W01"), ("99-999", "W04"), (number, "w04"), (number, "%")):
        with pytest.raises(Http404):
            reach_standing_visit(coordinator, *other, Right.READ)
    for pk in (0, visit.pk + 1, 10**30):
        with pytest.raises(Http404):
            read_visit(monitor, pk)


def test_visit_of_another_site_does_not_exist(visit, outsider):
    with pytest.raises(Http404):
        reach_standing_visit(outsider, visit.patient.number, "W04", Right.READ)
    with pytest.raises(Http404):
        read_visit(outsider, visit.pk)


def test_who_lacks_the_right_there_is_refused(visit, coordinator, monitor):
    with pytest.raises(PermissionDenied):
        reach_standing_visit(monitor, visit.patient.number, "W04", Right.READ)
    with pytest.raises(PermissionDenied):
        read_visit(coordinator, visit.pk)
    assert read_visit(monitor, visit.pk)[0] == visit
