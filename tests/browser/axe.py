"""Looks at an open page with axe-core, in light and in dark: WCAG 2.2 at levels A and AA, and the best practices."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from playwright.sync_api import Page

from ecrf.demo import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""Rules whose verdict can differ between the schemes; for all others the page is the same."""

RUN = """async ([include, exclude, without, only]) => {
    const rules = Object.fromEntries(without.map(rule => [rule, {enabled: false}]));
    const runOnly = only.length ? {type: "rule", values: only} : {type: "tag", values: TAGS};
    const found = await axe.run({include, exclude}, {runOnly, rules, resultTypes: ["violations"]});
    return found.violations.flatMap(({id, impact, nodes}) => nodes.map(({target, any, all, none}) =>
        `${id} (${impact}) ${target.join(" ")}: ${[...any, ...all, ...none].map(({message}) => message).join("; ")}`));
}""".replace("TAGS", repr(TAGS))

PARTS = """() => [...document.body.children].map((part, index) => {
    const named = element => `${element.localName}.${element.className.baseVal ?? element.className}`;
    const kinds = [part, ...part.querySelectorAll("*")].map(element =>
        `${named(element.parentElement)} > ${named(element)}[${element.getAttribute("role")}]`);
    const headings = [...part.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({localName}) => localName);
    const levels = headings.filter((level, place) => level !== headings[place - 1]);
    const selector = part.localName === "main" ? "html" : `body > :nth-child(${index + 1})`;
    return [selector, [...new Set(kinds)].sort().concat(`levels: ${levels.join(" ")}`)];
})"""
"""Of each part of the page (head, content, foot), its selector and what it consists of: what stands in what, each once,
and the levels of the headings. The content is looked at as the whole page, for the rules on a page as a whole."""

MARK_AROUND = """kinds => {
    const named = element => `${element.localName}.${element.className.baseVal ?? element.className}`;
    const wanted = new Set(kinds);
    for (const element of document.querySelectorAll("main, main *")) {
        const kind = `${named(element.parentElement)} > ${named(element)}[${element.getAttribute("role")}]`;
        if (wanted.has(kind)) element.parentElement.dataset.axeAround = "";
    }
}"""
"""Marks what these kinds of elements stand in."""

MARK_TEXTS = """looked_at => {
    const named = element => element && `${element.localName}.${element.className.baseVal ?? element.className}`;
    const known = new Set(looked_at), found = [];
    for (const element of document.body.querySelectorAll("*")) {
        const has_text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const above = element.parentElement;
        const kind = `text: ${named(above.parentElement)} > ${named(above)} > ${named(element)}`;
        if (!has_text || known.has(kind) || !element.checkVisibility()) continue;
        known.add(kind);
        found.push(kind);
        element.dataset.axe = "";
    }
    return found;
}"""
"""Marks one text of each kind, by its element and the two around it, for the rules on colours."""

COLOURS = """() => [...document.querySelectorAll("[data-axe]")].map(element => {
    const {color, fontSize, fontWeight, textShadow, textDecorationLine} = getComputedStyle(element), behind = [];
    for (let around = element; around; around = around.parentElement) {
        const {backgroundColor, backgroundImage, opacity, filter} = getComputedStyle(around);
        behind.push([backgroundColor, backgroundImage, opacity, filter].join());
    }
    const link = element.localName === "a" ? getComputedStyle(element.parentElement).color : "";
    const layers = behind.filter((layer, place) => layer !== behind[place - 1]);
    return [color, fontSize, fontWeight, textShadow, textDecorationLine, link, ...layers].join("; ");
})"""
"""Of each marked text, what its contrast follows from: itself, what lies behind it, of a link the text around."""

UNMARK = """known => [...document.querySelectorAll("[data-axe]")].forEach((element, place) => {
    if (known[place]) element.removeAttribute("data-axe");
})"""


@dataclass
class LookedAt:
    """What axe has looked at in page after page: it would say the same of it again.

    `parts`: what each part of a page consisted of. `pages`: what stood in the content of each page, by the page's name:
    on the same page of another role only what is new there is looked at, with what it stands in. `texts`, `colours`:
    what MARK_TEXTS and COLOURS tell apart.
    """

    parts: set[tuple[str, ...]] = field(default_factory=set)
    pages: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    texts: set[str] = field(default_factory=set)
    colours: set[tuple[str, str]] = field(default_factory=set)

    def new_in(self, kinds: list[str], name: str = "") -> list[str]:
        """What axe has not seen of a part that consists of this, on the page of this name; from now on it has."""
        if tuple(kinds) in self.parts:
            return []
        self.parts.add(tuple(kinds))
        if not name:
            return kinds
        new = [kind for kind in kinds if kind not in self.pages[name]]
        self.pages[name].update(kinds)
        return new


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, looked_at: LookedAt | None = None, name: str = "") -> list[str]:
    """In words, of any impact. The page is loaded once: the scheme is switched under it.

    `looked_at` grows by what was looked at, and what it knows is left out; `name` says which page this is.
    """
    known = LookedAt() if looked_at is None else looked_at
    include, exclude = _new_parts(page, known, name)
    texts: list[str] = page.evaluate(MARK_TEXTS, sorted(known.texts))
    known.texts.update(texts)
    found: list[str] = []
    if include:
        page.evaluate(_axe())
        found += page.evaluate(RUN, [include, exclude, OF_COLOUR, []])
    if texts:
        found += _contrasts(page, known, is_there=bool(include))
    return found


def _new_parts(page: Page, known: LookedAt, name: str) -> tuple[list[str], list[str]]:
    """The selectors of what is to be looked at, and of what is not, though it stands in that."""
    include, exclude = [], []
    for selector, kinds in page.evaluate(PARTS):
        of_content = selector == "html"
        was_looked_at = of_content and name in known.pages
        new = known.new_in(kinds, name if of_content else "")
        if was_looked_at and new and kinds[-1] not in new:  # somebody else's page of this name, as a whole
            page.evaluate(MARK_AROUND, new)
            include.append("[data-axe-around]")
        elif new:
            include.append(selector)
        elif not of_content:
            exclude.append(selector)
    return (
        ["html"] if "html" in include else include
    ), exclude  # a page is one only if nothing else is named


def _contrasts(page: Page, known: LookedAt, *, is_there: bool) -> list[str]:
    """Of the marked texts, in the dark and in the light; one of each colours. `is_there`: whether the page has axe."""
    in_the_light = page.evaluate(COLOURS)
    page.emulate_media(color_scheme="dark")
    colours = list(zip(in_the_light, page.evaluate(COLOURS), strict=True))
    found: list[str] = []
    first = [pair not in known.colours and pair not in colours[:place] for place, pair in enumerate(colours)]
    if any(first):
        known.colours.update(colours)
        page.evaluate(UNMARK, [not is_first for is_first in first])
        if not is_there:
            page.evaluate(_axe())
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        if any(first):
            said = page.evaluate(RUN, [["[data-axe]"], [], [], OF_COLOUR])
            found += [f"in the {scheme}: {one}" for one in said]
    return found
