"""What Help says of this trial: its chapters can be read, printed, and show what they say."""

import re
from datetime import date

import pytest

from ecrf.demo import ROOT
from ecrf.forms.protocol import protocol
from ecrf.help.manual.books import OF_TRIAL, books
from ecrf.help.manual.chapters import chapter
from ecrf.help.manual.paper import manual_pdf
from ecrf.help.manual.search import search
from tests.printed import missing_glyphs, pdf_words

PICTURE = re.compile(r"!\[([^\]]{20,})\]\(([^)]+)\)")


@pytest.mark.parametrize("address", books()[OF_TRIAL].chapters)
def test_chapter_has_one_title_and_its_pictures_are_there_and_small(address):
    assert chapter(address).html().count("<h1 ") == 1
    file = protocol().help.folder / "en" / f"{address.partition('/')[2]}.md"
    text = file.read_text(encoding="utf-8")
    pictures = [(file.parent / source).resolve() for _words, source in PICTURE.findall(text)]
    assert len(pictures) == text.count("![")
    assert all(path.stat().st_size < 60_000 for path in pictures)
    assert all((ROOT / "trial/static") in path.parents for path in pictures)


def test_every_ending_is_told():
    text = " ".join(section.text for section in chapter(f"{OF_TRIAL}/endings").sections)
    for ending in protocol().endings:
        assert ending.label in text


def test_manual_of_the_trial_is_set_as_pdf():
    made = manual_pdf(OF_TRIAL, date(2026, 11, 28), "en")
    assert protocol().short_title in pdf_words(made)
    assert missing_glyphs(made) == 0


def test_words_of_the_trial_are_found():
    urls = {found.url for found in search("induction")}
    assert "/help/page/patient/" in urls
