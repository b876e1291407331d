"""The HTML of one item's field, by its kind. In Python, since a page holds hundreds of them."""

from html import escape
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from ecrf.entry.visit.item_input import ItemInput

PLACEHOLDERS = {"day": "YYYY-MM-DD", "partial-day": "YYYY-MM-DD", "clock": "HH:MM"}


Attributes = dict[str, str | bool | None]


def wrapper(item: "ItemInput", css: str) -> SafeString:
    """The attributes of the element around a field: where it is saved, whether it is required or asked."""
    asked = item.asked_if or {}
    return _attributes(
        {
            "class": css,
            "id": f"i-{item.id}",
            "hx-post": item.url,
            "hx-trigger": "save",
            "hx-swap": "none",
            "hx-params": "none",
            "data-item": True,
            "data-required": item.definition.required,
            "data-instead-of": item.instead_of,
            "data-asked-of": asked.get("item"),
            "data-asked-if": asked.get("values"),
            "hidden": item.is_hidden,
        }
    )


def control(item: "ItemInput", row: int | None = None, col: int | None = None) -> SafeString:
    """Radios, a drop-down list, a text area or a line, holding what `item.text` says.

    `row` and `col`: where it stands in a table whose rows the arrows move between.
    """
    at: Attributes = {"data-row": str(row), "data-col": str(col)} if row else {}
    if item.as_radios_in_a_table if row else item.as_radios:
        return _radios(item)
    if item.kind in ("choice", "link"):
        return _select(item)
    if item.kind == "prose":
        attributes = _attributes({**_common(item), "rows": "3", **at})
        return SafeString(f"<textarea{attributes}>\n{escape(item.text)}</textarea>")
    more: Attributes = {
        "inputmode": "decimal" if item.kind == "number" else None,
        "placeholder": PLACEHOLDERS.get(item.kind),
        "aria-describedby": f"d-{item.id}" if item.definition.hint and not row else None,
        **at,
    }
    return _input(item, more)


def label(item: "ItemInput") -> SafeString:
    """What the field is called; radios are a group, which no label can point at."""
    if item.as_radios:
        return SafeString(f'<span class="label" id="l-{item.id}">{escape(item.label)}</span>')
    unit = escape(item.definition.unit)
    more = f'<span class="label-unit">, {unit}</span>' if unit else ""
    return SafeString(f'<label class="label" for="f-{item.id}">{escape(item.label)}{more}</label>')


def no_messages(item: "ItemInput") -> SafeString:
    """The places, empty, at which a save says what became of the value, what checks ask, and what queries ask."""
    said = f'<div class="messages" id="m-{item.id}" aria-live="polite"></div>'
    asked = f'<div class="messages" id="q-{item.id}"></div><div class="messages" id="y-{item.id}"></div>'
    return SafeString(said + asked)


def derived(item: "ItemInput") -> SafeString:
    """A calculated value for reading, with its unit where the words do not hold it; a dash where there is none."""
    words, unit = item.words, item.definition.unit
    if not words:
        return SafeString('<span class="quiet">–</span>')
    more = f" {unit}" if item.kind == "number" and unit not in words else ""
    return SafeString(f'<data value="{escape(item.code)}">{escape(words + more)}</data>')


def cell(item: "ItemInput", size: str, row: int, col: int) -> SafeString:
    """A grid's cell; its label is read out, since the grid's heads label it for the eye."""
    unit = f", {item.definition.unit}" if item.definition.unit else ""
    whose = f"{item.form_input.title}: " if item.form_input.definition.row_of else ""
    more: Attributes = {
        "class": f"form-control cell-{size}",
        "inputmode": "decimal" if item.kind == "number" else None,
        "aria-label": f"{whose}{item.label}{unit}",
        "placeholder": item.label if item.kind == "line" else None,
        "data-row": str(row),
        "data-col": str(col),
    }
    return SafeString(f"<div{item.cell_attributes}>{_input(item, more)}{missing_tag(item)}</div>")


def missing_tag(item: "ItemInput") -> SafeString:
    """Says beside the field why there is no value; hidden where there is one, for the script to fill."""
    hidden, label = ("", item.missing["label"]) if item.missing else (" hidden", "")
    return SafeString(f'<span class="missing-tag" id="t-{item.id}"{hidden}>{escape(label)}</span>')


def _input(item: "ItemInput", more: Attributes) -> SafeString:
    invalid: Attributes = {"type": "text", "value": item.text, "aria-invalid": "true" if item.error else None}
    return SafeString(f"<input{_attributes({**_common(item), **invalid, **more})}>")


def _common(item: "ItemInput") -> Attributes:
    css, is_held = f"form-control w-{item.kind}", item.form_input.lock is not None
    return {"class": css, "id": f"f-{item.id}", "name": item.field, "disabled": is_held}


def _radios(item: "ItemInput") -> SafeString:
    name, chosen = escape(item.field), item.text
    held = " disabled" if item.form_input.lock else ""
    choices = "".join(
        f'<label class="radio"><input type="radio" name="{name}" value="{escape(code)}"'
        f"{' checked' if code == chosen else ''}{held}>{escape(label)}</label>"
        for code, label in item.choices
    )
    group = f'class="radios" role="radiogroup" aria-labelledby="l-{item.id}" id="f-{item.id}"'
    return SafeString(f"<span {group}>{choices}</span>")


def _select(item: "ItemInput") -> SafeString:
    options = "".join(
        f'<option value="{escape(code)}"{" selected" if code == item.text else ""}>{escape(label)}</option>'
        for code, label in [("", ""), *item.choices]
    )
    attributes = _attributes({**_common(item), "class": "form-select"})
    return SafeString(f"<select{attributes}>{options}</select>")


def _attributes(values: Attributes) -> SafeString:
    """As HTML, everything escaped: True alone by its name, None and False left out."""
    return SafeString(
        "".join(
            f" {name}" if value is True else f' {name}="{escape(str(value))}"'
            for name, value in values.items()
            if value is not None and value is not False
        )
    )
