"""The looking itself: a fault is found on the first page that has it, however much was looked at before."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import LookedAt, violations

HEAD = "<!doctype html><html lang=en><title>Page</title><meta name=color-scheme content='light dark'>"
STYLE = "<style>body {color: black; background: white} .pale {color: #aaa} .odd {color: #aab}</style>"
IN_THE_DARK = "<style>@media (prefers-color-scheme: dark) {.dark {color: #333; background: black}}</style>"


@pytest.fixture
def page(chromium: Browser):
    context = chromium.new_context(color_scheme="light")
    yield context.new_page()
    context.close()


def found(page: Page, content: str, known: LookedAt | None = None, name: str = "") -> set[str]:
    """The rules that are broken, and in which scheme."""
    page.set_content(f"{HEAD}{STYLE}{IN_THE_DARK}<body><header>eCRF</header><main><h1>A</h1>{content}</main>")
    return {said.partition(" (")[0] for said in violations(page, known, name)}


def test_page_without_fault_has_none(page):
    assert found(page, "<p>text</p><button>Save</button>") == set()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("<button></button>", "button-name"),
        ("<h3>B</h3>", "heading-order"),
        ("<ul><p>text</p></ul>", "list"),
        ("<img src='data:,'>", "image-alt"),
    ],
)
def test_what_another_role_has_more_of_a_known_page_is_looked_at(page, content, rule):
    known = LookedAt()
    assert found(page, "<p>text</p>", known, "page") == set()
    assert rule in found(page, f"<p>text</p><div>{content}</div>", known, "page")
    assert found(page, f"<p>text</p><div>{content}</div>", known, "page") == set()


def test_page_of_another_name_is_looked_at_as_a_whole(page):
    known = LookedAt()
    assert found(page, "<p>text</p><div><button>Save</button></div>", known, "page") == set()
    assert found(page, "<div><button></button></div>", known, "other") == {"button-name"}


def test_contrast_is_looked_at_in_the_light_and_in_the_dark_once_for_each_colour(page):
    known = LookedAt()
    pale = {"in the light: color-contrast", "in the dark: color-contrast"}
    assert found(page, "<p class=pale>text</p>", known, "page") == pale
    assert found(page, "<div class=b><p class=pale>text</p></div>", known, "page") == set()
    assert found(page, "<p class=odd>text</p>", known, "page") == pale
    assert found(page, "<p class=dark>text</p>", known, "page") == {"in the dark: color-contrast"}
