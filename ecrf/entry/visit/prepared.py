"""The HTML of a form's fields: prepared once for each form and language, filled with what a page has to show."""

from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from typing import Any

from crispy_forms.utils import render_crispy_form
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ecrf.entry.visit.crispy import CrfForm
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.item_input import ItemInput
from ecrf.entry.visit.links import is_long
from ecrf.entry.visit.reasons import REASONS
from ecrf.forms.registry import CRFS
from ecrf.forms.skeleton import Filler, Skeleton, Snippet
from ecrf.formview.form_view import FormView

KEPT = 2048
"""How many prepared forms a process keeps: those of logs differ by the number of the row."""


def body(form_input: FormInput, *, in_log: bool = False) -> SafeString:
    """The fields of a form; `in_log`: without those that stand in the row of the log's table."""
    return _filled("in-log" if in_log else "body", form_input)


def columns(form_input: FormInput) -> SafeString:
    """The cells of its row in the log's table."""
    return _filled("entry/_table_cells.html", form_input)


def column_messages(form_input: FormInput) -> SafeString:
    """What is said of these cells, below them."""
    return SafeString("".join(_messages(item) for item in form_input.columns))


def calculated(form_input: FormInput) -> SafeString:
    """What the system derives of it, to read."""
    return _filled("entry/_calculated.html", form_input) if form_input.definition.calculated else SafeString()


def derived(item: ItemInput) -> SafeString:
    """A calculated value to read, with its unit; a dash where there is none."""
    words = item.words
    return DERIVED(item.code, words) if words else NOTHING()


@cache
def has_template(name: str) -> bool:
    """Whether a form or a table of rows has a template of its own."""
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


def _filled(part: str, form_input: FormInput) -> SafeString:
    skeleton = _prepared(part, form_input.definition.key, form_input.address, get_language() or "")
    return skeleton.fill(form_input, form_input.item_views, FILLERS)


@lru_cache(maxsize=KEPT)
def _prepared(part: str, key: str, address: str, language: str) -> Skeleton:
    definition = CRFS[key]
    blank = FormView(definition, definition.name_of(int(address.rpartition(".")[2])), address)
    if part == "body" and has_template(own := f"crfs/{key}.html"):
        return Skeleton.of(get_template(own).render({"form_view": blank}))
    if part in ("body", "in-log"):
        away = definition.column_items if part == "in-log" else ()
        return Skeleton.of(render_crispy_form(CrfForm(blank, without=away)))
    return Skeleton.of(get_template(part).render({"form_view": blank}))


DERIVED = Snippet("entry/_derived.html", "code", "words")
NOTHING = Snippet("entry/_nothing.html")
MISSING = Snippet("entry/_missing.html", "id", "label")
MISSING_WITH_COMMENT = Snippet("entry/_missing_with_comment.html", "id", "label", "comment")
LAST = Snippet("entry/_last.html", "words")
LAST_CALCULATED = Snippet("entry/_last_calculated.html", "words")
LINK_SELECT = Snippet("entry/_link_select.html", "id", "field", "held", "options")
LINK_INPUT = Snippet("entry/_link_input.html", "id", "field", "to", "input", "words")
OPTION = Snippet("entry/_option.html", "code", "words", "chosen")


def _held(item: ItemInput, _detail: str = "") -> str:
    """What keeps a field from being used, and what marks it as refused."""
    held = " disabled" if item.form_view.lock else ""
    return held + ' aria-invalid="true"' if item.error else held


def _input(item: ItemInput, _detail: str) -> str:
    text = item.text
    return f' value="{escape(text)}"{_held(item)}' if text else _held(item)


def _checked(item: ItemInput, code: str) -> str:
    held = " disabled" if item.form_view.lock else ""
    return " checked" + held if item.text == code else held


def _link_field(item: ItemInput, detail: str) -> str:
    """A list to choose from; of very many rows a field for the number, with one list for the whole page."""
    text, links = item.text, item.links
    if is_long(item.form_view.choices.get(item.name, ())):
        words = next((words for code, words in links if code == text and words != text), "")
        return LINK_INPUT(item.id, item.field, item.item.to, SafeString(_input(item, detail)), words)
    options = [OPTION(code, words, SafeString(" selected" if code == text else "")) for code, words in links]
    return LINK_SELECT(item.id, item.field, SafeString(_held(item)), SafeString("".join(options)))


def _missing(item: ItemInput, _detail: str) -> str:
    missing = item.missing
    if missing and missing["comment"]:
        return MISSING_WITH_COMMENT(item.id, missing["label"], missing["comment"])
    return MISSING(item.id, missing["label"]) if missing else ""


def _last(item: ItemInput, _detail: str) -> str:
    previous = item.previous
    return LAST(previous) if previous else ""


def _is_quiet(form_input: FormInput) -> bool:
    """Whether nothing is asked about any of its items: so it is with most forms, which hold hundreds."""
    return not (form_input.discrepancies or form_input.queries or form_input.conversations)


def _asks(item: ItemInput, _detail: str) -> str:
    return "" if _is_quiet(item.form_view) or not item.is_asked_about else " asks"


def _messages(item: ItemInput, _detail: str = "") -> str:
    """What the last save says of the item and what is asked about it."""
    is_asked = not _is_quiet(item.form_view) and (item.questions or item.queries or item.conversations)
    if not (is_asked or item.has_message):
        return ""
    return get_template("entry/_messages.html").render({"item": item, "reasons": REASONS})


FILLERS: Mapping[str, Filler] = {
    "input": _input,
    "held": _held,
    "text": lambda item, _detail: escape(item.text),
    "checked": _checked,
    "selected": lambda item, code: " selected" if item.text == code else "",
    "link_field": _link_field,
    "hidden": lambda item, _detail: " hidden" if item.is_hidden else "",
    "required": lambda item, _detail: " data-required" if item.is_required else "",
    "asks": _asks,
    "missing": _missing,
    "last": _last,
    "last_calculated": lambda item, _detail: LAST_CALCULATED(previous) if (previous := item.previous) else "",
    "last_or_dash": lambda item, _detail: escape(item.previous) or "–",
    "messages": _messages,
    "derived": lambda item, _detail: derived(item),
    "seen": lambda form, _detail: form.seen_json,
    "previous": lambda form, _detail: escape(_words(form.previous)) or "–",
    "table_row": lambda form, _detail: str(form.table_row),
}
"""Each slot that the templates of fields name, and what a page puts there."""


def _words(row: Any) -> str:
    """What a row's own form says of it in words, such as a laboratory result of the last visit."""
    return str(getattr(row, "words", "") or "")
