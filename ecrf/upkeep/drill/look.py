"""Looks at a restored database, as DATABASE_URL names it: `python -m ecrf.upkeep.drill.look EXPECTED`, answers in JSON.

A process of its own: the drill itself has no database, and the settings are read once.
"""

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django


def main(expected: Path, *names: str) -> None:
    """All looks, or those that are named."""
    django.setup()
    answers: dict[str, Any] = {}
    for name in names or LOOKS:
        look = LOOKS[name]
        began = time.monotonic()
        try:
            found = look(json.loads(expected.read_text()))
        except (Exception, SystemExit) as error:
            found = {"faults": [f"{type(error).__name__}: {error}"]}
        answers[name] = {**found, "seconds": round(time.monotonic() - began, 2)}
    print(json.dumps(answers, ensure_ascii=False))


def content(expected: dict[str, Any]) -> dict[str, Any]:
    """Counts and hashes of every table, before anything here writes; and each chain holds what it held."""
    from ecrf.upkeep.upgrading import DatabaseState, as_json, look, trail_that_is_gone

    found: DatabaseState = look()
    said = as_json(found)
    tables = expected.get("tables", {})
    faults = [
        f"{name}: {was['rows']} rows before, {said['tables'].get(name, {}).get('rows', 'no')} now"
        if was["rows"] != said["tables"].get(name, {}).get("rows")
        else f"{name}: other content"
        for name, was in tables.items()
        if was != said["tables"].get(name)
    ]
    heads = {int(chain): (one["events"], one["head"]) for chain, one in expected.get("chains", {}).items()}
    faults += trail_that_is_gone(heads)
    rows = sum(state.rows for state in found.tables.values())
    words = f"{len(found.tables)} tables with {rows} rows, {len(found.heads)} chains"
    compared = (
        f"; {len(tables)} tables and {len(heads)} chains compared with those of before" if expected else ""
    )
    return {"words": f"{words}{compared}", "faults": faults, **said}


def privileges(expected: dict[str, Any]) -> dict[str, Any]:
    """As it came back, and after the migrations, which take away what must not be."""
    from django.core.management import call_command

    from ecrf.audit.privileges import too_much

    came = too_much()
    call_command("upgrade", verbosity=0, stdout=io.StringIO())
    left = too_much()
    words = f"{len(came)} rights too many came back, {len(left)} are left after the migrations"
    return {"words": words, "faults": left, "came_back": came}


def trail(expected: dict[str, Any]) -> dict[str, Any]:
    """Every hash of every chain, and every value against the trail; and against anchors, where some are given."""
    from django.core.management import CommandError, call_command

    from ecrf.audit.verifying.verify import verify

    verdict = verify()
    faults = [str(fault) for fault in verdict.faults]
    words = f"{verdict.events} events in {verdict.chains} chains, {len(verdict.known)} known faults"
    if anchors := expected.get("anchors"):
        try:
            call_command("verify_audit", "--against", *anchors, stdout=io.StringIO(), stderr=io.StringIO())
            words += f"; holds against {len(anchors)} anchors"
        except CommandError as error:
            faults.append(str(error))
    return {"words": words, "faults": faults}


def pages(expected: dict[str, Any]) -> dict[str, Any]:
    """As each role there is."""
    from ecrf.upkeep.drill.pages import open_pages

    by_role = open_pages()
    faults = [f"{role}: {one}" for role, found in by_role.items() for one in found["failed"]]
    faults += [f"{role}: no page opened" for role, found in by_role.items() if not found["opened"]]
    words = ", ".join(f"{role} {found['opened']}" for role, found in by_role.items())
    return {"words": f"pages opened: {words or 'none, as there is nobody'}", "faults": faults}


def data_cut(expected: dict[str, Any]) -> dict[str, Any]:
    """The newest, made again from the trail alone, byte for byte."""
    from ecrf.exports.models import DataCut
    from ecrf.exports.rebuild import rebuild

    cut = DataCut.objects.select_related("export").order_by("-taken_at").first()
    if cut is None:
        return {"words": "there is no data cut to make again", "faults": []}
    with tempfile.TemporaryDirectory(prefix="ecrf-cut-") as work:
        (Path(work) / "files").mkdir()
        made = rebuild(cut, Path(work) / "files", Path(work) / "cut.zip")
    is_explained = made.is_explained
    return {
        "words": f"{cut.name}: {made.words}",
        "faults": [] if is_explained else [made.words],
        "sha256_when_taken": cut.export.sha256,
        "sha256_now": made.sha256,
    }


LOOKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "content": content,
    "privileges": privileges,
    "trail": trail,
    "pages": pages,
    "data_cut": data_cut,
}


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
