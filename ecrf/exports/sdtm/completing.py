"""What every row of a patient gets besides what the mapping says: visit, epoch, study days, flags, numbers."""

from collections.abc import Iterable, Sequence
from typing import Any

from ecrf.exports.sdtm.domains import Domain, Row, Tabulation
from ecrf.exports.sdtm.records import PatientRecords
from ecrf.exports.sdtm.texts import number_text, plain
from ecrf.exports.sdtm.timing import PatientElement, epoch, is_before, study_day

GROUP = ("TESTCD", "LOC", "LAT", "ANTREG", "METHOD")
"""Results that are compared with one another: the last before the first dose is flagged in each group."""


def complete(tabulation: Tabulation, patient: PatientRecords, rows: list[Row]) -> dict[str, list[Row]]:
    """{domain: its rows in their order}, of one patient."""
    subject = next((row.values for row in rows if row.domain == "DM"), {})
    reference, exposed = subject.get("RFSTDTC", ""), subject.get("RFXSTDTC", "")
    elements = [
        PatientElement(row.values["EPOCH"], row.values["SESTDTC"]) for row in rows if row.domain == "SE"
    ]
    found: dict[str, list[Row]] = {}
    for domain in tabulation.domains:
        mine = [row for row in rows if row.domain == domain.name]
        for row in mine:
            _place(domain, row, patient, tabulation.study)
            _date(domain, row, reference, elements)
            row.values = {name: _clean(value) for name, value in row.values.items()}
        _flag(domain, mine, exposed)
        found[domain.name] = number(domain, mine)
    return found


def usubjid(tabulation: Tabulation, patient: PatientRecords) -> str:
    return f"{tabulation.study}-{patient.number}"


def number(domain: Domain, rows: list[Row]) -> list[Row]:
    """In the order of the keys, numbered where the domain has a sequence."""
    keys = [key for key in domain.keys if not key.endswith("SEQ")]
    # The mapping's own order decides between rows whose keys are alike.
    ordered = sorted(rows, key=lambda row: [sortable(row.values.get(key)) for key in keys])
    if f"{domain.name}SEQ" in domain.names:
        for place, row in enumerate(ordered, 1):
            row.values[f"{domain.name}SEQ"] = place
    return ordered


def sortable(value: Any) -> tuple[bool, float, str]:
    if value is None or value == "":
        return (False, 0.0, "")
    return (True, 0.0, value) if isinstance(value, str) else (True, float(value), "")


def _place(domain: Domain, row: Row, patient: PatientRecords, study: str) -> None:
    own = {"STUDYID": study, "DOMAIN": domain.name, "USUBJID": f"{study}-{patient.number}"}
    row.values = {**{name: value for name, value in own.items() if name in domain.names}, **row.values}
    visit = patient.visits.get(row.visit)
    if visit and "VISITNUM" in domain.names:
        row.values |= {"VISITNUM": visit.number, "VISIT": visit.name, "VISITDY": visit.day}


def _date(domain: Domain, row: Row, reference: str, elements: Sequence[PatientElement]) -> None:
    for name in domain.names:
        if name.endswith("DY") and name != "VISITDY":
            row.values[name] = study_day(str(row.values.get(f"{name[:-1]}TC") or ""), reference)
    if "EPOCH" in domain.names and not domain.is_reference and domain.name != "SE":
        # What began before a reference time point, nobody knows when, is told by that point.
        moments = (row.values.get(f"{domain.name}{name}") for name in ("STDTC", "DTC", "STTPT"))
        begun = next((str(moment) for moment in moments if moment), "")
        row.values["EPOCH"] = epoch(begun, elements, row.is_before_dose)


def _flag(domain: Domain, rows: Iterable[Row], exposed: str) -> None:
    """The last result of each group before the first dose; of a patient without a dose there is none."""
    flag = f"{domain.name}LOBXFL"
    if flag not in domain.names or not exposed:
        return
    last: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        moment = str(row.values.get(f"{domain.name}DTC") or "")
        has_result = row.values.get(f"{domain.name}STRESC") or row.values.get(f"{domain.name}ORRES")
        if not (row.is_baseline and has_result and is_before(moment, exposed, row.is_before_dose or False)):
            continue
        group = tuple(row.values.get(f"{domain.name}{name}") for name in GROUP)
        before = last.get(group)
        if before is None or str(before.values[f"{domain.name}DTC"]) <= moment:
            last[group] = row
    for row in last.values():
        row.values[flag] = "Y"


def _clean(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def standard_number(text: str) -> float | None:
    """The number that a standard result is; None where it is a word or has a sign before it."""
    try:
        return float(text)
    except ValueError:
        return None


def result_values(
    domain: str,
    *,
    value: Any,
    unit: str = "",
    standard: Any = None,
    standard_unit: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """The result part of a row: as collected, in the standard unit, or not done and why.

    `standard` where it differs from what was collected. ValueError without a value and without a reason.
    """
    if value is None or value == "":
        if not reason:
            raise ValueError("A result is either there, or not done for a reason.")
        return {f"{domain}STAT": "NOT DONE", f"{domain}REASND": reason}
    collected = value if isinstance(value, str) else number_text(value)
    shown = (
        collected if standard is None else standard if isinstance(standard, str) else number_text(standard)
    )
    as_number = standard_number(shown)
    return {
        f"{domain}ORRES": collected,
        f"{domain}ORRESU": unit,
        f"{domain}STRESC": shown,
        f"{domain}STRESN": as_number,
        f"{domain}STRESU": standard_unit or unit,
    }
