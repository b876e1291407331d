"""The cards of the Today page: due, overdue, by the date at each site."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Patient, PatientStatus
from ecrf.casebook.schedule.status import due_within, overdue
from ecrf.entry.today.to_do import to_do_list
from tests.builders import a_patient
from tests.conftest import make_site

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """Noon in London: the same date at all the sites, where nothing else is said."""
    _set_clock(monkeypatch, datetime(2026, 3, 10, 12, tzinfo=UTC))


def _set_clock(monkeypatch, now: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: now)


def _closing(patient: Patient, closes_on: date, due_on: date | None = None) -> Patient:
    PatientStatus.objects.filter(patient=patient).update(
        next_code="W04",
        opens_on=closes_on - timedelta(days=14),
        due_on=due_on or closes_on,
        closes_on=closes_on,
    )
    return patient


def on_card(user: User, kind: str) -> set[str]:
    found = to_do_list(User.objects.get(pk=user.pk))
    [card] = [card for card in found.cards if card.kind == kind]
    return {line.patient.number for line in card.lines}


@pytest.mark.parametrize(("days", "is_late"), [(-1, True), (0, False), (1, False)])
def test_visit_is_overdue_from_the_day_after_its_window_closed(days, is_late, site, coordinator):
    patient = _closing(a_patient(site, coordinator), TODAY + timedelta(days=days))
    assert (patient.number in on_card(coordinator, "overdue")) == is_late
    assert (patient.number in on_card(coordinator, "due")) != is_late
    stored = PatientStatus.objects.get(patient=patient)
    assert stored.is_overdue(TODAY) == is_late


@pytest.mark.parametrize(("days", "is_soon"), [(-1, True), (0, True), (7, True), (8, False)])
def test_card_of_the_week_reaches_to_the_seventh_day(days, is_soon, site, coordinator):
    due_on = TODAY + timedelta(days=days)
    patient = _closing(a_patient(site, coordinator), TODAY + timedelta(days=9), due_on)
    assert (patient.number in on_card(coordinator, "due")) == is_soon


def test_patient_without_a_next_visit_is_not_overdue():
    assert not PatientStatus().is_overdue(TODAY)


def test_each_site_goes_by_its_own_date(site, coordinator, monkeypatch):
    """22:00 in London is already tomorrow in Tokyo; what closes today is overdue there only."""
    london = make_site("03", "Europe/London")
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=london)
    by = User.objects.get(pk=coordinator.pk)
    tokyos, londons = (_closing(a_patient(where, by), TODAY) for where in (site, london))
    _set_clock(monkeypatch, datetime(2026, 3, 10, 22, tzinfo=UTC))
    assert on_card(by, "overdue") == {tokyos.number}
    assert on_card(by, "due") == {londons.number}


def test_lists_and_the_stored_outlook_give_one_answer(site, coordinator):
    for days in range(-3, 12):
        _closing(a_patient(site, coordinator), TODAY + timedelta(days=days))
    rows = PatientStatus.objects.all()
    late = set(rows.filter(overdue({site.pk: TODAY})))
    assert late == {row for row in rows if row.is_overdue(TODAY)}
    assert len(late) == 3
    assert not late & set(rows.filter(due_within(7, {site.pk: TODAY})))


def test_without_sites_nothing_is_overdue(site, coordinator):
    _closing(a_patient(site, coordinator), TODAY - timedelta(days=1))
    assert not PatientStatus.objects.filter(overdue({})).exists()
