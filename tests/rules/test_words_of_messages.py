"""What a check or the product says is shown by what reads it in the reader's language, and never as it is stored.

`Message.text`, `text_as_asked` and a quoted `value` are stored in English; for readers there are `Message.words`,
`Query.text`, `Discrepancy.text` and `value_words`.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.rules.test_repository import files, name, templates

SAID_TO_READERS = {"query", "discrepancy"}
OTHER_TEXTS = {
    "item",
    "slot",
    "cell",
    "count",
    "document",
    "typed",
    "errors",
    "mail",
    "header",
    "condition",
    "text",
}
"""Whose `text` a template may show: of a question, which is put into words; and of what is no message at all. A new
one that is none either stands here too; of a message there is `words`."""
QUOTING = {"said", "last", "message", "query", "standing", "verification"}
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
STRING = re.compile(r'"[^"]*"')
PATH = re.compile(r"(?<![\w.])([a-z_][\w.]*)\.(text|value|text_as_asked)(?![\w.])")
AS_STORED = {
    "ecrf/monitoring/queries/narrowing.py": "searched in English too",
    "ecrf/monitoring/queries/page.py": "whether it is the question itself, and whether the value moved",
    "ecrf/trail/renderers.py": "read by `_asked`",
    "ecrf/listings/columns/of_queries.py": "read by `says`",
}
"""Rooms that name what is stored, and why. Beside these: what writes queries, and what leaves the study in English."""
WRITING = (
    "ecrf/queries/",
    "ecrf/checks/models.py",
    "ecrf/exports/",
    "ecrf/audit/",
    "ecrf/redaction/",
    "ecrf/upkeep/",
)


def as_stored_in_template(source: str) -> Iterator[str]:
    for tag in TAG.findall(source):
        for path, what in PATH.findall(STRING.sub('""', tag)):
            owner = path.rsplit(".", 1)[-1]
            is_text = what == "text" and owner not in {*SAID_TO_READERS, *OTHER_TEXTS}
            if is_text or what == "text_as_asked" or (what == "value" and owner in QUOTING):
                yield f"{path}.{what}"


def as_stored_in_code(source: str) -> Iterator[str]:
    """In code that has to do with messages at all: any `text` but that of a question; wherever, `text_as_asked`."""
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    has_messages = "Message" in imported or any(
        isinstance(node, ast.Attribute)
        and node.attr in ("said", "messages")
        and not isinstance(node.ctx, ast.Store)
        for node in nodes
    )
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value == "text_as_asked":
            yield "text_as_asked"
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if node.attr == "text_as_asked":
            yield f"{owner}.text_as_asked"
        elif node.attr == "text" and has_messages and owner in QUOTING - {"query"}:
            yield f"{owner}.text"
        elif node.attr == "value" and has_messages and owner in QUOTING:
            yield f"{owner}.value"


def test_no_template_shows_a_message_as_it_is_stored():
    found = {
        name(path): there
        for path in templates()
        if (there := list(as_stored_in_template(path.read_text(encoding="utf-8"))))
    }
    assert not found, f"Show `words`, or `value_words`: {found}"


def test_no_code_shows_a_message_as_it_is_stored():
    found = {}
    for path in files("ecrf", "trial", ends=(".py",)):
        if name(path) in AS_STORED or name(path).startswith(WRITING) or "/migrations/" in name(path):
            continue
        if there := list(as_stored_in_code(path.read_text(encoding="utf-8"))):
            found[name(path)] = there
    assert not found, f"Show `words`, or `value_words`: {found}"


def test_rooms_that_name_what_is_stored_still_do():
    for path in files("ecrf", ends=(".py",)):
        if name(path) in AS_STORED:
            assert "text_as_asked" in path.read_text(encoding="utf-8"), name(path)


@pytest.mark.parametrize(
    ("source", "there"),
    [
        ("{{ said.text }}", ["said.text"]),
        ("{% for one in query.said %}{{ one.text|linebreaksbr }}{% endfor %}", ["one.text"]),
        ("{% firstof line.last.text line.last.get_act_display %}", ["line.last.text"]),
        ("{% blocktranslate with value=said.value %}{{ value }}{% endblocktranslate %}", ["said.value"]),
        ("{{ query.text_as_asked }}", ["query.text_as_asked"]),
        ("{{ said.words }} {{ line.query.text|truncatechars:20 }} {{ query.value_words }}", []),
        ('{% translate "said.text" %}', []),
    ],
)
def test_template_that_shows_what_is_stored_is_found(source, there):
    assert list(as_stored_in_template(source)) == there


@pytest.mark.parametrize(
    ("source", "there"),
    [
        ("for said in query.said:\n    show(said.text)", ["said.text"]),
        (
            "from ecrf.queries.models import Message\nshow(message.text, message.value)",
            ["message.text", "message.value"],
        ),
        ("show(query.text_as_asked)", ["query.text_as_asked"]),
        ("rows.values('text_as_asked')", ["text_as_asked"]),
        ("for said in query.said:\n    show(said.words, query.text)", []),
    ],
)
def test_code_that_shows_what_is_stored_is_found(source, there):
    assert list(as_stored_in_code(source)) == there
