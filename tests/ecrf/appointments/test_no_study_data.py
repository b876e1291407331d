"""Appointments are no study data: no lock holds them, they break no signature, and no export of data carries them."""

from datetime import time

import pytest
from django.db import connection

from ecrf.access.roles import Right
from ecrf.appointments.models import Appointment, AppointmentEnding
from ecrf.appointments.services import end_appointment
from ecrf.audit.models import AuditEvent
from ecrf.exports.odm.replay.events import is_review
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.exports.tables.statements import tables_of
from ecrf.forms.protocol import protocol
from ecrf.locks.models import LockKind, LockScope
from ecrf.locks.services import put
from ecrf.redaction.places import find, free_columns
from ecrf.trail.kinds import EventKind, kind_of
from tests.builders import enter
from tests.ecrf.appointments.conftest import book, in_days, treated

pytestmark = pytest.mark.django_db
TABLE = Appointment._meta.db_table


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("kind", LockKind)
@pytest.mark.parametrize("scope", [LockScope.PATIENT, LockScope.SITE, LockScope.STUDY])
def test_freeze_and_lock_hold_data_and_let_appointments_pass(kind, scope, patient, coordinator, data_manager):
    where = {"patient": {"patient": patient}, "site": {"site": patient.site}}
    made = book(patient, coordinator, 0)
    put(
        kind=kind,
        scope=scope,
        reason="Clean",
        by=data_manager,
        actor=data_manager.acting_at(patient.site, Right.LOCK),
        despite_open_points=True,
        **where.get(scope, {}),
    )
    assert end_appointment(appointment=made, ending=AppointmentEnding.MISSED, reason="Snow", by=coordinator)
    assert book(patient, coordinator, 1).pk
    visit = patient.visits.get(code="W01")
    held = enter(
        visit, "visit", coordinator, visited_on=str(in_days(patient, -20)), reason="As in the source"
    )
    assert "is locked" in str(held.refused) or "is frozen" in str(held.refused)


def test_database_and_python_say_that_it_is_no_study_data():
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_is_review(%s)", [TABLE])
        assert cursor.fetchone() == (True,)
    assert is_review(TABLE)
    assert kind_of(TABLE) == EventKind.APPOINTMENT


def test_event_stands_in_the_patients_chain_and_hangs_on_no_form(patient, coordinator):
    book(patient, coordinator, 1, time(9))
    event = AuditEvent.objects.filter(chain=patient.pk).latest("position")
    assert (event.table, event.entry_id, event.actor) == (TABLE, None, coordinator.username)


def test_no_table_of_the_exports_reads_appointments():
    tables = tables_of(describe(protocol()), Selection())
    assert tables
    assert not [table.name for table in tables if TABLE in table.reads]


def test_text_in_a_note_or_a_reason_is_found_to_be_redacted(patient, coordinator):
    assert set(free_columns()[TABLE]) == {"note", "outside_reason", "ending_reason"}
    book(patient, coordinator, 1, note="Synthetic name here")
    found = find(patient, "Synthetic name here")
    assert [place.items for place in found.copies] == [["note"]]
    assert [event.items for event in found.events] == [["note"]]


def test_trail_says_in_words_what_was_done(patient, site, coordinator, client):
    made = book(patient, coordinator, 20, time(9), reason="Holiday")
    end_appointment(appointment=made, ending=AppointmentEnding.CANCELLED, reason="Snow", by=coordinator)
    client.force_login(coordinator)
    for url in (f"/patients/{patient.number}/trail/", "/sites/01/trail/"):
        page = client.get(url).content.decode()
        for words in (f"ppointment made for {made.when}", "ppointment cancelled", "Holiday", "Snow"):
            assert words in page, (url, words)
        assert "appointments_appointment" not in page.partition("<main")[2]
    treated(site, coordinator)
    only = client.get(f"/patients/{patient.number}/trail/?kind=appointments").content.decode()
    assert "ppointment cancelled" in only
