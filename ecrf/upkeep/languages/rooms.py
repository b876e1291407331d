"""Which catalogue each file's texts stand in, and all texts that are to be in it."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ecrf.upkeep.languages.catalogues import ENGINE, ROOT, SCRIPTS, TRIAL, RoomCatalogue
from ecrf.upkeep.languages.marked import Marked, in_python, in_script, in_template
from ecrf.upkeep.languages.trial_texts import texts_of_trial

Wanted = dict[RoomCatalogue, dict[Marked, set[str]]]
"""{catalogue: {text: where it is used}}."""
NEVER_READ = ("locale", "migrations", "management", "synthetic")
"""Folders whose texts nobody reads on a page; what commands print is English."""


def wanted() -> Wanted:
    """Everything that is marked, and what the trial's definitions say. Needs the apps to be loaded."""
    found: Wanted = defaultdict(lambda: defaultdict(set))
    for place, path in _files():
        read = {".py": in_python, ".js": in_script}.get(path.suffix, in_template)
        for marked in read(path):
            found[place][marked].add(path.relative_to(ROOT).as_posix())
    for room, text, where in texts_of_trial():
        found[RoomCatalogue(TRIAL, room)][text].add(where)
    return found


def _files() -> Iterator[tuple[RoomCatalogue, Path]]:
    for path in sorted((ROOT / "ecrf").rglob("*.py")):
        if not set(path.parts) & set(NEVER_READ):
            yield RoomCatalogue(ENGINE, _room(path.relative_to(ROOT / "ecrf"))), path
    for path in sorted((ROOT / "trial").rglob("*.py")):
        if not set(path.parts) & set(NEVER_READ):
            yield RoomCatalogue(TRIAL, path.relative_to(ROOT / "trial").parts[0].removesuffix(".py")), path
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            yield RoomCatalogue(ENGINE, _room(path.relative_to(ROOT / "templates"))), path
    for path in sorted((ROOT / "trial" / "templates").rglob("*.html")):
        yield RoomCatalogue(TRIAL, "templates"), path
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        if path.name != "words.js":
            yield RoomCatalogue(ENGINE, SCRIPTS), path
    for path in sorted((ROOT / "trial" / "static").rglob("*.js")):
        yield RoomCatalogue(TRIAL, SCRIPTS), path


def _room(path: Path) -> str:
    """`entry-today` for entry/today/list.py and entry/today/today.html alike; `frame` for what lies in no folder."""
    folders = path.parts[:-1][:2]
    return "-".join(folders) or "frame"
