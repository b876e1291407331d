"""The name that a file had on the machine it comes from: without folders, and without what cannot be seen."""

import re

from ecrf.audit.texts import DIRECTION, OVERRIDES, cleaned

LONGEST = 120
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ud800-\udfff]")
NOT_IN_NAMES = re.compile(r'[<>:"|?*;%]')


def file_name(given: str, ending: str = "") -> str:
    """`../../etc/report.pdf` → `report.pdf`. A long one loses its middle. `ending`: that of what is stored, which may
    be another."""
    name = re.split(r"[/\\]", given)[-1]
    name = OVERRIDES.sub("", DIRECTION.sub("", UNSEEN.sub("", name)))
    name = cleaned(NOT_IN_NAMES.sub("_", name), lines=False).strip(". ")
    if not name:
        name = "file"
    if len(name) > LONGEST:
        name = f"{name[: LONGEST - 20]}…{name[-19:]}"
    if ending and not name.lower().endswith(ending):
        name = f"{name.rpartition('.')[0] or name}{ending}"
    return name
