"""Looks at an open page with axe-core, in light and in dark: WCAG 2.2 at levels A and AA, and the best practices."""

from playwright.sync_api import Page

from ecrf.demo import ROOT

AXE = ROOT / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""Rules whose verdict can differ between the schemes; for all others the page is the same."""

RUN = """async ([include, without, only]) => {
    const rules = Object.fromEntries(without.map(rule => [rule, {enabled: false}]));
    const runOnly = only.length ? {type: "rule", values: only} : {type: "tag", values: TAGS};
    const found = await axe.run({include}, {runOnly, rules, resultTypes: ["violations"]});
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
    return [selector, [...new Set(kinds)].sort().concat(levels).join("\\n")];
})"""
"""Of each part of the page (head, content, foot), its selector and what it consists of: what stands in what, each once,
and the levels of the headings. The content is looked at as the whole page, for the rules on a page as a whole."""

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


def violations(page: Page, looked_at: set[str] | None = None) -> list[str]:
    """In words, of any impact. The page is loaded once: the scheme is switched under it.

    `looked_at` grows by what was looked at: what consists of the same, as most pages do for another role, is left out,
    as axe would say the same.
    """
    known = set() if looked_at is None else looked_at
    parts: dict[str, str] = dict(page.evaluate(PARTS))
    new = [selector for selector, kinds in parts.items() if kinds not in known]
    texts: list[str] = page.evaluate(MARK_TEXTS, sorted(kind for kind in known if kind.startswith("text: ")))
    known.update(parts.values(), texts)
    if not (new or texts):
        return []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN, [new, OF_COLOUR, []]) if new else []
    for scheme in ("dark", "light") if texts else ():
        page.emulate_media(color_scheme=scheme)
        said = page.evaluate(RUN, [["[data-axe]"], [], OF_COLOUR])
        found += [f"in the {scheme}: {one}" for one in said]
    return found
