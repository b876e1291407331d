"""Today leads a newcomer to the practice site, until something is entered."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecrf.access.roles import Role
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_site("08", is_practice=True)


@pytest.fixture
def newcomer(practice):
    return make_user("newcomer", Role.COORDINATOR, practice)


@pytest.fixture
def visit(practice):
    """Begun by somebody else."""
    other = make_user("coordinator08", Role.COORDINATOR, practice)
    visit = a_visit(a_patient(practice, other), "W01", other)
    enter(visit, "vital-signs", other, pulse="70")
    return visit


def said(client, user) -> str:
    client.force_login(user)
    page = client.get("/").content.decode()
    return page.partition("practice-start")[2].partition("</p>")[0]


def test_who_has_entered_nothing_is_led_to_a_visit_for_practice(client, newcomer, visit):
    assert f'href="/patients/{visit.patient.number}/W01/"' in said(client, newcomer)


def test_where_no_visit_is_begun_the_patient_is_named(client, newcomer, practice):
    patient = a_patient(practice, make_user("coordinator08", Role.COORDINATOR, practice))
    assert f'href="/patients/{patient.number}/"' in said(client, newcomer)


def test_where_the_site_has_no_patient_it_says_to_add_one(client, newcomer):
    assert "add a patient at site 08" in said(client, newcomer)


def test_who_has_begun_a_form_is_no_newcomer(client, newcomer, visit):
    enter(visit, "visit", newcomer, occurrence="done")
    assert said(client, newcomer) == ""


def test_who_has_opened_a_visit_or_added_a_patient_is_no_newcomer(client, newcomer, visit, practice):
    a_patient(practice, newcomer)
    assert said(client, newcomer) == ""


def test_who_only_signs_costs_no_look_at_every_form_of_the_study(client, newcomer, visit):
    """A short trail PostgreSQL would rather read whole."""
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        assert said(client, newcomer)
        (statement,) = (query["sql"] for query in asked if 'FROM "audit_auditevent"' in query["sql"])
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert re.search(r"Index Cond: \(actor_id = \d+\)", plan), plan


def test_who_has_no_practice_site_is_told_nothing(client, coordinator, site):
    assert said(client, coordinator) == ""
    a_patient(site, make_user("another", Role.COORDINATOR, site))
    assert said(client, coordinator) == ""
