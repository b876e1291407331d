"""A patient with visits, doses, events and results: what listings join."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from ecrf.casebook.models import Entry
from tests.builders import a_patient, a_visit, enter

TERMS = {1: "Headache", 2: "Rash", 3: "Cough"}


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]


def visit_on(patient, code, by, day, weight="60.0"):
    visit = a_visit(patient, code, by)
    assert enter(visit, "visit", by, occurrence="done", visited_on=day).is_clean
    assert enter(visit, "vital-signs", by, weight_kg=weight, pulse="70").is_clean
    return visit


def dose_on(visit, by, day, *lots, number=1):
    assert enter(visit, "dose", by, number=number, given_on=day, given_g="25").is_clean
    for place, lot in enumerate(lots, start=1):
        enter(visit, "dose-lot", by, parent=number, number=place, lot_number=lot)


def event(patient, by, number, term, began, **more):
    given = {"term": term, "started_on": began, "severity": "MILD", "serious": "no", **more}
    assert enter(patient, "adverse-event", by, number=number, **given).is_clean
    return Entry.objects.get(patient=patient, crf="adverse-event", number=number)


@pytest.fixture
def world(site, coordinator):
    """Two patients; of the first, three visits, two of them with doses, and three events around these."""
    by = coordinator
    first, second = a_patient(site, by), a_patient(site, by)
    screening = visit_on(first, "SCR", by, "2026-01-05", "61.5")
    baseline = visit_on(first, "W01", by, "2026-02-01", "60.0")
    week = visit_on(first, "W04", by, "2026-02-22", "59.0")
    dose_on(baseline, by, "2026-02-01", "LOT-A")
    dose_on(week, by, "2026-02-22", "LOT-A", "LOT-B")
    events = [
        event(
            first, by, 1, "Headache", "2026-02-02", ended_on="2026-02-03", ongoing="no", after_dose="W01.1"
        ),
        event(first, by, 2, "Rash", "2026-02-24", ongoing="yes", severity="MODERATE"),
        event(first, by, 3, "Cough", "2026-03", serious="yes"),
    ]
    enter(first, "report", by, number=1, adverse_event="3")
    other = visit_on(second, "W01", by, "2026-02-03", "80.0")
    events.append(event(second, by, 1, "Fever", "2026-02-10"))
    return SimpleNamespace(
        site=site, by=by, first=first, second=second, screening=screening, baseline=baseline, week=week,
        other=other, events=events, today=timezone.localdate(),
    )  # fmt: skip
