"""What the product stores in English, in the reader's language: found by its words, with what stands in its places."""

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from ecrf.access.kept_words import (
    REASON,
    KnownSentence,
    _all_of,
    as_kept,
    as_read,
    reason_as_kept,
    reason_as_read,
)
from ecrf.audit.reasons import tidy
from ecrf.entry.visit.reasons import REASONS
from ecrf.people.logins.sentences import FROM_ELSEWHERE, TRIES, TRIES_OF_UNKNOWN
from ecrf.upkeep.languages.rooms import wanted

LANGUAGES = ("ja", "zh-hans")
ON = gettext_lazy("%(browser)s on %(system)s")
OFFERED = (gettext_lazy("A browser"), gettext_lazy("an iPhone"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_catalogues_is_found_by_what_is_stored_of_it(language):
    """Where two sentences have the same words, the other may be found: it says the same, with all that was stored."""
    known = _all_of(language)
    others, total = [], 0
    with translation.override(language):
        for one in known.filled:
            marks = {name: f"{7000 + at}" for at, name in enumerate(dict.fromkeys(one.pieces[1::2]))}
            stored = KnownSentence(one.english, one.english).filled(marks)
            read, total = as_read(stored), total + 1
            assert read != stored or one.said == one.english
            if read != one.filled(marks):
                others.append((stored, read))
                assert all(mark in read for mark in marks.values()), (stored, read)
    assert total > 500
    assert len(others) < total / 50, others


def test_nothing_is_looked_up_in_english_and_what_is_unknown_stays():
    with translation.override("en"):
        assert as_read("Reading the file") == "Reading the file"
    with translation.override("ja"):
        assert as_read("Reading the file") != "Reading the file"
        assert as_read("Nobody of us has ever said this.") == "Nobody of us has ever said this."
        assert as_read("") == ""


def test_no_catalogue_is_opened_for_who_reads_english(monkeypatch):
    monkeypatch.setattr("ecrf.access.kept_words._read", lambda kept, language: f"{language}: {kept}")
    for language, read in (("en", "Reading the file"), ("ja", "ja: Reading the file")):
        with translation.override(language):
            assert as_read("Reading the file") == read


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_a_place_is_kept_as_it_is(language):
    for typed in ("1.2.3.4", "%(address)s", "100 %", "{name}", "（全角）", "a\nb", r"\1"):
        stored = as_kept(FROM_ELSEWHERE, address=typed)
        assert "Logged in from" in stored
        with translation.override(language):
            assert typed in as_read(stored)
            assert "Logged in" not in as_read(stored)


def test_of_two_sentences_that_begin_alike_the_one_that_says_more_is_found():
    unknown, known = as_kept(TRIES_OF_UNKNOWN, number=3), as_kept(TRIES, number=3, address="192.0.2.1")
    with translation.override("ja"):
        assert as_read(unknown) == str(TRIES_OF_UNKNOWN) % {"number": 3}
        assert as_read(known) == str(TRIES) % {"number": 3, "address": "192.0.2.1"}


def test_several_sentences_in_a_row_are_each_said_and_one_that_is_unknown_stays():
    stored = "There is no month 13. This is no date. Write it as YYYY-MM-DD."
    with translation.override("ja"):
        assert "13" in as_read(stored)
        assert "month" not in as_read(stored)
        mixed = as_read(f"The row has no result. {'Nobody has said this.'}")
    assert mixed.endswith("Nobody has said this.")
    assert "no result" not in mixed


def test_few_words_are_known_only_among_those_that_may_stand_there():
    stored = as_kept(ON, browser="A browser", system="an iPhone")
    assert stored == "A browser on an iPhone"
    for language in ("ja", "zh-hans", "ja"):
        with translation.override(language):
            assert as_read(stored, ON, *OFFERED) == str(ON) % {
                "browser": str(OFFERED[0]),
                "system": str(OFFERED[1]),
            }
            assert as_read("A browser on an iPhone") == stored


def test_a_sentence_without_a_word_outside_its_places_is_known_among_few_alone():
    listed = gettext_lazy("%(what)s: %(forms)s")
    stored = as_kept(listed, what="7", forms="8")
    with translation.override("ja"):
        assert str(listed) != "%(what)s: %(forms)s"
        assert as_read(stored, listed) == str(listed) % {"what": "7", "forms": "8"}
        assert as_read(stored) == stored


def test_a_reason_that_is_offered_is_kept_in_english_and_read_in_the_readers_language():
    shown = {}
    for language in ("en", *LANGUAGES):
        with translation.override(language):
            shown[language] = str(REASONS[0])
            assert tidy(f"  {REASONS[0]} ") == "Transcription error"
            assert tidy("自由に書いた理由") == "自由に書いた理由"
            assert tidy(str(REASONS[0]) + "!") != "Transcription error"
    assert len(set(shown.values())) == 3
    for stored in shown.values():  # an earlier version has stored it as it was chosen
        for language, own in shown.items():
            with translation.override(language):
                assert reason_as_read(stored) == own
                assert reason_as_read("自由に書いた理由") == "自由に書いた理由"


def test_every_reason_that_is_offered_is_one_that_is_known():
    """Also those that stand in templates."""
    offered = {marked.text for texts in wanted().values() for marked in texts if marked.context == REASON}
    assert len(offered) > 10
    with translation.override("ja"):
        for english in offered:
            assert reason_as_read(english) != english
            assert reason_as_kept(reason_as_read(english)) == english
