"""The report of a validation: a PDF for people, its data as JSON, and a signature over the data."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ecrf.prints.files import write_whole
from ecrf.upkeep.signing import write_signed

SOURCE = Path(__file__).parent / "report.typ"
TITLE = "Validation report"


def write_report(
    found: dict[str, Any], shown: Mapping[str, Any], into: Path, key_file: Path, at: datetime
) -> Path:
    """`found` is what is signed; `shown` the same as the report prints it, made of texts and tables of texts.

    The data lie in `validation-….json` with `.json.sig` and `.pub.pem`; the report, whose address is given back, beside
    them. Pictures and other files of the folder are named in the data with their SHA-256, and so are signed with them.
    """
    from ecrf.prints.pdf.typesetting import typeset

    stem = f"validation-{at:%Y%m%dT%H%M%SZ}"
    signed = write_signed(found, into, stem, key_file)
    made = typeset(
        SOURCE,
        {"whose": TITLE, "as_of": f"{at:%Y-%m-%d %H:%M} UTC", **shown, **asdict(signed)},
        title=TITLE,
        made_at=at,
    )
    write_whole(into / f"{stem}.pdf", made)
    return into / f"{stem}.pdf"
