"""The engine does not know the trial: no word of the trial's forms stands in its code, its templates or its scripts."""

import re

import pytest

from ecrf.forms.registry import CRFS
from tests.ecrf.conftest import STILL_ON_THE_TRIAL
from tests.rules.test_repository import ROOT, files, places

OF_THIS_TRIAL = (
    "infusion",
    "grip",
    "mrc",
    "kpa",
    "ivig",
    "mmn",
    "immunoglobulin",
    "muscle",
    "nerve",
    "incat",
)
"""Besides the keys and the titles of its forms."""

ENGINE_SAYS_TOO = {
    "visit": "a word of the engine's own",
    "laboratory": "reference ranges of a site's laboratory are the engine's",
    "results": "plain English",
    "adverse event": "every trial has them; examples name one",
    "end of study": "the engine asks how a patient left: the default of `Protocol.end_form`",
    "consent": "every trial asks for it; a day of history may lie before it",
    "follow up": "what a monitoring visit's report asks for",
    "lot": "CDISC's word for the batch a dose was taken from, which the story's figure draws",
    "vital signs": "every trial has them; examples name them",
}


def words() -> set[str]:
    """The keys, the titles and the words of this trial, as plain words."""
    forms = {re.sub(r"[-_]", " ", word).lower() for crf in CRFS.values() for word in (crf.key, crf.title)}
    return {*forms, *OF_THIS_TRIAL} - set(ENGINE_SAYS_TOO)


def pattern(word: str) -> re.Pattern[str]:
    """The word, also in the middle of a name: `lab_result`, `LabResult`, `data-lab-result`."""
    spelt = r"[-_ ]?".join(re.escape(part) for part in word.split())
    return re.compile(rf"(?<![a-z]){spelt}(?![a-z]{{3}})", re.IGNORECASE)


@pytest.mark.parametrize("word", sorted(words()))
def test_engine_says_nothing_of_this_trial(word):
    engine = files(
        "ecrf", "templates", "static", ends=(".py", ".sql", ".html", ".js", ".css", ".svg", ".txt", ".md")
    )
    found = places(pattern(word), engine)
    assert not found, (
        f"“{word}” belongs to trial/: its forms may bring templates, styles and scripts: {found}"
    )


def test_tests_of_the_engine_name_only_forms_of_the_stub():
    stub = "".join(path.read_text() for path in files("tests/stub_trial/crfs", ends=(".py",)))
    foreign = CRFS.keys() - set(re.findall(r'@crf\(\s*"([a-z-]+)"', stub))
    named = re.compile(rf"\"(?:{'|'.join(sorted(foreign))})\"|^(?:from|import) trial\b", re.MULTILINE)
    tests = {
        path.relative_to(ROOT / "tests/ecrf").as_posix(): path for path in files("tests/ecrf", ends=(".py",))
    }
    assert set(tests) >= STILL_ON_THE_TRIAL, "Take out what is gone."
    found = places(named, [path for where, path in tests.items() if where not in STILL_ON_THE_TRIAL])
    assert not found, f"Use the forms of tests/stub_trial: {found}"


def test_what_the_engine_says_too_is_said_by_a_form():
    forms = {re.sub(r"[-_]", " ", word).lower() for crf in CRFS.values() for word in (crf.key, crf.title)}
    assert set(ENGINE_SAYS_TOO) <= forms, "Take out what no form is called any more."


@pytest.mark.parametrize("written", ["lab_result", "LabResult", "data-lab-result", "the lab results of"])
def test_word_is_found_however_it_is_written(written):
    assert pattern("lab result").search(written)


def test_words_that_only_begin_alike_are_not_taken_for_it():
    assert not pattern("grip").search("a gripping tale")
    assert not pattern("lab result").search("slab resultant")


def test_every_own_file_of_a_form_stands_with_the_trial():
    own = {path for form in CRFS.values() for path in (*form.model.styles, *form.model.scripts)}
    missing = [path for path in own if not (ROOT / "trial/static" / path).is_file()]
    assert own
    assert not missing, f"Put it into trial/static: {missing}"
    named = {path.name for path in files("trial/templates/crfs", ends=(".html",)) if path.name[0] != "_"}
    strange = named - {f"{key}{part}.html" for key in CRFS for part in ("", "-table")}
    assert not strange, f"A form's own template, or that of its rows' table, is named by its key: {strange}"
