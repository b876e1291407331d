"""What holds for every file of the repository. Each failure names the file and says what to do."""

import ast
import io
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = [
    "requirements.lock",
    "tests/requirements.lock",
    "requirements-npm.lock",
    "requirements-backup.lock",
    "requirements-ha.lock",
    "requirements-scan.lock",
    "requirements-demo.lock",
]
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
LONGEST_FILE = 399

LONGEST_TEMPLATE_LINE = 159

FLOORS = {
    "upkeep": 10, "redaction": 9, "outcomes": 8, "notices": 8, "help": 8, "entry": 7, "monitoring": 7, "prints": 7,
    "calendar": 7, "people": 7,
    "delegation": 7, "corrections": 7, "imports": 7, "grid": 6, "appointments": 6, "listings": 6, "trail": 5,
    "signatures": 4, "verification": 4, "locks": 4, "files": 3.5, "queries": 3, "formview": 2,
    "checks": 1, "anchors": 1, "casebook": 0,
}  # fmt: skip
"""How high an app stands, as import-linter has it: its templates may include what lies lower."""
BESIDE_THE_FLOORS = {"base.html", "shared", "errors", "access", "account"}
"""Templates of no app's own, or of the ground floor: open to all."""
LONG_LINES_LEFT = {
    "crfs/lab-result.html",
    *("entry/_attributes.html", "entry/_control.html", "entry/_grid_cell.html", "entry/_history.html"),
    *("entry/_item.html", "entry/_item_answer.html", "entry/_log_row.html", "entry/_message.html"),
    *("entry/_messages.html", "entry/_missed.html", "entry/_panel.html", "entry/_panel_state.html"),
    *("entry/_query.html", "entry/_question.html", "entry/_ranges_note.html", "entry/_reason_bar.html"),
    *("entry/_rows.html", "entry/_rows_answer.html", "entry/_strike.html", "entry/_struck.html"),
    *("entry/_table_cells.html", "entry/_visit_due.html", "entry/log.html", "entry/visit.html"),
}
"""Templates whose lines are still to be broken."""
LAST_YEARS_WORDS = {
    *(
        "outlook",
        "outlooks",
        "shelf",
        "shelves",
        "sheet",
        "sheets",
        "leaf",
        "leaves",
        "desk",
        "finding",
        "findings",
    ),
    *("teller", "tellers", "told", "tells", "fate", "fates", "saying", "correcting", "woken"),
}
"""Private words that the field's own have replaced: see docs/decisions/0020-the-house.md."""
ONE_NAME_EACH = {"Command", "Migration", "Meta"}
"""Class names that Django asks for."""

TEMPLATE_LANGUAGE = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->", re.DOTALL)
BROKEN = re.compile(r"{%(?!.*%})|{{(?!.*}})|{#(?!.*#})")
"""A mark of the template language that goes on in the next line: Django takes it for text."""
INSIDE_A_TAG = r"<[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*?\s"
TORN = re.compile(r"<h1\b(?:(?!</h1>).)*?(?<!nowrap\">){{ (?:\w+\.)*patient\.number }}", re.DOTALL)
"""A heading at the end of whose line half a number can stand, which reads as another patient's."""
SCRIPT = re.compile(r"<script\b[^>]*>(?!\s*</script\s*>)", re.IGNORECASE)
STYLE = re.compile(rf"<style\b|{INSIDE_A_TAG}style\s*=", re.IGNORECASE)
HANDLER = re.compile(rf"{INSIDE_A_TAG}(?:data-)?(?:on[a-z]+|hx-on[:\w-]*)\s*=|javascript:", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?:)?//[\w-]+\.[\w.-]*[a-z]{2}", re.IGNORECASE)
SVG_NAMESPACE = re.compile(r"([\"'])http://www\.w3\.org/(?:2000/svg|1999/xlink)\1")

SAMPLES = [
    (BROKEN, "{% if a %}b{% endif\n%}", "{% if a %}b{% endif %}\n{{ c }}"),
    (BROKEN, "{{ a|default:\n'' }}", "a {# said #}"),
    (
        TORN,
        "<h1>Of\n{{ row.patient.number }}</h1>",
        '<h1><b class="nowrap">{{ patient.number }}</b></h1>{{ patient.number }}',
    ),
    (SCRIPT, "<script>go()</script>", '<script src="a.js" type="module"></script>'),
    (SCRIPT, '<script type="application/json">{}</script>', "<p>script</p>"),
    (STYLE, '<p class="a"\n style="color: red">', '<p title="no style = good style">'),
    (STYLE, "<style>p {}</style>", '<link rel="stylesheet" href="a.css">'),
    (HANDLER, '<button type="button" onclick="go()">', '<p title="it goes on = well" data-on>'),
    (HANDLER, '<a href="javascript:go()">', '<a href="/javascript/">'),
    (HANDLER, '<form hx-on::after-request="go()">', '<form hx-post="/x" hx-trigger="change">'),
    (BROKEN, "{% if a %}{{ a }}{% endif\n%}", "{% if a %}\n{{ a }}{% endif %}"),
    (BROKEN, "{{ a\n}}", "{# why #}"),
    (ADDRESS, '<script src="https://cdn.example.com/a.js">', '<a href="/patients/01-001/">'),
    (ADDRESS, '<link href="//cdn.example.com/a.css">', "// a comment. Another one"),
]


def files(*folders: str, ends: tuple[str, ...]) -> Iterator[Path]:
    """The repository's own files below these folders: nothing fetched, generated or cached."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            away = {"vendor", "words", "node_modules", "__pycache__"} & set(path.relative_to(ROOT).parts)
            if path.is_file() and path.suffix in ends and not away:
                yield path


def modules(*folders: str, migrations: bool = False) -> Iterator[Path]:
    for path in files(*folders, ends=(".py",)):
        if migrations or path.parent.name != "migrations":
            yield path


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_with(pattern: re.Pattern[str], text: str) -> list[int]:
    return [text.count("\n", 0, found.start()) + 1 for found in pattern.finditer(text)]


def blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with every match emptied, its lines kept."""
    return pattern.sub(lambda found: "\n" * found.group().count("\n"), text)


def places(pattern: re.Pattern[str], paths: Iterable[Path], *without: re.Pattern[str]) -> list[str]:
    """`file:line` of every match in these files, once what `without` matches is taken out."""
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        for other in without:
            text = blank(other, text)
        found += [f"{name(path)}:{line}" for line in lines_with(pattern, text)]
    return found


def templates() -> Iterator[Path]:
    return files("templates", "ecrf", "trial", ends=(".html", ".svg", ".txt"))


@pytest.mark.django_db
def test_migrations_are_complete():
    said = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, no_input=True, stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(f"Models changed without a migration: make one, named by its topic.\n{said.getvalue()}")


def test_name_of_a_patients_turn_stands_in_one_place():
    spelled = "hashtext(" + "'ecrf.patient')"
    rooms = files("ecrf", "trial", "tests", ends=(".py", ".sql"))
    assert [name(path) for path in rooms if spelled in path.read_text(encoding="utf-8")] == [
        "ecrf/audit/turns.py"
    ]


def test_pages_fetch_nothing_from_another_server():
    pages = [*templates(), *files("static", "trial/static", ends=(".css", ".js", ".svg", ".html", ".json"))]
    found = places(ADDRESS, pages, SVG_NAMESPACE)
    assert not found, f"Hospital networks block other servers; put the file into package.json: {found}"


def test_templates_break_no_line_inside_a_mark():
    found = places(BROKEN, templates())
    assert not found, f"Django takes a tag that goes on in the next line for text: {found}"


def test_headings_keep_the_number_of_a_patient_in_one_line():
    found = places(TORN, templates())
    assert not found, f'Put the number into <span class="nowrap">: {found}'


def test_templates_hold_no_inline_script():
    found = places(SCRIPT, templates(), TEMPLATE_LANGUAGE)
    assert not found, f"The content security policy blocks it; move the script to static/js: {found}"


def test_templates_hold_no_style():
    found = places(STYLE, templates(), TEMPLATE_LANGUAGE)
    assert not found, f"The content security policy blocks it; use a class from static/css: {found}"


def test_templates_hold_no_event_handler():
    found = places(HANDLER, templates(), TEMPLATE_LANGUAGE)
    assert not found, f"The content security policy blocks it; add the listener in static/js: {found}"


@pytest.mark.parametrize(("pattern", "bad", "good"), SAMPLES)
def test_rules_for_templates_find_what_they_look_for(pattern, bad, good):
    assert pattern.search(bad)
    assert not pattern.search(good)


def test_views_never_query_models_directly():
    found = []
    for path in modules("ecrf", "trial"):
        if path.stem.startswith("views") or path.parent.name == "views":
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            used = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in MANAGERS]
            found += [f"{name(path)}:{node.lineno}" for node in used]
    assert not found, f"A view loads through ecrf.access.reach and writes through a service: {found}"


def dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    return [
        *project["project"]["dependencies"],
        *(one for group in groups for one in group if isinstance(one, str)),
    ]


def test_every_dependency_says_what_for():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    explained = re.findall(r'^ *"(.+)",  # \S', text, re.MULTILINE)
    silent = sorted(set(dependencies()) - set(explained))
    assert not silent, f"Say in a comment beside it in pyproject.toml what it is for: {silent}"


@pytest.mark.requirement("R-136")
def test_every_dependency_is_locked():
    locks = "\n".join((ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS)
    locked = set(re.findall(r"^([\w.-]+)==", locks, re.MULTILINE))
    asked = {re.split(r"[\[<>=~!; ]", one)[0].lower() for one in dependencies()}
    assert asked <= locked, f"Run `make lock`; not in a lock file: {sorted(asked - locked)}"


@pytest.mark.requirement("R-136")
@pytest.mark.parametrize("lock", LOCKS)
def test_python_lock_files_pin_hashes_and_hold_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text, f"{lock} names a server; write it again with `make lock`."
    assert not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE), f"{lock} holds an option; use `make lock`."
    bare = [pin for pin in re.findall(r"^[\w.-]+==[^\n]*", text, re.MULTILINE) if not pin.endswith("\\")]
    assert not bare, f"{lock} pins without a hash; write it again with `make lock`: {bare}"


@pytest.mark.requirement("R-136")
def test_front_end_lock_file_pins_hashes_and_holds_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = {where: one for where, one in packages.items() if where}
    named = [where for where, one in fetched.items() if "resolved" in one]
    assert not named, f"package-lock.json names a server; write it again with `make lock`: {named}"
    bare = [where for where, one in fetched.items() if "integrity" not in one]
    assert not bare, f"package-lock.json pins without a hash; write it again with `make lock`: {bare}"


def test_front_end_packages_are_pinned_exactly():
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    wanted = package["dependencies"] | package["devDependencies"]
    loose = {package for package, version in wanted.items() if not re.fullmatch(r"[\d.]+", version)}
    assert not loose, f"Name one version in package.json: {loose}"


def test_no_module_has_a_vague_name():
    paths = list(modules("ecrf", "trial", "tests", migrations=True))
    found = {name(path) for path in paths if VAGUE_NAMES & {path.stem, path.parent.name}}
    assert not found, f"Name it after what it holds: {sorted(found)}"


def test_every_module_begins_with_what_it_is():
    found = []
    for path in modules("ecrf", "trial"):
        text = path.read_text(encoding="utf-8")
        if path.name == "apps.py" or (path.name == "__init__.py" and not text.strip()):
            continue
        if not ast.get_docstring(ast.parse(text)):
            found.append(name(path))
    assert not found, f"Begin it with one sentence that a data manager understands: {found}"


@pytest.mark.parametrize(
    ("paths", "longest"),
    [
        (modules("ecrf", "trial"), LONGEST_FILE),
        (files("static/js", "trial/static", ends=(".js",)), LONGEST_FILE),
    ],
    ids=["modules", "scripts"],
)
def test_no_file_is_too_long(paths, longest):
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    found = {where: length for where, length in lengths.items() if length > longest}
    assert not found, f"Split it by what it holds, {longest} lines at most: {found}"


def template_name(path: Path) -> str:
    return str(path).rpartition("templates/")[2]


def test_templates_include_only_what_is_their_apps_own_or_lies_lower():
    found = []
    for path in templates():
        app = template_name(path).split("/")[0]
        for other in re.findall(r"{% (?:include|extends) \"([^\"]+)\"", path.read_text(encoding="utf-8")):
            owner = other.split("/")[0]
            is_trials = "trial" in path.relative_to(ROOT).parts or app == "crfs"
            if owner == app or owner in BESIDE_THE_FLOORS or is_trials:
                continue
            if app == "base.html" and owner == "queries":
                continue  # the number of open queries stands in the head of every page
            if owner not in FLOORS or FLOORS[owner] >= FLOORS.get(app, -1):
                found.append(f"{template_name(path)} includes {other}")
    assert not found, f"Put what several apps show into templates/shared or the lower of them: {found}"


MARKS_OF_WORDS = re.compile(r"\{% (?:translate|(?:end)?blocktranslate|plural)\b|(?: context \"[^\"]*\")")
"""What says that words are translated, and to whom: the words are read past it."""


def test_lines_of_templates_can_be_read():
    found = set()
    for path in templates():
        lines = MARKS_OF_WORDS.sub("", path.read_text(encoding="utf-8")).splitlines()
        if path.suffix == ".html" and any(len(line) > LONGEST_TEMPLATE_LINE for line in lines):
            found.add(template_name(path))
    assert found <= LONG_LINES_LEFT, (
        f"Break lines of 160 characters and more: {sorted(found - LONG_LINES_LEFT)}"
    )


def definitions() -> Iterator[tuple[str, ast.AST]]:
    for path in modules("ecrf", "trial"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield name(path), node


def test_no_two_classes_have_one_name():
    places: dict[str, list[str]] = {}
    for place, node in definitions():
        if isinstance(node, ast.ClassDef) and node.name not in ONE_NAME_EACH:
            places.setdefault(node.name, []).append(place)
    found = {one: where for one, where in places.items() if len(where) > 1}
    assert not found, f"Name each for what it is: {found}"


def identifiers(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    return []


def test_names_use_the_words_of_the_field():
    found = []
    for place, node in definitions():
        for identifier in identifiers(node):
            words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower().split("_")
            if LAST_YEARS_WORDS & set(words):
                found.append(f"{place}: {identifier}")
    assert not found, f"Use the words of docs/decisions/0020-the-house.md: {sorted(set(found))}"
