"""Two cuts compared: what was added, changed and removed between them, and nothing else."""

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.casebook.models import Entry
from ecrf.casebook.striking import strike_out
from ecrf.exports.comparison import compare
from ecrf.exports.models import Download
from ecrf.forms.registry import CRFS
from tests.builders import enter
from tests.ecrf.exports.conftest import cut_named, take

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def two_cuts(study, statistician, coordinator):
    take(statistician, "Before", identifiers=True)
    world = study.world
    enter(world.visit, "reading", coordinator, device="D-9", reason="Misread")
    enter(world.visit, "reading", coordinator, device="D-10", reason="Misread again")
    enter(world.patient, "adverse-event", coordinator, number=3, term="Cough")
    entry = Entry.objects.get(crf="adverse-event", number=2)
    actor = coordinator.acting_at(world.patient.site, "enter")
    strike_out(entry=entry, reason="Entered twice", by=coordinator, actor=actor)
    take(statistician, "After", identifiers=True)
    return cut_named("Before"), cut_named("After")


def test_changes_between_two_cuts_are_named_once_with_first_and_last_value(two_cuts):
    found = {
        (row.change, row.form, row.number, row.item): (row.old, row.new) for row in compare(*two_cuts).rows
    }
    assert found["item changed", "reading", 1, "device"] == ("JD-1", "D-10")
    assert found["form added", "adverse-event", 3, ""] == (None, None)
    assert found["item added", "adverse-event", 3, "term"] == (None, "Cough")
    assert found["form removed", "adverse-event", 2, ""] == (None, None)
    assert len(found) == 4


def test_nothing_changed_between_a_cut_and_itself(two_cuts):
    assert compare(two_cuts[0], two_cuts[0]).total == 0


def test_values_that_identify_stay_hidden_unless_both_cuts_hold_them(study, statistician, coordinator):
    take(statistician, "Before")
    enter(study.world.patient, "adverse-event", coordinator, number=1, story="Mr X told us")
    take(statistician, "After", identifiers=True)
    values = [row[8:] for row in compare(cut_named("Before"), cut_named("After")).rows]
    assert (None, "(left out)") in values
    assert "Mr X" not in str(values)


def test_what_identifies_by_either_of_the_descriptions_stays_hidden(
    study, statistician, coordinator, monkeypatch
):
    take(statistician, "Before")
    enter(study.world.visit, "reading", coordinator, device="D-9", reason="Misread")
    monkeypatch.setattr(CRFS["reading"].items["device"], "identifying", True, raising=False)
    take(statistician, "After")
    assert "D-9" not in str(compare(cut_named("Before"), cut_named("After")).rows)


def test_page_and_file_show_the_same_and_the_file_stands_in_the_trail(two_cuts, statistician):
    client = Client()
    client.force_login(statistician)
    names = {"from": "After", "to": "Before"}  # the earlier one comes first, whatever was chosen
    page = client.get(reverse("compare-cuts"), names).content.decode()
    assert "From Before to After" in page
    file = b"".join(client.post(reverse("comparison-file"), names)).decode("utf-8-sig")
    assert len(file.splitlines()) == 1 + 4
    assert "D-10" in page
    assert "D-10" in file
    assert Download.objects.count() == 1
