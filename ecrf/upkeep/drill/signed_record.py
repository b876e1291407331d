"""The drill's sheet: a PDF for people, its data as JSON, and a signature over the data that a stranger can check."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ecrf.prints.files import write_whole
from ecrf.upkeep.signing import write_signed

HERE = Path(__file__).parent
NAMES = {
    "content": "Counts and hashes",
    "privileges": "Rights in the database",
    "trail": "Audit trail",
    "pages": "Pages",
    "data_cut": "Data cut",
}


def write_record(found: dict[str, Any], into: Path, key_file: Path, at: datetime) -> Path:
    """`drill-….json` with `.sig` and the public key `.pub.pem`, and `drill-….pdf`, which names hash and signature.

    Check: `openssl pkeyutl -verify -pubin -inkey X.pub.pem -rawin -in X.json -sigfile X.json.sig`.
    """
    from ecrf.prints.pdf.typesetting import typeset

    stem = f"drill-{at:%Y%m%dT%H%M%SZ}"
    signed = write_signed(found, into, stem, key_file)
    pdf = typeset(
        HERE / "record.typ",
        {
            "whose": "Drill of the way back",
            "as_of": f"{at:%Y-%m-%d %H:%M} UTC",
            "outcome": "Passed" if not found["faults"] else f"Failed: {len(found['faults'])} faults",
            "facts": _facts(found),
            "steps": [[one["what"], f"{one['seconds']:.1f} s"] for one in found["steps"]],
            "looks": [[NAMES[name], one["words"], f"{one['seconds']:.1f} s"] for name, one in _looks(found)],
            "faults": found["faults"],
            **asdict(signed),
        },
        title="Drill of the way back",
        made_at=at,
    )
    write_whole(into / f"{stem}.pdf", pdf)
    return into / f"{stem}.pdf"


def _looks(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, {"words": "not reached", **one}) for name, one in found["looks"].items()]


def _facts(found: dict[str, Any]) -> list[list[str]]:
    facts = [
        ["What was restored", found["source"]],
        ["To which moment", found["to"] or "all there was"],
        ["Time to recovery (RTO)", f"{found['rto_seconds']:.1f} s, until pages opened again"],
    ]
    if found.get("rpo_seconds") is not None:
        facts.insert(2, ["What was lost (RPO)", f"{found['rpo_seconds']:.1f} s of saves before the end"])
    return [*facts, *([name, str(value)] for name, value in found.get("more", {}).items())]
