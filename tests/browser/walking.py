"""Goes through the pages of a person of the demo: one of each name that another one leads to."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from tests.rules.test_access import DOWNLOADS, TABLE

NO_PAGES = {*DOWNLOADS, "logout"}
LINKS = "() => [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"


def named(address: str) -> str:
    """The name of an address in the table; "" where it has none, or is no page."""
    try:
        name = resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
    return "" if name in NO_PAGES or "GET" not in TABLE.get(name, ("",))[0].split() else name


def pages_of(person, first: str) -> Iterator[str]:
    """One page of each name that a page of this person leads to, open."""
    left, known = [first], {named(first)}
    while left:
        address = left.pop()
        try:
            answer = person.page.goto(person.server.url + address)
        except Error:  # a file, which the browser keeps
            continue
        if answer is None or answer.status != 200 or person.page.locator("main").count() == 0:
            continue
        yield address
        for link in person.page.evaluate(LINKS):
            if re.match("/[^/]", link) and (name := named(link)) and name not in known:
                known.add(name)
                left.append(link)
