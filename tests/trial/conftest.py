"""A patient of the coordinator's site, and the visits of that patient by their code."""

from collections.abc import Callable
from typing import Any

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.record.hooks import Recorded
from ecrf.casebook.record.record import record
from tests.builders import a_patient, a_place, a_visit


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return a_patient(site, coordinator)


@pytest.fixture
def at(patient, coordinator) -> Callable[[str], Visit]:
    return lambda code: a_visit(patient, code, coordinator)


@pytest.fixture
def end_study(patient, coordinator) -> Callable[..., Recorded]:
    """Enter items of the end of study; in `enter`, `reason` is the reason of a change, not this form's."""

    def end(**values: Any) -> Recorded:
        by = coordinator.acting_at(patient.site, Right.ENTER)
        return record(place=a_place(patient, "end-of-study"), values=values, by=by)

    return end
