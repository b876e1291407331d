"""Every static file that a template, a script or a style sheet names is one that the image's own steps collect."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.template import Context, engines
from django.template.base import FilterExpression
from django.templatetags.static import StaticNode

from ecrf.access.language import MASTER
from ecrf.access.models import LANGUAGE_NAMES
from ecrf.forms.registry import CRFS
from tests.image.conftest import ROOT

QUOTED = r"""\s*["']([^"']+)["']"""
IMPORT = re.compile(
    rf"^\s*(?:import|export)\b[\s\w{{}},*$]*\bfrom\b{QUOTED}|\bimport\b\s*\(?{QUOTED}", re.MULTILINE
)
"""Also over several lines, and of a module that is only run."""
URL = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)|@import\s+["']([^"']+)""")
NAMED_IN = {".js": IMPORT, ".css": URL}


def is_ours(path: Path) -> bool:
    return path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / ".venv")


def of_templates() -> Iterator[tuple[str, str]]:
    """(template, static name) for all templates of the repository."""
    engine = engines["django"]
    for folder in [Path(each) for each in engine.template_dirs]:
        if is_ours(folder):
            for path in sorted(folder.rglob("*.*")):
                template = engine.get_template(str(path.relative_to(folder))).template
                for node in template.nodelist.get_nodes_by_type(StaticNode):
                    if isinstance(node.path.var, str):  # or else it is what a form brings along
                        for name in names_of(node.path):
                            yield path.name, name


def names_of(path: FilterExpression) -> list[str]:
    """One name, or one for each translated language where the template puts it together."""
    if not path.filters:
        return [str(path.var)]
    codes = [code for code in LANGUAGE_NAMES if code != MASTER]
    return [path.resolve(Context({"language": code}, autoescape=False)) for code in codes]


def of_forms() -> Iterator[tuple[str, str]]:
    """(form, static name) for the style sheets and scripts that forms bring along."""
    for form in CRFS.values():
        for name in (*form.model.styles, *form.model.scripts):
            yield form.key, name


def of_scripts_and_styles() -> Iterator[tuple[str, str]]:
    """(file, static name) for all that our scripts import and our style sheets fetch."""
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            pattern = NAMED_IN.get(path.suffix)
            if pattern and is_ours(path) and "vendor" not in path.parts:
                for found in pattern.finditer(path.read_text(encoding="utf-8")):
                    other = found[1] or found[2]
                    yield name, posixpath.normpath(posixpath.join(posixpath.dirname(name), other))


def test_every_static_name_is_among_the_files_of_the_image(image):
    collected, missing = image.collected(), []
    for named in (of_templates, of_forms, of_scripts_and_styles):
        found = list(named())
        assert found, named.__doc__
        missing += [f"{where}: {name}" for where, name in found if name not in collected]
    assert not missing, f"The image has no such file (Dockerfile, package.json's vendor): {missing}"


@pytest.mark.parametrize(
    ("pattern", "text", "name"),
    [
        (IMPORT, 'import { a,\n  b } from "./a.js";', "./a.js"),
        (IMPORT, 'import "../b.js";', "../b.js"),
        (IMPORT, 'export * from "./c.js";', "./c.js"),
        (IMPORT, 'const d = await import("./d.js");', "./d.js"),
        (URL, "p { background: url('../e.svg') }", "../e.svg"),
        (URL, '@import "f.css";', "f.css"),
    ],
    ids=["import", "run", "export", "import-later", "url", "style-import"],
)
def test_names_are_found_however_they_are_written(pattern, text, name):
    found = pattern.search(text)
    assert name in (found[1], found[2])
