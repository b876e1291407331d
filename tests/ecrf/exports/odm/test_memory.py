"""The file is streamed: memory holds a patient and a handful of events, however many there are."""

import tracemalloc
from tempfile import TemporaryFile

import pytest

from ecrf.exports.odm.file import write_odm
from ecrf.exports.odm.replay import events
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.exports.whole import whole_cut
from tests.ecrf.queries.builders import SIGNS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["snapshot", "transactional"])
def test_memory_does_not_grow_with_the_study(site, coordinator, kind, monkeypatch):
    monkeypatch.setattr(events, "CHUNK", 20)
    peaks = []
    for patients in (4, 20):
        for _ in range(patients):
            visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
            enter(visit, "vital-signs", coordinator, **SIGNS)
        peaks.append(peak(kind))
    assert peaks[1] < 2 * peaks[0]  # of five times the patients; a few bytes a patient are which there are


def peak(kind) -> int:
    """The most bytes that writing holds at a time, after what is loaded only once."""
    cut = whole_cut("Synthetic cut")
    for _ in range(2):
        with TemporaryFile() as file:
            tracemalloc.start()
            write_odm(file, cut, kind)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    return most
