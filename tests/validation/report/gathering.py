"""What a validation finds, as data: requirements with their tests and results, answers to peers, sheets, pictures."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.validation.catalogue import ROOT, by_requirement
from tests.validation.controls import controls, kept
from tests.validation.requirements import ANSWERS, MET, NOT_APPLICABLE, NOT_MET, PARTLY, peers, requirements
from tests.validation.results import FAILED, NOT_RUN, PASSED, SKIPPED

KNOWN_ISSUES = ROOT / "docs/known-issues.md"
SHEETS = {"drill": "make drill", "siege": "make siege"}
ROLES = {"the web role": "ecrf_web", "the reading role": "ecrf_reader"}
"""{as the report names it: the role of an installation}"""


def requirements_with_results(results: Mapping[str, str]) -> list[dict[str, Any]]:
    marked = by_requirement()
    found = []
    for one in requirements().values():
        tests = [[test.node, results.get(test.node, NOT_RUN)] for test in marked.get(one.id, [])]
        found.append(
            {**vars(one), "verdict": verdict(one.state, [outcome for _, outcome in tests]), "tests": tests}
        )
    return found


def verdict(state: str, outcomes: list[str]) -> str:
    """What can be said of a requirement after this run, and not more."""
    if state in (NOT_MET, NOT_APPLICABLE):
        return state
    if FAILED in outcomes:
        return f"FAILED: {outcomes.count(FAILED)} of {len(outcomes)} tests"
    if PASSED not in outcomes:
        return "not shown: none of its tests was run"
    if missing := outcomes.count(NOT_RUN) + outcomes.count(SKIPPED):
        return f"{state}, but {missing} of {len(outcomes)} tests were not run"
    return state


def peers_with_results(results: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "counts": {answer: sum(one.answer == answer for one in asked) for answer in ANSWERS},
            "rows": [
                {**vars(one), "tests": [[test, results.get(test, NOT_RUN)] for test in one.tests]}
                for one in asked
            ],
        }
        for name, asked in peers().values()
    ]


def controls_taken_away() -> list[dict[str, Any]]:
    """Each with its newest result here; "not tried here" where there is none."""
    tried = {(one["id"], one["what"]): one for one in kept()}
    return [
        tried.get((one.id, one.what))
        or {"id": one.id, "what": one.what, "file": one.file, "tests": one.nodes, "result": "not tried here"}
        for one in controls()
    ]


def sheets(data: Path) -> dict[str, dict[str, Any]]:
    """The newest of each, where there is one: its file, hash and what it says of itself."""
    found = {}
    for name, command in SHEETS.items():
        files = sorted((data / name).glob("*.json"), key=lambda file: file.stat().st_mtime)
        if not files:
            found[name] = {"words": f"There is none here: {command} makes it."}
            continue
        content = files[-1].read_bytes()
        faults = json.loads(content).get("faults", [])
        words = "no faults" if not faults else f"{len(faults)} FAULTS: {'; '.join(map(str, faults[:3]))}"
        found[name] = {
            "words": words,
            "file": files[-1].relative_to(data).as_posix(),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    return found


def known_issues() -> list[str]:
    text = KNOWN_ISSUES.read_text(encoding="utf-8").replace("\n  ", " ")
    return [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]


def files_below(folder: Path) -> dict[str, str]:
    """{file: its SHA-256}"""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def installation() -> dict[str, Any]:
    """Of a database that this version's migrations have made, with roles that have the rights of its bound roles:
    `migrate` grants these to an installation's own, from the same list."""
    import django

    from tests.postgres import TEST_SETTINGS, fresh_database

    with fresh_database() as url:
        # As in production, but for the address and for who talks to it: what the settings say by themselves.
        production = {**TEST_SETTINGS, "TLS": "on", "SYNTHETIC_DATA": "off", "SECOND_FACTOR_FOR": "all"}
        os.environ |= {**production, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ecrf.settings"}
        django.setup()
        from django.db import connection

        from ecrf.audit.bound.policies import shipped_policies
        from ecrf.upkeep.validation.facts import facts, role_matrix
        from tests.as_web import role_of_pages

        # Roles belong to the whole server: these are of this run alone.
        made = {words: f"{role}_of_validation_{os.getpid()}" for words, role in ROLES.items()}
        with ExitStack() as while_read:
            for words, role in ROLES.items():
                while_read.enter_context(role_of_pages(url, made[words], like=role))
            found = facts(ROOT)
        connection.close()
    database = found["database"]
    for what in ("rights", "roles"):
        database[what] = {words: database[what][name] for words, name in made.items()}
    database["policies"] = [vars(policy) for _key, policy in sorted(shipped_policies().items())]
    return {"installation": found, "roles": role_matrix()}


def count_of(found: list[dict[str, Any]]) -> dict[str, int]:
    """How many requirements are in each state, and how many of those that apply failed or were not shown."""
    counts = {
        state: sum(one["state"] == state for one in found) for state in (MET, PARTLY, NOT_MET, NOT_APPLICABLE)
    }
    counts["failed"] = sum(one["verdict"].startswith("FAILED") for one in found)
    counts["not shown"] = sum("not run" in one["verdict"] or "not shown" in one["verdict"] for one in found)
    return counts
