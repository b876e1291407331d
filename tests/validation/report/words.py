"""What was found, as the report prints it: texts, and tables of texts."""

from collections import Counter
from typing import Any

from tests.validation.catalogue import MarkedTest
from tests.validation.report.sbom import licence_of
from tests.validation.requirements import HAVE, LACK, PARTLY_HAVE, requirements
from tests.validation.results import FAILED, NOT_RUN, PASSED, SKIPPED

A_LIST = 12


def shown(found: dict[str, Any]) -> dict[str, Any]:
    counts, outcomes = found["counts"], Counter(found["results"].values())
    is_complete = not (counts["failed"] or counts["not shown"] or outcomes[FAILED] or found["broken_runs"])
    return {
        "is_complete": is_complete,
        "outcome": _outcome(counts, outcomes, is_complete),
        "summary": [
            ["Software", f"{found['installation']['software']}, commit {found['commit']}"],
            ["Tests", _counted(outcomes)],
            ["Requirements", ", ".join(f"{number} {state}" for state, number in counts.items() if number)],
            ["What “signed” means", "see the last page"],
        ],
        "notes": [*found["broken_runs"], *found["notes"]],
        "installation": _installation(found["installation"]),
        "rights": _rights(found["installation"]["database"]["rights"]),
        "policies": _policies(found["installation"]["database"]["policies"]),
        "requirements": [_requirement(one) for one in found["requirements"]],
        "peer_counts": [
            [one["name"], *(str(one["counts"][answer]) for answer in (HAVE, PARTLY_HAVE, LACK))]
            for one in found["peers"]
        ],
        "peers": [
            {"name": one["name"], "rows": [_answer(row) for row in one["rows"]]} for one in found["peers"]
        ],
        "roles": list(next(iter(found["roles"].values()))),
        "matrix": [
            [right, *("yes" if may else "–" for may in by_role.values())]
            for right, by_role in found["roles"].items()
        ],
        "controls_words": _controls_words(found["controls"]),
        "controls": [
            [one["id"], one["what"], "; ".join(_words(test) for test in one["tests"]), one["result"]]
            for one in found["controls"]
        ],
        "sheets": [[name, _sheet(one)] for name, one in found["sheets"].items()],
        "issues": found["known_issues"],
        "pictures_words": _pictures_words(found["pictures"]),
        "pictures": [[name, sha256] for name, sha256 in found["pictures"].items()],
        "sbom_words": f"{len(found['sbom']['components'])} parts of what is shipped, in full with hashes in sbom.json.",
        "sbom": [[one["name"], one["version"], licence_of(one)] for one in found["sbom"]["components"]],
    }


def _outcome(counts: dict[str, int], outcomes: Counter[str], is_complete: bool) -> str:
    if counts["failed"] or outcomes[FAILED]:
        failed = _several(outcomes[FAILED], "test"), _several(counts["failed"], "requirement")
        return f"FAILED: {failed[0]}, and with them {failed[1]}"
    if not is_complete:
        return f"Not complete: of {_several(counts['not shown'], 'requirement')} not all tests were run"
    return "Passed: every requirement that is said to be met is shown by tests that were run and passed"


def _several(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _counted(outcomes: Counter[str]) -> str:
    return (
        ", ".join(f"{outcomes[one]} {one}" for one in (PASSED, FAILED, SKIPPED) if outcomes[one])
        or "none were run"
    )


def _installation(facts: dict[str, Any]) -> list[list[str]]:
    database = facts["database"]
    return [
        ["Fingerprint of the release", facts["release"]],
        ["Files", ", ".join(f"{folder} {number}" for folder, number in facts["files"].items())],
        ["Python, system", f"{facts['python']}, {facts['system']}"],
        ["PostgreSQL", f"{database['postgresql']}; {len(database['migrations'])} migrations"],
        *([f"Setting {name}", str(value)] for name, value in facts["settings"].items()),
        *([f"Secret {name}", value] for name, value in facts["secrets"].items()),
    ]


def _rights(rights: dict[str, dict[str, list[str]]]) -> list[list[str]]:
    rows = []
    for role, by_right in rights.items():
        for held, tables in by_right.items():
            named = ", ".join(tables) if len(tables) <= A_LIST else f"{len(tables)} tables, named in the data"
            rows.append([role, held, named])
    return rows


def _policies(policies: list[dict[str, str]]) -> list[list[str]]:
    """Those of the same rows together: for which commands, which rows, of which tables."""
    tables: dict[tuple[str, str], list[str]] = {}
    for one in policies:
        tables.setdefault((one["command"], one["using"] or one["check"]), []).append(one["table"])
    return [[", ".join(named), command, rows] for (command, rows), named in tables.items()]


def _requirement(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "head": f"{one['id']} – {one['verdict']}",
        "text": f"{one['text']} ({one['source']})",
        "risk": f"Risk {one['risk']}: {one['at_stake']}",
        "missing": one["missing"],
        "tests": [[_words(node), outcome] for node, outcome in one["tests"]],
    }


def _words(node: str) -> str:
    return f"{MarkedTest(node, frozenset()).words} ({node.partition('::')[0].removeprefix('tests/')})"


def _answer(row: dict[str, Any]) -> list[str]:
    tests = "; ".join(
        f"{_words(node)}{'' if outcome in (PASSED, NOT_RUN) else f': {outcome.upper()}'}"
        for node, outcome in row["tests"]
    )
    shown_by = f"{tests}. {row['missing']}" if tests and row["missing"] else tests or row["missing"]
    return [row["id"], row["text"], row["answer"], shown_by]


def _controls_words(found: list[dict[str, Any]]) -> str:
    results = Counter(one["result"] for one in found)
    without = sorted(requirements().keys() - {one["id"] for one in found})
    counted = ", ".join(f"{number} {result}" for result, number in results.items())
    return (
        "Whether a test fails once what it guards is taken away, tried in a copy (make controls):"
        f" {counted}. Nothing is taken away yet of {len(without)} requirements: {', '.join(without)}."
    )


def _sheet(one: dict[str, Any]) -> str:
    return f"{one['file']}: {one['words']}; SHA-256 {one['sha256']}" if "file" in one else one["words"]


def _pictures_words(pictures: dict[str, str]) -> str:
    if not pictures:
        return "None were taken: no journey was run here."
    return f"{len(pictures)} pictures of what journeys came to lie in the folder pictures beside this report."
