"""Each form that the pages of a person have, sent empty and sent with what no field takes: what the refusal looks like;
and the help that opens beside each page, the one dialogue that there is.

Nothing of it stays (nothing_stays.py). It is sent as without script, so that each answer is a page; of what scripts put
into a page in place, the journeys of these pages have tests.
"""

import pytest
from playwright.sync_api import ElementHandle, Page

from tests.browser.axe import LookedAt, violations
from tests.browser.measures import NARROW, STICKS_OUT
from tests.browser.nothing_stays import HEADER
from tests.browser.test_each_page import FIRST_PAGES, OPEN_ALL
from tests.browser.tree import nameless
from tests.browser.walking import named, pages_of

pytestmark = pytest.mark.browser

LANGUAGES = dict(zip(FIRST_PAGES, ("ja-JP", "en-GB", "zh-CN", "ja-JP", "zh-CN"), strict=True))
NOTHING_TAKES_IT = "令和99年13月45日 ﾊﾝｶｸ 髙﨑𠮷 " + "字" * 2_100
TOO_LARGE = 413
TYPED = {"empty": "", "wrong": NOTHING_TAKES_IT}

TYPED_IN = "textarea, input:not([type]), input[type=text], input[type=password], input[type=email]"

FORMS = """typed => [...document.querySelectorAll("main form[method=post]")].filter(form =>
    [...form.elements].some(field => field.matches(typed) && field.checkVisibility() && !field.readOnly))"""

KIND = """form => [form.getAttribute("action") ?? location.pathname, ...[...form.elements].map(({name}) => name)]
    .map(word => word.replace(/[0-9]+/g, "")).filter((word, at, all) => all.indexOf(word) === at).join(" ")"""

SEND = """(form, [typed, text]) => {
    for (const field of form.elements)
        if (field.matches(typed) && !field.readOnly && field.checkVisibility()) field.value = text;
    const button = [...form.elements].find(one => one.type === "submit");
    if (button?.name) form.append(Object.assign(document.createElement("input"),
        {type: "hidden", name: button.name, value: button.value}));
    if (button?.hasAttribute("formaction")) form.action = button.formAction;
    HTMLFormElement.prototype.submit.call(form);
}"""

UNSAID = """() => [...document.querySelectorAll("main .note-error, main .wrong")].filter(fault =>
    fault.checkVisibility() && fault.textContent.trim()
    && !fault.closest("[role=alert], [role=status], [autofocus], #faults")
    && !(fault.closest("#page-form") && document.querySelector(":is(#troubles, #gaps)[role=alert] a"))
    && !document.querySelector(`[aria-describedby~="${fault.id || "none"}"]`)).map(fault => fault.outerHTML)"""
"""What is wrong, said where nobody is led."""

NOT_LISTED = """() => {
    const textOf = element => element?.textContent.replace(/\\s+/g, " ").trim() ?? "";
    const listed = textOf(document.querySelector("#faults"));
    return [...document.querySelectorAll("main [aria-invalid=true]")].filter(field => {
        if (!field.checkVisibility() || field.closest("#page-form")) return false;
        const why = (field.getAttribute("aria-describedby") ?? "").split(" ").map(id => document.getElementById(id))
            .filter(words => words?.matches(".note-error, .wrong"));
        return !why.length || !why.every(words => listed.includes(textOf(words)));
    }).map(field => field.outerHTML);
}"""
"""Fields that are marked, and that the list above the page does not lead to."""

LOST = """([typed, text]) => [...document.querySelectorAll("main form[method=post] [aria-invalid=true]")]
    .filter(field => field.matches(typed) && field.value.trim() !== text.trim() && field.type !== "password"
        && field.autocomplete !== "one-time-code" && !field.closest("#page-form"))
    .map(field => `${field.name}: ${field.value.slice(0, 40)}`)"""
"""What was typed into a field that is refused, and is not there any more."""


def led_astray(page: Page) -> list[str]:
    """Links of the list that do not bring the focus into a field that is marked and in sight."""
    found = []
    for link in page.locator("#faults a").all():
        link.click()
        if not page.evaluate(
            "() => document.activeElement.matches('[aria-invalid=true]') && document.activeElement.checkVisibility()"
        ):
            found.append(f"leads nowhere: {link.inner_text()}")
    return found


def without_a_list(page: Page, status: int) -> list[str]:
    """What is too large altogether, in the bytes of all that was sent, is about no field; its page says what to do."""
    if status == TOO_LARGE or page.locator("#faults a, :is(#troubles, #gaps)[role=alert] a").count():
        return []
    return [f"no list: {page.locator('main').inner_text()[:600]}"]


def faults_of(page: Page, looked_at: LookedAt, name: str, text: str) -> list[str]:
    found = [f"said to nobody: {said}" for said in page.evaluate(UNSAID)]
    found += [f"not in the list: {said}" for said in page.evaluate(NOT_LISTED)]
    found += [f"lost: {said}" for said in page.evaluate(LOST, [TYPED_IN, text])]
    found += violations(page, looked_at, name)
    found += [f"without a name: {role}" for role in nameless(page) if role != "option"]
    found += led_astray(page)
    before = page.viewport_size
    page.set_viewport_size(NARROW)
    found += [f"at 320 px: {said}" for said in page.evaluate(STICKS_OUT)]
    page.set_viewport_size(before)
    return found


def forms_of(page: Page) -> dict[str, ElementHandle]:
    page.evaluate(OPEN_ALL)
    forms = page.evaluate_handle(FORMS, TYPED_IN).get_properties().values()
    return {form.evaluate(KIND): form for one in forms if (form := one.as_element())}


def with_help(page: Page, looked_at: LookedAt, address: str) -> list[str]:
    """The one dialogue that there is: open beside the page, in both schemes; each page's help once."""
    name = f"{named(address)}, with help"
    if name in looked_at.pages or not page.locator("[data-page-help][href^='/help/page/']").count():
        return []
    page.keyboard.press("F1")
    page.locator("#page-help[open] h2").wait_for()
    found = violations(page, looked_at, name)
    found += [f"without a name: {role}" for role in nameless(page) if role != "option"]
    page.keyboard.press("Escape")
    return found


def refusal_of(page: Page, kind: str, text: str) -> int:
    """Send the form; the status if it was refused with a page, else 0.

    What was taken leads on, and may lead to what is not there, as nothing of it stays: that is no refusal.
    """
    form = forms_of(page).get(kind)
    if form is None:  # another one than before, with the same page
        return 0
    page.set_extra_http_headers({HEADER: "yes"})
    with page.expect_navigation() as gone:
        form.evaluate(SEND, [TYPED_IN, text])
    page.set_extra_http_headers({})
    answer = gone.value
    assert answer is not None
    assert answer.status < 500, page.url
    was_taken = answer.request.redirected_from is not None
    is_refused = answer.status >= 400 and not was_taken and page.locator("main").count() > 0
    return answer.status if is_refused else 0


@pytest.fixture(scope="module")
def looked_at():
    return LookedAt()


@pytest.fixture(scope="module")
def sent():
    """The kinds of form that somebody has sent, in which way."""
    return set()


@pytest.mark.parametrize("user", FIRST_PAGES)
def test_refused_form_says_what_is_wrong_and_leads_there_and_help_is_open_to_all(
    sit_down, looked_at, sent, user
):
    person, found, refused = sit_down(user, locale=LANGUAGES[user]), {}, 0
    page = person.page
    for address in pages_of(person, FIRST_PAGES[user]):
        if faults := with_help(page, looked_at, address):
            found[f"{address}, with help"] = faults
        for kind in forms_of(page):
            for way, text in TYPED.items():
                if (kind, way) in sent:
                    continue
                sent.add((kind, way))
                if status := refusal_of(page, kind, text):
                    refused += 1
                    faults = faults_of(page, looked_at, f"{named(address)}, refused", text)
                    if faults := [*without_a_list(page, status), *faults]:
                        found[f"{address}, {kind.split()[0]}, {way}"] = faults
                person.go(address)
    assert refused > 3
    assert not found, "\n\n".join(f"{what}:\n  " + "\n  ".join(faults) for what, faults in found.items())
