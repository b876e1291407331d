"""Whoever types by an input method types on every page: its keys are kept from the page, and its digits are digits."""

import re

import pytest
from lxml import html

from ecrf.audit.texts import fold
from tests.rules.test_access import DOWNLOADS, asked_of, browser, cast, own

pytestmark = pytest.mark.django_db
__all__ = ["cast", "own"]

KEEPS = re.compile(r"/js/composing(\.[0-9a-f]+)?\.js")
TYPED = ("text", "search", "email", "tel", "url", "password")
REFUSE_FULL_WIDTH = ("number", "date", "time", "datetime-local", "month", "week")
"""Browsers take no full-width digit in these, nor an era, nor a date in part."""


def typed_in(page) -> list:
    return [*page.iter("textarea"), *(one for one in page.iter("input") if one.get("type", "text") in TYPED)]


def faults_of(text: str) -> list[str]:
    """What is wrong with a page for who types by an input method; it needs nothing where nothing is typed."""
    page = html.fromstring(text)
    found = [
        f"{one.get('name')}: type={one.get('type')}"
        for one in page.iter("input")
        if one.get("type") in REFUSE_FULL_WIDTH
    ]
    found += [f"{one.get('name')}: pattern" for one in typed_in(page) if one.get("pattern")]
    if typed_in(page) and not any(KEEPS.search(one.get("src", "")) for one in page.iter("script")):
        found.append("the page has no script that keeps the keys of an input method")
    return found


def test_every_page_that_is_typed_in_bears_an_input_method(own, cast):
    """The pages of the list, each as one role that may open it; the login's as nobody's."""
    found, typed = {}, 0
    clients = {role: browser(user) for role, user in (cast | {"nobody": None}).items()}
    pages = [(url, client) for url, client in asked(own, clients)] + [
        (url, clients["nobody"]) for url in ("/login/", "/forgotten/")
    ]
    for url, client in pages:
        answer = client.get(url)
        if answer.streaming:
            b"".join(answer)
            continue
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        text = answer.content.decode()
        if "<html" not in text:  # a part of a page
            continue
        typed += bool(typed_in(html.fromstring(text)))
        if faults := faults_of(text):
            found[url] = faults
    assert typed > 50
    assert not found, found


def asked(where, clients):
    for name, method, url, _data, expected in asked_of(where, 1):
        role = next((one for one in clients if expected.get(one) == "200"), None)
        if method == "GET" and role and name not in DOWNLOADS:
            yield url, clients[role]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<input name=a>", "no script"),
        ("<textarea name=a></textarea>", "no script"),
        ("<input name=a type=checkbox>", ""),
        ("<input name=a><script type=module src='/static/js/composing.0af3.js'></script>", ""),
        ("<input name=a type=number>", "type=number"),
        ("<input name=a pattern='[0-9]+'><script src='/static/js/composing.js'></script>", "pattern"),
    ],
)
def test_what_does_not_bear_an_input_method_is_found(page, said):
    found = faults_of(f"<html><body>{page}</body></html>")
    assert bool(found) is bool(said)
    assert said in " ".join(found)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("０１－００３", "01-003"),
        ("０１ー００３", "01-003"),
        ("０１ｰ００３", "01-003"),
        ("１２３　４５６", "123 456"),
        ("データー", "データー"),
        ("サー１", "サー1"),
        ("④", "④"),
    ],
)
def test_signs_of_an_asian_keyboard_are_the_plain_ones(typed, read):
    assert fold(typed) == read
