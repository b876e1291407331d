"""What an import says of each row is stored in English, whoever brought it, and read in each reader's language."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from ecrf.audit.actor import SYSTEM, acting
from tests.ecrf.imports.conftest import a_file, kinds, whys

pytestmark = pytest.mark.django_db
WRONG = (
    *("W01,=A1+1,70", "W01,60.5,1 000", "W99,60.5,70", ",60,70", "W01,####,70"),
    *('W01,"1,200",70', "W01,60.5", "W01,60.5,70,5", "W01,60,5,70,6", "W01,60.5,01-Mar"),
)
WRONG_DAYS = ("W01,05/06/2026", "W01,01-Mar", "W01,46027", "W01,2099-01-01")


def words_of(page: str) -> str:
    return strip_tags(re.sub(r"(?s)<(script|style|svg|code|head)\b.*?</\1>", "", page))


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
@pytest.mark.parametrize(
    ("form", "head", "wrong"),
    [
        ("vital-signs", "patient,visit,weight_kg,pulse", WRONG),
        ("visit", "patient,visit,visited_on", WRONG_DAYS),
    ],
)
def test_refusals_are_stored_in_english_and_read_in_the_readers_language(
    lines, site, visit, coordinator, language, form, head, wrong
):
    with acting(SYSTEM):
        coordinator.language = language
        coordinator.save()
    with translation.override(language):
        batch = a_file(lines(*wrong, head=head), coordinator, site=site, form=form)
    stored = whys(batch)
    assert kinds(batch).count("refused") == len(wrong)
    assert all(one.isascii() or "“" in one for one in stored), stored
    client = Client()
    client.force_login(coordinator)
    page = words_of(client.get(reverse("import", args=[batch.request_key])).content.decode())
    for one in stored:
        assert one not in page
    for word in (" formula", "spreadsheet", "schedule", "column was", "row names", " has ", " can be "):
        assert word not in page


def test_files_that_cannot_be_read_say_so_in_the_readers_language(site, visit, coordinator):
    batch = a_file("patient,visit,nothing_of_ours\r\n01-001,W01,5", coordinator, site=site)
    assert "has no item for the columns" in batch.outcome
    with translation.override("ja"):
        assert "has no item" not in batch.outcome_words
        assert "nothing_of_ours" in batch.outcome_words


def test_why_there_is_no_value_is_read_in_the_readers_language(site, visit, coordinator):
    content = (
        f"patient,visit,pulse_missing,pulse_missing_comment\n{visit.patient.number},W01,not-done,Cuff broken"
    )
    batch = a_file(content, coordinator, site=site)
    assert batch.rows.get().result["cells"][0][4] == "Not done (Cuff broken)"
    with acting(SYSTEM):
        coordinator.language = "ja"
        coordinator.save()
    client = Client()
    client.force_login(coordinator)
    page = words_of(client.get(reverse("import", args=[batch.request_key])).content.decode())
    assert "Cuff broken" in page
    assert "Not done" not in page
