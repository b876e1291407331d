"""The datasets that tell of other rows: supplemental qualifiers, comments, and which rows belong together."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ecrf.exports.sdtm.domains import Domain, Name, Origin, Presence, Row, Variable
from ecrf.exports.sdtm.texts import in_pieces, number_text, pieces, plain, split_name
from ecrf.exports.sdtm.variables import DOMAIN, STUDYID, USUBJID, sequence, text

REQUIRED, EXPECTED = Presence.REQUIRED, Presence.EXPECTED
MOST_COMMENT_PIECES = 9

_RELATED_DOMAIN = text(
    "RDOMAIN", "Related Domain Abbreviation", "Identifier", origin=Origin.ASSIGNED, presence=EXPECTED
)
_IDVAR = text("IDVAR", "Identifying Variable", "Identifier", origin=Origin.ASSIGNED, presence=EXPECTED)
_IDVARVAL = text(
    "IDVARVAL", "Identifying Variable Value", "Identifier", origin=Origin.ASSIGNED, presence=EXPECTED
)
_COMMENT_PIECES = tuple(
    text(split_name("COVAL", place) if place else "COVAL", "Comment" if not place else f"Comment, Part {place + 1}",
         "Topic" if not place else "Record Qualifier", presence=Presence.PERMISSIBLE if place else REQUIRED)
    for place in range(MOST_COMMENT_PIECES + 1)
)  # fmt: skip

COMMENTS = Domain(
    "CO",
    "Comments",
    "SPECIAL PURPOSE",
    "One record per comment per subject",
    ("STUDYID", "USUBJID", "RDOMAIN", "IDVARVAL", "COSEQ"),
    (STUDYID, DOMAIN, USUBJID, sequence("CO"), _RELATED_DOMAIN, _IDVAR, _IDVARVAL, *_COMMENT_PIECES),
)
RELATED = Domain(
    "RELREC",
    "Related Records",
    "RELATIONSHIP",
    "One record per related record, group of records or dataset",
    ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELID"),
    (
        STUDYID,
        Variable("RDOMAIN", "Related Domain Abbreviation", origin=Origin.ASSIGNED, role="Identifier",
                 presence=REQUIRED),
        USUBJID,
        _IDVAR,
        _IDVARVAL,
        text("RELTYPE", "Relationship Type", origin=Origin.ASSIGNED, presence=EXPECTED),
        text("RELID", "Relationship Identifier", origin=Origin.ASSIGNED, presence=REQUIRED),
    ),
)  # fmt: skip


def supplement_of(domain: Domain) -> Domain:
    """SUPPAE of AE."""
    return Domain(
        f"SUPP{domain.name}",
        f"Supplemental Qualifiers for {domain.name}",
        "RELATIONSHIP",
        "One record per supplemental qualifier per related parent domain record",
        ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
        (
            STUDYID,
            Variable("RDOMAIN", "Related Domain Abbreviation", origin=Origin.ASSIGNED, role="Identifier",
                     presence=REQUIRED),
            USUBJID,
            _IDVAR,
            _IDVARVAL,
            text("QNAM", "Qualifier Variable Name", "Topic", origin=Origin.ASSIGNED, presence=REQUIRED,
                 codes=f"QNAM{domain.name}"),
            text("QLABEL", "Qualifier Variable Label", "Synonym Qualifier", origin=Origin.ASSIGNED, presence=REQUIRED),
            text("QVAL", "Data Value", "Result Qualifier", presence=REQUIRED),
            text("QORIG", "Origin", origin=Origin.ASSIGNED, presence=REQUIRED),
            text("QEVAL", "Evaluator", origin=Origin.ASSIGNED, presence=EXPECTED),
        ),
    )  # fmt: skip


def identified(row: Row) -> tuple[str, str]:
    """By which variable, and by which value of it, other datasets name the row."""
    if f"{row.domain}SEQ" in row.values:
        return f"{row.domain}SEQ", str(row.values[f"{row.domain}SEQ"])
    if row.domain == "SV":
        return "VISITNUM", number_text(row.values["VISITNUM"])
    return "", ""


def supplement_rows(domain: Domain, row: Row, labels: Mapping[str, str]) -> Iterator[Row]:
    """One for each qualifier of the row, and for each further piece of a long text of its own."""
    variable, value = identified(row)
    cut = {
        name: written
        for name, written in in_pieces({n: v for n, v in row.values.items() if isinstance(v, str)}).items()
        if name not in row.values
    }
    own = in_pieces({n: plain(_written(v)) for n, v in row.supplement.items() if v not in (None, "")})
    for name, written in {**cut, **own}.items():
        yield Row(
            f"SUPP{domain.name}",
            {
                "STUDYID": row.values["STUDYID"],
                "RDOMAIN": domain.name,
                "USUBJID": row.values["USUBJID"],
                "IDVAR": variable,
                "IDVARVAL": value,
                "QNAM": name,
                "QLABEL": label_of(domain, name, labels),
                "QVAL": written,
                "QORIG": "DERIVED" if name in domain.calculated else "CRF",
            },
        )


def label_of(domain: Domain, name: str, labels: Mapping[str, str]) -> str:
    """Of a qualifier; of a further piece, that of the text it continues."""
    if name in labels:
        return labels[name]
    whole = {**{variable.name: variable.label for variable in domain.variables}, **labels}
    stem = name.rstrip("0123456789")
    if stem == name:
        raise ValueError(f"The supplemental qualifier {name} of {domain.name} has no label.")
    continued = next((one for one in whole if stem and one.startswith(stem) and one != name), "")
    part = f", Part {int(name[len(stem) :]) + 1}"
    return f"{whole.get(continued, name)[: 40 - len(part)]}{part}"


def comment_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """A comment that is longer than the columns for its pieces goes on in further rows."""
    names = [variable.name for variable in _COMMENT_PIECES]
    for row in rows:
        variable, value = identified(row)
        for comment in row.comments:
            parts = pieces(plain(comment))
            for start in range(0, len(parts), len(names)):
                values = {
                    "USUBJID": row.values["USUBJID"],
                    "RDOMAIN": row.domain,
                    "IDVAR": variable,
                    "IDVARVAL": value,
                    **dict(zip(names, parts[start : start + len(names)], strict=False)),
                }
                yield Row("CO", values)


def related_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Two rows for each link between two of the patient's rows; a link to what is not there is none."""
    named: dict[Name, Row] = {row.name: row for row in rows if row.name}
    place = 0
    for row in rows:
        for link in row.links:
            other = named.get(link)
            if other is None:
                continue
            place += 1
            for end in (row, other):
                variable, value = identified(end)
                values = {
                    "STUDYID": end.values["STUDYID"],
                    "RDOMAIN": end.domain,
                    "USUBJID": end.values["USUBJID"],
                    "IDVAR": variable,
                    "IDVARVAL": value,
                    "RELID": f"R{place}",
                }
                yield Row("RELREC", values)


def _written(value: Any) -> str:
    return number_text(value) if isinstance(value, int | float | Decimal) else str(value)
