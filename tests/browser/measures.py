"""Measures an open page by WCAG 2.2: reflow and text spacing at 320 px, the size of targets, focus that is in sight."""

from playwright.sync_api import Page

NARROW = {"width": 320, "height": 640}
"""A window of 1280 px at 400 %; one of 640 px at 200 %."""

SPACED = """* {line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important}
p {margin-bottom: 2em !important}"""
"""What somebody may set for all texts (1.4.12)."""

SET_STYLE = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = css ? [sheet] : [];
}"""

NAMES = """
    const named = element => {
        const kind = `${element.className.baseVal ?? element.className}`.trim().replace(/ +/g, ".");
        const words = (element.innerText || element.ariaLabel || "").trim().replace(/\\s+/g, " ").slice(0, 30);
        return `${element.localName}${element.id ? `#${element.id}` : ""}${kind ? `.${kind}` : ""} “${words}”`;
    };
    const within = is => {  /* whether an element or one around it is so: each is asked once */
        const known = new Map([[null, false]]);
        const isWithin = element => {
            if (!known.has(element))
                known.set(element, is(element, getComputedStyle(element)) || isWithin(element.parentElement));
            return known.get(element);
        };
        return isWithin;
    };
    const isClipped = within((_, {clip, clipPath}) => clip !== "auto" || clipPath !== "none");
    const isShown = element => element.checkVisibility({visibilityProperty: true}) && !isClipped(element);
"""

STICKS_OUT = (
    """() => {"""
    + NAMES
    + """
    const found = [], width = document.documentElement.clientWidth;
    const scrolls = within((one, {overflowX}) => one !== document.body && ["auto", "scroll"].includes(overflowX));
    const {scrollWidth} = document.documentElement;
    if (scrollWidth > width) found.push(`as wide as ${scrollWidth} px`);
    for (const element of document.body.querySelectorAll("*")) {
        if (element.closest("svg") || !isShown(element)) continue;
        const {right, width: own, height} = element.getBoundingClientRect(), style = getComputedStyle(element);
        if (!own || !height) continue;
        if (right > width + 1 && !scrolls(element.parentElement)) found.push(`sticks out: ${named(element)}`);
        const card = element.closest(".card-plain");
        if (card && right > card.getBoundingClientRect().right + 1 && !scrolls(element.parentElement))
            found.push(`sticks out of its card: ${named(element)}`);
        const isWider = element.scrollWidth > element.clientWidth + 1;
        const isField = element.localName === "input";  /* a long value is read by moving in it */
        if (isWider && !isField && ["hidden", "clip"].includes(style.overflowX)) found.push(`cut: ${named(element)}`);
        if (element.scrollHeight > element.clientHeight + 1 && ["hidden", "clip"].includes(style.overflowY))
            found.push(`cut below: ${named(element)}`);
        const mayScroll = element.querySelector("table, svg, canvas, pre");
        if (isWider && !mayScroll && ["auto", "scroll"].includes(style.overflowX))
            found.push(`scrolls sideways: ${named(element)}`);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (texts.nextNode()) {
        const text = texts.currentNode, letters = [...text.data.trim()].length;
        if (letters < 3 || text.parentElement.closest("svg, option") || !isShown(text.parentElement)) continue;
        range.selectNodeContents(text);
        const lines = new Set([...range.getClientRects()].map(({top}) => Math.round(top))).size;
        if (lines >= 3 && lines >= letters) found.push(`a letter a line: ${named(text.parentElement)}`);
    }
    return found.slice(0, 5);
}"""
)
"""Data tables and pictures may be wider than the screen, in a box of their own; words and fields may not."""

SMALL = (
    """least => {"""
    + NAMES
    + """
    const boxOf = element => {
        const parts = [element, element.matches("input") && element.closest("label")].filter(Boolean)
            .map(one => one.getBoundingClientRect());
        const edge = (side, which) => which(...parts.map(part => part[side]));
        const left = edge("left", Math.min), right = edge("right", Math.max);
        const top = edge("top", Math.min), bottom = edge("bottom", Math.max);
        const isSmall = right - left < least - 0.5 || bottom - top < least - 0.5;
        return {element, left, right, top, bottom, isSmall, x: (left + right) / 2, y: (top + bottom) / 2};
    };
    const isInSentence = element => {
        if (getComputedStyle(element).display !== "inline") return false;
        let block = element.parentElement;
        while (getComputedStyle(block).display === "inline") block = block.parentElement;
        return block.innerText.trim().length > element.innerText.trim().length + 3;
    };
    const floats = within((_, {position}) => ["sticky", "fixed"].includes(position));
    const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const targets = [...document.querySelectorAll(kinds)]
        .filter(isShown).map(boxOf).filter(({left, right}) => right - left > 2);
    const isNear = (one, other) => {
        if (one === other || one.element.contains(other.element) || other.element.contains(one.element)) return false;
        if (floats(one.element) !== floats(other.element)) return false;
        const across = Math.max(other.left - one.x, 0, one.x - other.right);
        const down = Math.max(other.top - one.y, 0, one.y - other.bottom);
        return Math.hypot(across, down) < least / 2 - 0.5
            || other.isSmall && Math.hypot(one.x - other.x, one.y - other.y) < least - 0.5;
    };
    return targets.filter(one => one.isSmall && !isInSentence(one.element) && targets.some(other => isNear(one, other)))
        .slice(0, 5).map(one =>
            `${Math.round(one.right - one.left)} × ${Math.round(one.bottom - one.top)} px: ${named(one.element)}`);
}"""
)
"""Targets under 24 px with another one within their circle, but for links within a sentence (2.5.8)."""

HIDDEN = (
    """() => {"""
    + NAMES
    + """
    const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
    const all = [...document.querySelectorAll(kinds)].filter(one => one.tabIndex >= 0 && !one.disabled && isShown(one));
    const isSeen = element => [...element.getClientRects()].some(({left, right, top, bottom}) => {
        const [x, wide] = [Math.max(left, 0), Math.min(right, innerWidth)];
        const [y, high] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
        if (wide - x < 1 || high - y < 1) return false;
        return [0.05, 0.5, 0.95].some(across => [0.1, 0.5, 0.9].some(down => {
            const hit = document.elementFromPoint(x + (wide - x) * across, y + (high - y) * down);
            return hit && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.contains(element));
        }));
    });
    const found = new Set();
    scrollTo(0, 0);
    for (const one of [...all, ...all.toReversed()]) {
        one.focus();
        if (document.activeElement === one && !isSeen(one)) found.add(named(one));
    }
    return [...found].slice(0, 5);
}"""
)
"""Each element that takes the focus, forwards and backwards, of which nothing is in sight while it has it (2.4.11)."""


def out_of_place(page: Page) -> list[str]:
    """What does not fit a narrow screen, as the page is and with more space between its letters and words."""
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    found = [f"at 320 px: {said}" for said in page.evaluate(STICKS_OUT)]
    page.evaluate(SET_STYLE, SPACED)
    spaced = [f"at 320 px: {said}" for said in page.evaluate(STICKS_OUT)]
    page.evaluate(SET_STYLE, "")
    if before:
        page.set_viewport_size(before)
    return found + [f"with wide spacing, {said}" for said in spaced if said not in found]


def too_small(page: Page) -> list[str]:
    return [f"a small target, {said}" for said in page.evaluate(SMALL, 24)]


def hidden_focus(page: Page) -> list[str]:
    return [f"focus is hidden: {said}" for said in page.evaluate(HIDDEN)]
