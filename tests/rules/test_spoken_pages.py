"""Every page, opened in Japanese and in Chinese, holds no English word but names, codes and what people wrote."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from lxml import html

from ecrf.access.models import User
from tests.rules.test_access import DOWNLOADS, asked_of, browser, cast, own

pytestmark = pytest.mark.django_db
__all__ = ["cast", "own"]

ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-confirm", "data-label")
NOT_SAID = ("script", "style", "code", "kbd", "samp", "pre", "svg", "q", "textarea", "datalist")
"""Elements with what is written to be typed, or was written by people."""
CJK = r"[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uff01-\uff60「」』）】”》]"
HALF_WIDTH = re.compile(rf"{CJK}\s*[,:;](?=\s|$|{CJK})")
"""A comma, colon or semicolon behind a Japanese or Chinese word. In a time or a number a digit is before it."""
INLINE = ("a", "abbr", "b", "bdi", "em", "i", "kbd", "code", "q", "s", "small", "span", "strong", "time", "u")
"""What stands in a line with the text around it."""
WORD = re.compile(r"[A-Za-z][a-z]{2,}(?:[’'-][a-z]+)*")
NOT_WORDS = re.compile(
    r"https?://\S+|[\w.+-]+@[\w.-]+|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12,}\b|\b[A-Za-z0-9]+_\w+\b"
    r"|/[\w/-]+|[\w.-]+\.(?:json|csv|pdf|zip|py)\b|\b[a-z-]+\.[a-z_]+\b",
    re.ASCII,
)
"""Addresses, mail addresses, keys, hashes, names of columns, files and items."""

PRODUCTS = "web ecrf edc docker excel java script google microsoft authenticator outlook python stata"
STANDARDS = "define dataset parquet version unicode clopper-pearson clopper pearson utf json csv https xport"
KEYS = "ctrl alt enter tab esc shift home end"
PLACES = "asia tokyo utc erb"
LANGUAGES = "english"
"""By its own name, where one chooses."""
CODES = "not-done not-applicable unknown refused"
"""To be typed as they stand."""
WAYS_OF_WRITING = "nov novem dec may today now noon tomorrow"
"""Of a day and a time, as help explains them."""
ALLOWED = frozenset(f"{PRODUCTS} {STANDARDS} {KEYS} {PLACES} {LANGUAGES} {CODES} {WAYS_OF_WRITING}".split())
TYPED = (
    *("manage.py work", "workerサービス", "worker服务", "site-manual"),
    *("「marmelade」", "“marmelade”", "「one」", "“one”"),
)
"""What operators type, and what the pages give as examples of what is typed."""
SOURCE_OF_TESTS = ("由来：test", "来源：test")
WRITTEN = re.compile(r"[A-Z0-9 ].*[a-z]|[a-z].*[A-Z0-9 ]")
"""Unlike a code, which is one small word."""
RAW = ("site-trail",)
"""What the trail of a site has of tables that nothing renders stands there by the names of the columns."""


def said(page: str) -> Iterator[str]:
    """Each text that a person reads or is read."""
    body = html.fromstring(page).find("body")
    return iter(()) if body is None else _said(body)


def _said(element) -> Iterator[str]:
    if not isinstance(element.tag, str) or _is_data(element):
        return
    yield from (element.get(name) for name in ATTRIBUTES if element.get(name))
    yield element.text or ""
    for child in element:
        yield from _said(child)
        yield child.tail or ""


def _is_data(element) -> bool:
    return (
        element.tag in NOT_SAID
        or element.get("dir") == "auto"
        or element.get("lang") == settings.LANGUAGE_CODE
    )


def english(page: str, written: re.Pattern[str]) -> set[str]:
    """Texts with a word that is none of the list; `written`: what people wrote, which stays as it is."""
    found = set()
    for text in said(page):
        words = WORD.findall(NOT_WORDS.sub(" ", written.sub(" ", text)))
        if odd := sorted({word for word in words if word.lower() not in ALLOWED}):
            found.add(f"{', '.join(odd)}: {' '.join(text.split())[:120]}")
    return found


def half_width(page: str) -> set[str]:
    """Texts in which a sign of English stands behind a Japanese or Chinese word, also across the elements of a line."""
    body = html.fromstring(page).find("body")
    if body is None:
        return set()
    texts = [*_lines(body), *(one.get(name) or "" for one in body.iter() for name in ATTRIBUTES)]
    found = ((text, HALF_WIDTH.search(text)) for text in texts)
    return {" ".join(text[max(0, hit.start() - 40) : hit.end() + 40].split()) for text, hit in found if hit}


def _lines(body) -> Iterator[str]:
    return iter("".join(_running(body)).split("\n\n"))


def _running(element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "svg", "textarea"):
        return
    is_inline = element.tag in INLINE
    yield "" if is_inline else "\n\n"
    # What people wrote stands as they wrote it; the sign behind it is the product's.
    if _is_data(element):
        yield "x"
    else:
        yield _in_one_line(element.text)
        for child in element:
            yield from _running(child)
            yield _in_one_line(child.tail)
    yield "" if is_inline else "\n\n"


def _in_one_line(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def written_by_people() -> re.Pattern[str]:
    """Every text that the study holds, of people, sites, reasons, questions: whatever the test gave. Codes are none,
    nor what the product words itself, as the questions of checks."""
    texts = {*TYPED, *SOURCE_OF_TESTS, *User.objects.values_list("username", flat=True)}
    for model in apps.get_models():
        if model._meta.app_label in ("audit", "checks", "contenttypes", "sessions", "django_tasks_db"):
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if field.get_internal_type() in ("CharField", "TextField") and not field.choices
        ]
        for row in model._default_manager.values_list(*names):
            texts.update(
                text for text in row if isinstance(text, str) and len(text) < 200 and WRITTEN.search(text)
            )
    whole = sorted(map(re.escape, texts), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![A-Za-z]){text}(?![A-Za-z])" for text in whole))


@pytest.mark.parametrize(
    "language", [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
)
def test_no_page_holds_an_english_word(own, cast, language):
    """Each page as one of those who may open it, all roles by turns."""
    found: dict[str, set[str]] = defaultdict(set)
    signs: dict[str, set[str]] = defaultdict(set)
    opened, roles, clients = 0, list(cast), {role: browser(user) for role, user in cast.items()}
    asked, written = asked_of(own, 1), written_by_people()
    for at, (name, method, url, _data, expected) in enumerate(asked):
        turn = (at + len(language)) % len(roles)
        role = next((one for one in (*roles[turn:], *roles[:turn]) if expected[one] == "200"), None)
        if method != "GET" or role is None or name in (*DOWNLOADS, *RAW):
            continue
        answer = clients[role].get(url, headers={"accept-language": language})
        if answer.streaming:
            b"".join(answer)
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            opened += 1
            for text in english(answer.content.decode(), written):
                found[text].add(f"{name} ({role})")
            for text in half_width(answer.content.decode()):
                signs[text].add(f"{name} ({role})")
    assert opened > 100
    assert not found, "\n".join(f"{one}: {sorted(where)}" for one, where in sorted(found.items()))
    assert not signs, "\n".join(f"{one}: {sorted(where)}" for one, where in sorted(signs.items()))


def test_an_english_word_is_found_wherever_it_stands():
    page = (
        "<html><body><p title='Save it'>値<b>Pulse</b> and more</p><code>visit</code><p dir='auto'>Words</p>"
        "<p>Kept as written</p></body></html>"
    )
    assert english(page, re.compile("Kept as written")) == {
        "Save: Save it",
        "Pulse: Pulse",
        "and, more: and more",
    }


def test_a_half_width_sign_is_found_behind_a_japanese_or_chinese_word():
    page = (
        "<html><body><p title='来院: 予定'><b>血压</b>: <q>高, 低</q></p><p>来院：12:30, 1,000</p>"
        "<li>见量, 见时</li><p dir='auto'>患者: 田中</p><td>施設</td><td>: 空</td></body></html>"
    )
    assert half_width(page) == {"来院: 予定", "血压: x", "见量, 见时"}
