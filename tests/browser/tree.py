"""What assistive technology is told of an open page: from the browser's accessibility tree."""

from playwright.sync_api import Page

NAMED = {
    *(
        "button",
        "checkbox",
        "combobox",
        "dialog",
        "grid",
        "image",
        "link",
        "listbox",
        "meter",
        "option",
        "radio",
    ),
    *(
        "radiogroup",
        "region",
        "searchbox",
        "slider",
        "spinbutton",
        "switch",
        "tab",
        "table",
        "textbox",
        "toolbar",
    ),
}
"""Roles that say nothing without a name."""


def nodes(page: Page) -> list[dict]:
    """Those that are told, with role and name as text."""
    devtools = page.context.new_cdp_session(page)
    found = devtools.send("Accessibility.getFullAXTree")["nodes"]
    devtools.detach()
    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", "").strip(),
            "is_focusable": any(
                one["name"] == "focusable" and one["value"]["value"] for one in node.get("properties", ())
            ),
        }
        for node in found
        if not node["ignored"]
    ]


def nameless(page: Page) -> list[str]:
    """Roles of what has no name: what can have the focus, and what is looked for by its name."""
    return [
        node["role"]
        for node in nodes(page)
        if not node["name"] and node["role"] in NAMED and (node["is_focusable"] or node["role"] != "table")
    ]
