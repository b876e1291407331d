"""Two cuts compared: what was added, changed and removed between them, and nothing else."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from lxml import html

from ecrf.casebook.models import Entry
from ecrf.casebook.striking import strike_out
from ecrf.exports.comparison import compare
from ecrf.exports.comparison.changes import CutChange
from ecrf.exports.comparison.in_words import in_words
from ecrf.exports.models import Download
from ecrf.forms.crf import MissingReason
from ecrf.forms.items import Choice
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


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
def test_page_names_what_the_file_has_codes_for(two_cuts, statistician, language):
    client = Client()
    client.force_login(statistician)
    client.cookies["language"] = language
    names = {"from": "Before", "to": "After"}
    page = client.get(reverse("compare-cuts"), names).content.decode()
    file = b"".join(client.post(reverse("comparison-file"), names)).decode("utf-8-sig")
    with override(language):
        for definition, item in ((CRFS["reading"], "device"), (CRFS["adverse-event"], "term")):
            assert f">{definition.title}</td>" in page
            assert f">{definition.items[item].verbose_name}</td>" in page
            assert f">{definition.key}</td>" not in page
            assert f'"{definition.key}"' in file
    assert "D-10" in page


def test_where_rows_are_cards_each_cell_says_its_column(two_cuts, statistician):
    """On a phone: from what to what would otherwise stand beside the screen."""
    client = Client()
    client.force_login(statistician)
    page = html.fromstring(client.get(reverse("compare-cuts"), {"from": "Before", "to": "After"}).content)
    (table,) = page.xpath('//table[contains(@class, "as-cards")]')
    heads = [head.text for head in table.findall("thead/tr/th")]
    rows = [[cell.get("data-label") for cell in row.findall("td")] for row in table.findall("tbody/tr")]
    assert len(rows) == 4
    assert all(row == heads[1:] for row in rows)


def test_answers_and_reasons_for_no_value_are_shown_by_their_labels():
    definition = next(
        one for one in CRFS.values() if any(item.kind == "choice" for item in one.items.values())
    )
    item = next(item for item in definition.items.values() if isinstance(item, Choice))
    code, label = item.flatchoices[0]
    change = CutChange(
        "item changed", "01", "01-001", form=definition.key, item=item.name, old="gone", new=code
    )
    shown = in_words(change)
    assert (shown.item, shown.old, shown.new) == (item.verbose_name, "gone", label)
    why = in_words(change._replace(item=f"{item.name}_missing", new="not-done"))
    assert str(item.verbose_name) in why.item
    assert why.new == MissingReason("not-done").label


def test_what_the_code_no_longer_knows_keeps_its_name():
    change = CutChange("item changed", "01", "01-001", "OLD", "old-form", 1, 1, "old_item", "a", "b")
    assert in_words(change)[1:] == change[1:]


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
