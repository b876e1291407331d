"""What is marked for translation in Python files, templates and scripts: read from the source, nothing is run.

In Python the functions of `django.utils.translation` by their names, in templates Django's `translate` and
`blocktranslate`, in scripts the functions of static/js/words.js. What is marked must stand there as a whole: a text
that is put together cannot be looked up, and is refused.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

CALL = re.compile(r"\b(n?p?gettext)(?:_lazy)?$")
A_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
IN_TEMPLATE = re.compile(rf"\b(?P<name>n?p?gettext|_)\((?P<all>(?:u?(?:{A_STRING.pattern})|, |count)*)\)")
IN_SCRIPT = re.compile(r"""(?<![\w.])(?<!function )(?P<name>n?p?gettext)\(\s*(?P<all>[^)]*)""")
SCRIPT_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
HOW_MANY = {"gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}


@dataclass(frozen=True, order=True)
class Marked:
    """One text, as it stands in a catalogue."""

    text: str
    plural: str = ""
    context: str = ""


class NotWhole(Exception):
    """A text that cannot be looked up, since it is put together where it is marked."""


def _marked(name: str, words: list[str]) -> Marked:
    context = words.pop(0) if "p" in name.removesuffix("gettext") else ""
    return Marked(words[0], words[1] if name.startswith("n") else "", context)


def in_python(path: Path) -> Iterator[Marked]:
    source = path.read_text(encoding="utf-8")
    if "gettext" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        match = CALL.fullmatch(node.func.id)
        if match is None:
            continue
        given = node.args[: HOW_MANY[match[1]]]
        words = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(words) != HOW_MANY[match[1]]:
            raise NotWhole(f"{path}:{node.lineno}: {match[1]} is given what is no plain text.")
        yield _marked(match[1], words)


def in_template(path: Path) -> Iterator[Marked]:
    source = path.read_text(encoding="utf-8")
    if "trans" not in source and "_(" not in source:
        return
    for match in IN_TEMPLATE.finditer(templatize(source, origin=str(path))):
        words = [ast.literal_eval(word) for word in A_STRING.findall(match["all"])]
        name = "gettext" if match["name"] == "_" else match["name"]
        if len(words) != HOW_MANY[name]:
            raise NotWhole(f"{path}: {match[0]}")
        yield _marked(name, words)


def in_script(path: Path) -> Iterator[Marked]:
    source = path.read_text(encoding="utf-8")
    for match in IN_SCRIPT.finditer(source):
        name, words = match["name"], list[str]()
        rest = source[match.start("all") :]
        for _number in range(HOW_MANY[name]):
            found = SCRIPT_STRING.match(rest := rest.lstrip())
            if found is None:
                raise NotWhole(f'{path}: {name}({rest[:40]} … : write the text between " and ".')
            words.append(json.loads(found[0]))
            rest = rest[found.end() :].lstrip().removeprefix(",")
        yield _marked(name, words)
