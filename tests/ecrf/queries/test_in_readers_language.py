"""What checks and the product say in queries is stored in English, and read, searched and traced in any language."""

from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import override

from ecrf.access.alike import alike
from ecrf.access.language import in_master
from ecrf.casebook.history import blank
from ecrf.checks.registry import CHECKS
from ecrf.forms.answers import answers_of
from ecrf.forms.crf import MissingReason
from ecrf.forms.registry import CRFS
from ecrf.forms.words import said
from ecrf.queries import automatic, reopening
from ecrf.queries.models import Message, Query
from ecrf.queries.quotes import WRITTEN, quoted_as_read
from tests.bench.counting import statements
from tests.ecrf.monitoring.world import logged_in, text_of
from tests.ecrf.queries.builders import answered, asked, change

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-096")]

LIST = reverse("monitor:queries_query_changelist")
LANGUAGES = ["ja", "zh-hans"]
OWN = "No longer so: the value was changed from 1 to 2."
"""As a person may write it."""
SENTENCES = [
    one for room in (automatic, reopening) for one in vars(room).values() if isinstance(one, Promise)
]
"""Why nothing is asked any more, and why a query that a person asked moved by itself."""


@pytest.fixture
def settled(entry, coordinator):
    """One that a check asked about a pulse of 200, and closed when it was changed."""
    change(entry, coordinator, pulse="200")
    change(entry, coordinator, pulse="70")
    return Query.objects.get()


def reader(monitor, language):
    client = logged_in(monitor)
    client.cookies["language"] = language
    return client


def words_of(query, language):
    with override(language):
        return [message.words for message in query.messages.order_by("pk")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_conversation_with_a_check_is_read_in_the_readers_language(settled, monitor, language):
    page = reader(monitor, language).get(reverse("monitor:queries_query_change", args=[settled.pk]))
    stored = [message.text for message in settled.messages.order_by("pk")]
    assert len(stored) == 2
    template = CHECKS[settled.check_id].texts[settled.variant].template
    with override(language):
        is_translated = said(template) != template  # as are those of a trial, and not of a stub
    for english, words, differs in zip(
        stored, words_of(settled, language), (is_translated, True), strict=True
    ):
        assert (words != english) is differs
        assert "200" in words
        assert escape(words) in page.content.decode()
        assert (escape(english) in page.content.decode()) is not differs
    assert words_of(settled, "en") == stored


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_is_searched_by_what_it_shows(settled, entry, monitor, language):
    asked(entry, monitor, "Is it so?")
    client = reader(monitor, language)
    with override(language):
        question = settled.text
    why = words_of(settled, language)[1]
    for typed in (question, question[-6:], why, why[:8], f"  {why[:8]} "):
        page = text_of(client, f"{LIST}?turn=closed&q={quote(typed)}")
        assert f"Q{settled.pk}" in page, typed
    assert f"Q{settled.pk}" not in text_of(client, f"{LIST}?turn=closed&q={quote(question + '?')}")
    in_english = reader(monitor, "en")
    assert f"Q{settled.pk}" not in text_of(in_english, f"{LIST}?turn=closed&q={quote(why)}")
    assert f"Q{settled.pk}" in text_of(in_english, f"{LIST}?turn=closed&q={quote('No longer so')}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_is_searched_by_what_a_check_asked_before(entry, coordinator, monitor, language):
    for pulse in ("200", "205", "70"):
        change(entry, coordinator, pulse=pulse)
    query = Query.objects.get()
    stored = [message.text for message in query.messages.order_by("pk")]
    assert "200" in stored[0]
    assert stored[0] != query.text_as_asked
    client = reader(monitor, language)
    for words in words_of(query, language):
        assert f"Q{query.pk}" in text_of(client, f"{LIST}?turn=closed&q={quote(words)}"), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_quoted_values_are_read_in_the_readers_language(language):
    """Every answer of every form, why there is none, and no value: unless people write words there."""
    told = 0
    for definition in CRFS.values():
        for name, item in definition.items.items():
            with in_master():
                kept = [label for _code, label in answers_of(item)] + [str(blank()), "Unknown (nobody asked)"]
            with override(language):
                said_so = [label for _code, label in answers_of(item)] + [str(blank())]
                read = [quoted_as_read(name, value) for value in kept]
                unknown = str(MissingReason.UNKNOWN.label)
            if item.kind in WRITTEN:
                assert read == kept
            elif not any(other.items[name].kind in WRITTEN for other in CRFS.values() if name in other.items):
                told += 1
                assert read == [*said_so, f"{unknown} (nobody asked)"]
    assert told > 10
    with in_master():
        assert quoted_as_read("pulse", str(blank())) == str(blank())


def test_what_a_person_wrote_is_read_as_written(entry, monitor, coordinator):
    query = asked(entry, monitor, OWN)
    answered(query, coordinator, OWN)
    for language in LANGUAGES:
        assert words_of(query, language) == [OWN, OWN]
        assert OWN in text_of(
            reader(monitor, language), reverse("monitor:queries_query_change", args=[query.pk])
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_of_the_product_is_known_again(entry, monitor, sentence, language):
    query = asked(entry, monitor, "Is it so?")
    given = dict.fromkeys(("person", "reason", "id", "before", "now", "was"), "X-1")
    with in_master():
        message = Message(query=query, text=str(sentence) % given)
    with override(language):
        assert message.words == str(sentence) % given
        assert alike(message.words) != alike(message.text)


def test_search_in_another_language_takes_a_bounded_number_of_statements(settled, monitor):
    client = reader(monitor, "ja")
    client.get(LIST)
    plain = statements(lambda: client.get(f"{LIST}?turn=closed")).count
    searched = f"{LIST}?turn=closed&q={quote(settled.patient.number)}"
    assert statements(lambda: client.get(searched)).count <= plain + 4
