"""What is refused is refused in our words, of every item of every form: never in those of the framework."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ecrf.casebook.record.values import value_of
from ecrf.forms.registry import CRFS

FOREIGN = re.compile(r"\b(Ensure|Select a valid|Enter a|This field|Null characters|not a valid|not one of)\b")
ODD = (
    "x" * 30_000,
    "9" * 40,
    "1234567890123.5",
    "-9" * 3,
    "1.23456789",
    "99999999999",
    "nobody",
    "2024-13-45",
    "25:61",
    "0",
)


def _refusals(key: str) -> list[str]:
    definition, now, said = CRFS[key], timezone.now(), []
    for name in definition.entered:
        for text in ODD:
            try:
                value_of(definition, name, text, now)
            except ValidationError as error:
                said += [f"{name}: {words}" for words in error.messages]
    return said


@pytest.mark.parametrize("key", CRFS)
def test_every_refusal_is_in_our_words(key):
    assert not [words for words in _refusals(key) if FOREIGN.search(words)]
