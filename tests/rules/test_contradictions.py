"""docs/contradictions.md holds what asks where two forms contradict each other: every pair of forms, and every check,
as they stand in the code."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from django.conf import settings

from ecrf.checks.catalogue import catalogue
from ecrf.checks.registry import ANY, CHECKS, Check
from ecrf.forms.items import Day, PartialDay
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from trial.checks.assessments import FACE_TO_FACE
from trial.checks.dates import MAY_FOLLOW

PAGE = Path(settings.BASE_DIR) / "docs" / "contradictions.md"
ORDER = [form.key for form in catalogue(protocol()).forms if form.key in CRFS]
KEYS = {CRFS[key].title: key for key in ORDER}
LINE = re.compile(r"\| (?P<with>[^|]+) \| (?:asked by (?P<checks>[^|]+)|nothing to ask: (?P<why>[^|]+)) \|")

Pair = tuple[str, str]


def _dates(key: str) -> Iterator[tuple[str, Day | PartialDay]]:
    items = CRFS[key].entered.items()
    return ((name, item) for name, item in items if isinstance(item, Day | PartialDay))


AT_VISITS = {key for plan in protocol().visits for key in (*plan.forms, *plan.optional)}
OF_ANY_FORM = {
    "DATE-001": {k for k in ORDER if k != "consent" and any(not item.history for _, item in _dates(k))},
    "DATE-002": {
        k for k in ORDER if any(not i.future and f"{k}.{name}" not in MAY_FOLLOW for name, i in _dates(k))
    },
    "DATE-003": {k for k in ORDER if any(item.history and not item.future for _, item in _dates(k))},
    "VISIT-006": AT_VISITS,
    "VISIT-007": set(FACE_TO_FACE),
}
"""{check on any form: the forms of which it can ask}."""


def _looks_at(check: Check) -> set[str]:
    return OF_ANY_FORM[check.id] if check.on == ANY else {check.on}


def _asked_of(one: str, other: str) -> list[str]:
    """The checks that compare the two forms: one of them is looked at, the other read; or a form by itself."""
    found = set()
    for check in CHECKS.values():
        forms = _looks_at(check)
        if one == other:
            by_itself = one in forms and (not check.reads or one in check.reads)
            found |= {check.id} if by_itself else set()
        elif (one in forms and other in check.reads) or (other in forms and one in check.reads):
            found.add(check.id)
    return sorted(found)


@cache
def expected() -> dict[Pair, list[str]]:
    """{pair of forms, in the order of the schedule: its checks}, each pair once, each form with itself too."""
    return {(a, b): _asked_of(a, b) for a, b in combinations_with_replacement(ORDER, 2)}


@cache
def page() -> dict[Pair, list[str] | str]:
    """{pair: the checks that the page names, or why there is nothing to ask}; AssertionError for what it says twice."""
    found: dict[Pair, list[str] | str] = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, body = section.partition("\n")
        for line in (
            line for line in body.splitlines() if line.startswith("| ") and not line.startswith("| -")
        ):
            read = LINE.fullmatch(line)
            assert read or line == "| with | |", f"{title}: this line cannot be read: {line}"
            for other in read["with"].split(", ") if read else ():
                pair = KEYS[title], KEYS[title if other == "itself" else other]
                assert pair not in found, f"{title} and {other} stand there twice."
                found[pair] = read["checks"].split(", ") if read["checks"] else read["why"]
    return found


def test_every_check_of_any_form_says_of_which_forms_it_can_ask():
    assert set(OF_ANY_FORM) == {one.id for one in CHECKS.values() if one.on == ANY}


def test_every_pair_of_forms_stands_on_the_page_once():
    assert set(page()) == set(expected())
    assert len(page()) == len(ORDER) * (len(ORDER) + 1) / 2


@pytest.mark.parametrize("form", ORDER)
def test_page_names_the_checks_that_stand_in_the_code(form):
    wrong = []
    for (one, other), checks in page().items():
        wanted = expected()[one, other]
        if one == form and (checks if isinstance(checks, list) else []) != wanted:
            name = "itself" if one == other else CRFS[other].title
            line = f"asked by {', '.join(wanted)}" if wanted else "nothing to ask: …"
            wrong.append(f"| {name} | {line} |")
    assert not wrong, f"In {PAGE.name}, under {CRFS[form].title}, write:\n" + "\n".join(wrong)


def test_nothing_to_ask_says_why():
    assert [pair for pair, why in page().items() if isinstance(why, str) and len(why) < 10] == []


def test_every_check_that_is_named_exists():
    assert set(re.findall(r"\b[A-Z]{2,5}-[0-9]{3}\b", PAGE.read_text(encoding="utf-8"))) <= set(CHECKS)


def test_every_check_stands_on_the_page():
    named = {check for checks in page().values() if isinstance(checks, list) for check in checks}
    assert named == set(CHECKS)
