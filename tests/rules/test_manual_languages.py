"""The manuals in each language: of the English text as it is, built as it is, and naming buttons as the page does."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import polib
import pytest
from markdown_it.token import Token

from ecrf.help.manual.books import OF_TRIAL, folder_of
from ecrf.help.manual.chapters import MARKDOWN, plain
from ecrf.help.manual.translated import OF, translation_of, version_of
from ecrf.upkeep.languages.catalogues import LOCALES
from tests.rules.test_repository import ROOT

ENGINES, TRIALS = ROOT / "ecrf/help/manual", ROOT / "trial/manual"
MASTERS = {
    **{f"{path.parent.name}/{path.stem}": path for path in sorted(ENGINES.glob("en/*/*.md"))},
    **{f"{OF_TRIAL}/{path.stem}": path for path in sorted(TRIALS.glob("en/*.md"))},
}
LANGUAGES = sorted(LOCALES.values())
STILL_MISSING: dict[str, set[str]] = {
    "ja": set(),
    "zh-hans": set(),
}
"""Chapters that nobody has translated yet. Whoever translates one takes it away here."""

NO_QUOTES = {"make one", "on the day", "who", "this patient…", "v"}
"""Bold in English, and by chance the beginning of a text of the product: a lead, half a button, a key."""

BOLD = re.compile(r"\*\*(.+?)\*\*")
LINKED = re.compile(r"<a [^>]*>(.*?)</a>")
HIDDEN = re.compile(r"<span class=\"visually-hidden\">.*?</span>", re.S)
TAG, PLACEHOLDER = re.compile(r"<[^>]+>"), re.compile(r"%\(\w+\)[sd]|\{\w+\}")
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
IN_QUOTES = re.compile(r"「([^」]+)」|“([^”]+)”|《([^》]+)》")
FEWEST_WIDE = 0.25
"""Of the letters of a sentence. Names of files, settings and standards stay in Latin letters."""


def path_of(address: str, language: str) -> Path:
    """Of the translation; `folder_of` asks the protocol, which may be another trial's when these tests run."""
    book, name = address.split("/")
    folder = TRIALS / language if book == OF_TRIAL else folder_of(book, language)
    return folder / f"{name}.md"


def text_of(address: str, language: str) -> str | None:
    return translation_of(MASTERS[address].read_text(encoding="utf-8"), path_of(address, language))


TRANSLATIONS = [
    (language, address)
    for language in LANGUAGES
    for address in MASTERS
    if path_of(address, language).is_file()
]
each_translation = pytest.mark.parametrize(
    ("language", "address"), TRANSLATIONS, ids=map(" ".join, TRANSLATIONS)
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_is_translated(language):
    missing = {address for address in MASTERS if not path_of(address, language).is_file()}
    assert missing == STILL_MISSING[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_is_of_the_english_text_as_it_is(language):
    stale = [
        f"{path_of(address, language)} translates another text than the English one now is. Look at what changed "
        f"there; its first line is then <!-- of: {version_of(master.read_text(encoding='utf-8'))} -->"
        for address, master in MASTERS.items()
        if (language, address) in TRANSLATIONS and text_of(address, language) is None
    ]
    assert not stale, "\n".join(stale)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_of_a_chapter_that_there_is_not(language):
    written = {f"{path.parent.name}/{path.stem}" for path in (ENGINES / language).rglob("*.*")}
    written |= {f"{OF_TRIAL}/{path.stem}" for path in (TRIALS / language).rglob("*.*")}
    assert sorted(written - MASTERS.keys()) == []


# --- Built as the English one ---------------------------------------------------------------------------------------

BUILT = {"heading_open", "list_item_open", "tr_open", "th_open", "td_open", "fence", "image", "link_open"}
Section = list[Token]


def sections(text: str) -> list[Section]:
    """The tokens between the headings, those within lines among them."""
    found: list[Section] = [[]]
    for token in MARKDOWN.parse(text):
        if token.type == "heading_open":
            found.append([])
        found[-1] += [token, *(token.children or ())]
    return found[1:]


def both(address: str, language: str) -> list[tuple[Section, Section]]:
    master = OF.sub("", MASTERS[address].read_text(encoding="utf-8"))
    translated = OF.sub("", path_of(address, language).read_text(encoding="utf-8"))
    return list(zip(sections(master), sections(translated), strict=True))


def quoted(section: Section, *kinds: str) -> list[str]:
    """What stands in bold or slanted ("strong", "em"), each step of a path by itself."""
    found, is_in = [], False
    for token in section:
        kind, _, end = token.type.rpartition("_")
        if kind in kinds:
            is_in = end == "open"
            found += [""] if is_in else []
        elif is_in:
            found[-1] += " " if token.type == "softbreak" else token.content
    return [flat(part) for text in found for part in text.split("›")]


def built(section: Section) -> Counter[str]:
    """What stands in a section, in no order: another language may turn a sentence round."""
    found = Counter(f"{token.type} {token.tag}" for token in section if token.type in BUILT)
    found.update(f"`{token.content}`" for token in section if token.type == "code_inline")
    lines = [line for token in section if token.type == "fence" for line in token.content.splitlines()]
    found.update(f"`{line.split()[0]}`" for line in lines if line)  # a command, and what it does in words
    leading = [token for token in section if token.type in ("link_open", "image")]
    found.update(str(token.attrGet("href") or token.attrGet("src")) for token in leading)
    found["bold"] = len(quoted(section, "strong"))
    return found


@each_translation
def test_translation_has_the_headings_rows_keys_links_and_pictures_of_the_english(language, address):
    for master, translated in both(address, language):
        title = plain(translated[1])
        assert built(translated) - built(master) == Counter(), f"too much in “{title}”"
        assert built(master) - built(translated) == Counter(), f"missing in “{title}”"


@each_translation
def test_no_mark_is_left_and_no_sentence_is_left_in_english(language, address):
    """Beside a bracket or a dot, and without a blank, Markdown takes two stars for two stars."""
    for _master, translated in both(address, language):
        for inline in (token for token in translated if token.type == "inline"):
            said = "".join(one.content for one in inline.children if one.type == "text")
            assert not re.search(r"[*`_]|\]\(|<!--", said), said
            letters = [sign for sign in said if sign.isalpha()]
            wide = sum(bool(WIDE.match(sign)) for sign in letters)
            assert wide >= FEWEST_WIDE * len(letters) or (
                len(letters) < 12 and said in plain_master(address)
            ), said


@cache
def plain_master(address: str) -> str:
    """For what is the same in all languages, such as a name."""
    return MASTERS[address].read_text(encoding="utf-8")


# --- What it names as the page does ---------------------------------------------------------------------------------


@cache
def shown(locale: str) -> dict[str, set[str]]:
    """{an English text of the product: what stands for it in this language}, without marks and small letters."""
    found: dict[str, set[str]] = {}
    for folder in (ROOT / "ecrf/locale", ROOT / "trial/locale"):
        for path in sorted((folder / locale).glob("*.po")):
            if path.stem == "help-topics":
                continue
            for entry in polib.pofile(path):
                words = {entry.msgstr, *entry.msgstr_plural.values()} - {""}
                for text in (entry.msgid, entry.msgid_plural):
                    found.setdefault(flat(text), set()).update(map(flat, words))
                    for link in LINKED.findall(text):
                        links = [inside for word in words for inside in LINKED.findall(word)]
                        found.setdefault(flat(link), set()).update(map(flat, links))
    return found


def flat(text: str) -> str:
    return " ".join(PLACEHOLDER.sub("", TAG.sub("", HIDDEN.sub("", text))).split()).replace("’", "'").lower()


def candidates(name: str, locale: str) -> tuple[set[str], set[str]]:
    """What a button of this name says in this language, and the longer ones that begin with it in English."""
    texts, stem = shown(locale), name.rstrip(" ….,:")
    exact = texts.get(name, set()) | texts.get(stem, set())
    longer = {word for text, words in texts.items() if text.startswith(stem) for word in words}
    return exact, longer


@each_translation
def test_translation_names_buttons_as_the_product_does(language, address):
    """What is bold or slanted in English and is a text of the product stands in the translation as the product says it;
    of the longer text that the English is the beginning of, it may be a part."""
    locale = next(folder for folder, code in LOCALES.items() if code == language)
    wrong = []
    for master, translated in both(address, language):
        whole = flat("".join(plain(token) for token in translated if token.type == "inline"))
        bold = [*quoted(translated, "strong", "em"), *map("".join, IN_QUOTES.findall(whole))]
        for name in quoted(master, "strong", "em"):
            exact, longer = candidates(name, locale)
            if name in NO_QUOTES or not (exact or longer):
                continue
            if not any(one in exact or any(len(one) > 1 and one in word for word in longer) for one in bold):
                wrong.append(f"{name}: {sorted(exact or longer)[:6]}; here {bold}")
    assert not wrong, "\n".join(wrong)


def test_most_of_what_the_manuals_quote_is_found_in_the_catalogues():
    """Or the test above would hold nothing."""
    names = [
        name
        for path in MASTERS.values()
        for section in sections(path.read_text(encoding="utf-8"))
        for name in quoted(section, "strong", "em")
    ]
    found = [name for name in names if any(candidates(name, "ja"))]
    assert len(found) > 0.9 * len(names) > 100


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "room", ["ecrf/locale/{}/help.po", "ecrf/locale/{}/help-topics.po", "trial/locale/{}/help.po"]
)
def test_help_of_a_page_names_buttons_as_the_product_does(room, locale):
    wrong = []
    for entry in polib.pofile(ROOT / room.format(locale)).translated_entries():
        said = {flat(name) for name in BOLD.findall(entry.msgstr)}
        for name in map(flat, BOLD.findall(entry.msgid)):
            exact, longer = candidates(name, locale)
            if (exact or longer) and not any(
                one in exact or any(one in word for word in longer) for one in said
            ):
                wrong.append(f"{name}: {sorted(exact or longer)[:6]}; here {sorted(said)}")
    assert not wrong, "\n".join(wrong)
