"""What the trial's definitions say to people: read from what the forms, checks and the protocol registered.

Nothing is marked in the trial's files: whatever stands in an attribute that is `spoken` (ecrf/forms/words.py) is to be
translated, in the catalogue of the file that defines it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.module_loading import import_string

from ecrf.checks.registry import CHECKS
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.forms.words import CONTEXT, SPOKEN, as_written
from ecrf.listings.ready import TrialListings
from ecrf.upkeep.languages.marked import Marked

Found = Iterator[tuple[str, Marked, str]]
"""Room, text, and where it is used."""


def texts_of_trial() -> Found:
    for definition in CRFS.values():
        yield from _of_form(definition)
    for check in CHECKS.values():
        room, where = _room(check.rule.__module__), f"check {check.id}"
        yield from _texts(room, as_written(check, "title"), f"{where}, title")
        for text in check.texts.values():
            yield from _texts(room, text.template, where)
        if check.offer:
            yield from _spoken(room, check.offer, f"{where}, offer")
    trial = protocol()
    yield from _spoken("schedule", trial, "protocol")
    for plan in trial.visits:
        yield from _spoken("schedule", plan, f"visit {plan.code}")
    for test in trial.lab_tests:
        yield from _spoken("lab_tests", test, f"laboratory test {test.code}")
    for assumption in trial.assumptions:
        yield from _spoken("assumptions", assumption, "assumption")
    for ending in trial.endings:
        yield from _spoken("endings", ending, f"ending {ending.key}")
        for form in ending.forms:
            yield from _spoken("endings", form, f"ending {ending.key}, form {form.crf}")
    yield from _spoken("help", trial.help, "help")
    if trial.listings:
        yield from _of_listings(import_string(trial.listings))


def _of_listings(own: TrialListings) -> Found:
    for fact in own.facts:
        yield from _spoken("listings", fact, f"fact {fact.key}")
        for _code, label in fact.codes:
            yield from _texts("listings", label, f"fact {fact.key}, answer")
    for listing in own.ready:
        yield from _spoken("listings", listing, f"listing {listing.key}")


def _of_form(definition: CrfDefinition) -> Found:
    room, key = _room(definition.model.__module__), definition.key
    yield from _spoken(room, definition, key)
    if definition.plural != as_written(definition, "title"):
        yield from _texts(room, definition.plural, f"{key}, plural")
    model = definition.model
    also = (model.own_words, model.listed_words, tuple(words for _key, words in model.keys))
    yield from _texts(room, also, key)
    for section in definition.sections:
        yield from _spoken(room, section, f"{key}, section")
    for name, item in definition.items.items():
        yield from _spoken(room, item, f"{key}.{name}")
        if item.kind == "choice":
            for _code, label in item.flatchoices or ():
                yield from _texts(room, str(label), f"{key}.{name}, answer")


def _spoken(room: str, instance: Any, where: str) -> Found:
    for definition, names in SPOKEN.items():
        if isinstance(instance, definition):
            for name in names:
                yield from _texts(room, as_written(instance, name), where)


def _texts(room: str, value: Any, where: str) -> Found:
    match value:
        case str() if value:
            yield room, Marked(value, context=CONTEXT), where
        case tuple():
            for each in value:
                yield from _texts(room, each, where)
        case Mapping():
            for each in value.values():
                yield from _texts(room, each, where)


def _room(module: str) -> str:
    return module.rpartition(".")[2]
