"""The README's example of a form, added to a copy of the repository by its text alone, passes the rules for forms."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"`python (manage\.py makemigrations [^`]+)`")
RULES = ("crfs", "cdash", "checks", "check_statements", "engine_and_trial", "repository")
OF_THE_FORM = (
    *("fatigue", "FAT", "test_schedule", "migrations_are_complete", "begins_with_what_it_is", "vague_name"),
    *("empty_forms", "filled_forms", "titles_of_one_form", "every_table", "every_trigger", "every_moment"),
)
"""What of the rules speaks of the new form, or of all forms at once."""


@pytest.fixture
def copy(tmp_path) -> Path:
    """The repository as git has it, with the changes of this work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "static/vendor").symlink_to(ROOT / "static/vendor")
    return tmp_path


def run(folder: Path, *command: str) -> str:
    """What a Python command says in this folder, where it succeeds."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_readme_is_short():
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= 150


def test_links_in_what_is_read_in_the_repository_lead_somewhere():
    """The manuals' links, which hold in the product too, are followed with their sections by tests of their own."""
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in link
    ]
    assert {ROOT / "README.md", ROOT / "CHANGELOG.md"} < {page for page, _link in links}
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_form_of_the_readme_is_four_files_and_passes_the_rules(copy):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = dict(BLOCK.findall(readme))
    assert list(blocks) == ["trial/crfs/fatigue.py", "trial/schedule.py", "tests/trial/test_fatigue.py"]
    before = set((copy / "trial").rglob("*.py"))
    for name, text in blocks.items():
        file = copy / name
        file.write_text(_with_line(file, text) if file.exists() else text, encoding="utf-8")
    [command] = COMMAND.findall(readme)
    run(copy, *command.split())
    new = sorted(str(path.relative_to(copy)) for path in set((copy / "trial").rglob("*.py")) - before)
    number = max(int(path.name[:4]) for path in (ROOT / "trial/migrations").glob("0*.py")) + 1
    assert new == ["trial/crfs/fatigue.py", f"trial/migrations/{number:04}_fatigue.py"]
    run(copy, "-m", "ruff", "check", "--quiet", *blocks)
    run(copy, "-m", "ruff", "format", "--check", "--quiet", *blocks)
    files = [*(f"tests/rules/test_{name}.py" for name in RULES), "tests/trial/test_schedule.py"]
    said = run(
        copy, "-m", "pytest", "-q", "-k", " or ".join(OF_THE_FORM), *files, "tests/trial/test_fatigue.py"
    )
    assert int(re.search(r"(\d+) passed", said)[1]) > 40, said


def _with_line(file: Path, line: str) -> str:
    """The module with this line in the place of the one that begins as it does."""
    begins = line.partition("=")[0]
    text = file.read_text(encoding="utf-8")
    assert text.count(f"\n{begins}=") == 1, f"{file.name} has no line {begins}"
    return re.sub(rf"^{re.escape(begins)}=.*\n", lambda found: line, text, flags=re.MULTILINE)
