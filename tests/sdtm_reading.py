"""Reads a package's SDTM folder back with foreign readers, for the tests."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyreadstat
from lxml import etree

from ecrf.audit.snapshot import one_snapshot
from ecrf.exports.cut import present_cut
from ecrf.exports.package import Package
from ecrf.exports.sdtm.writing import write_sdtm
from ecrf.exports.tables.description import describe
from ecrf.exports.tables.selection import Selection
from ecrf.forms.protocol import protocol

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"
XLINK = "{http://www.w3.org/1999/xlink}"

Rows = list[dict[str, Any]]

TAKEN_AT = datetime(2026, 11, 27, 22, 40, tzinfo=UTC)


def written(folder: Path, selection: Selection | None = None, *, from_trail: bool = False) -> Path:
    """The SDTM folder of what the database holds now."""
    with one_snapshot():
        write_sdtm(
            Package(
                folder,
                replace(present_cut("Test"), taken_at=TAKEN_AT),
                describe(protocol()),
                selection or Selection(identifiers=True),
                from_trail=from_trail,
                synthetic=True,
            )
        )
    return folder / "sdtm"


def transport(path: Path) -> tuple[Rows, dict[str, str]]:
    """The rows of a transport file and the labels of its variables, as pyreadstat reads them."""
    columns, meta = pyreadstat.read_xport(path, output_format="dict")
    names = list(columns)
    count = len(columns[names[0]]) if names else 0
    rows = [{name: columns[name][place] for name in names} for place in range(count)]
    return rows, dict(zip(meta.column_names, meta.column_labels, strict=True))


def define(folder: Path) -> Any:
    return etree.parse(folder / "define.xml").getroot()


def described(root: Any) -> dict[str, list[str]]:
    """{dataset: its variables}, as the Define has them; of a dataset without a record, none."""
    names = {item.get("OID"): item.get("Name") for item in root.iter(f"{ODM}ItemDef")}
    return {
        group.get("Name"): [names[ref.get("ItemOID")] for ref in group.findall(f"{ODM}ItemRef")]
        for group in root.iter(f"{ODM}ItemGroupDef")
        if not group.get(f"{DEF}HasNoData")
    }
