"""What an input method does, as Chromium is told by one of the machine; and which fields of a page do not bear it."""

from playwright.sync_api import CDPSession, ElementHandle, Page, Request

ENTER = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
ESCAPE = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
PROCESSED = {"key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}

FIELDS = """() => {
    const kinds = new Set();
    const typed = "input:not([type]), input[type=text], input[type=search], input[type=email], textarea";
    return [...document.querySelectorAll(typed)].filter((field) => {
        const place = field.closest("form")?.getAttribute("action") ?? "";
        const isInGrid = field.closest("[data-grid]") !== null;
        const kind = [place.replace(/[0-9]+/g, ""), field.tagName, field.className, isInGrid].join();
        const isNew = !kinds.has(kind);
        if (!field.checkVisibility() || field.disabled || field.readOnly || !isNew) return false;
        kinds.add(kind);
        return true;
    });
}"""
"""One of each kind that is in sight and takes text."""


class InputMethod:
    """A keyboard for Japanese at one page."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)

    def compose(self, text: str) -> None:
        """Typed, underlined, not yet taken."""
        place = {"selectionStart": len(text), "selectionEnd": len(text)}
        self.session.send("Input.imeSetComposition", {"text": text, **place})

    def press(self, key: dict) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            self.session.send("Input.dispatchKeyEvent", {"type": kind, **key})

    def commit(self, text: str) -> None:
        self.session.send("Input.insertText", {"text": text})


def texts(page: Page) -> list[ElementHandle]:
    """One field of each kind that takes text."""
    found = page.evaluate_handle(FIELDS)
    fields = [one.as_element() for one in found.get_properties().values()]
    return [field for field in fields if field]


def _leaves(request: Request) -> bool:
    """Something is sent, or another page opened; what a page looks up by itself is neither."""
    return request.method != "GET" or request.is_navigation_request()


def taken_by_the_page(page: Page) -> list[str]:
    """Fields in which a key that an input method takes did something: sent, moved on, or changed what is composed."""
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(f"{request.method} {request.url}") if _leaves(request) else None,
    )
    method, found = InputMethod(page), []
    for field in texts(page):
        name, before = field.get_attribute("name") or field.get_attribute("id"), field.input_value()
        field.focus()
        field.evaluate("field => field.select()")
        page.wait_for_timeout(20)
        asked.clear()
        # In a field to search by, Escape is the browser's own: an input method that is there takes it before.
        keys = (ENTER, PROCESSED) if field.get_attribute("type") == "search" else (ENTER, PROCESSED, ESCAPE)
        for key in keys:
            method.compose("よみ")
            method.press(key)
            if asked:
                return [*found, f"{name}: {key['key']} sent {asked}"]
            if not field.evaluate("field => field === document.activeElement"):
                found.append(f"{name}: {key['key']} moved on")
                field.focus()
            if field.input_value() != "よみ":
                found.append(f"{name}: {key['key']} changed what is composed")
        method.commit("読み")
        if field.input_value() != "読み":
            found.append(f"{name}: not taken as it was composed")
        field.evaluate("(field, before) => (field.value = before)", before)
        field.evaluate("field => field.dispatchEvent(new InputEvent('input', { bubbles: true }))")
    return found
