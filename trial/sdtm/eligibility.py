"""The criteria of the trial (TI), and those that a patient does not meet (IE)."""

from collections.abc import Iterator

from ecrf.exports.sdtm.domains import Domain, Origin, Row
from ecrf.exports.sdtm.records import PatientRecords
from ecrf.exports.sdtm.variables import (
    DOMAIN,
    EPOCH,
    IDENTIFIERS,
    REQUIRED,
    STUDYID,
    VISIT_VARIABLES,
    moment,
    sequence,
    study_day,
    text,
)
from trial.crfs.eligibility import EXCLUSION, INCLUSION

PROTOCOL, ASSIGNED = Origin.PROTOCOL, Origin.ASSIGNED
OUR_CRITERIA = "The publication does not list the criteria: these are our default (P)."

_TOPIC = (
    text("IETESTCD", "Inclusion/Exclusion Criterion Short Name", "Topic", origin=ASSIGNED, presence=REQUIRED),
    text("IETEST", "Inclusion/Exclusion Criterion", "Synonym Qualifier", origin=PROTOCOL, presence=REQUIRED),
    text("IECAT", "Inclusion/Exclusion Category", "Grouping Qualifier", codes="IECAT", origin=ASSIGNED,
         presence=REQUIRED),
)  # fmt: skip
TI = Domain(
    "TI",
    "Trial Inclusion/Exclusion Criteria",
    "TRIAL DESIGN",
    "One record per I/E criterion",
    ("STUDYID", "IETESTCD"),
    (STUDYID, DOMAIN, *_TOPIC),
    is_reference=True,
    comment=OUR_CRITERIA,
)
IE = Domain(
    "IE",
    "Inclusion/Exclusion Criteria Not Met",
    "FINDINGS",
    "One record per inclusion/exclusion criterion not met per subject",
    ("STUDYID", "USUBJID", "IETESTCD", "IESEQ"),
    (
        *IDENTIFIERS,
        sequence("IE"),
        *_TOPIC,
        text("IEORRES", "I/E Criterion Original Result", "Result Qualifier", codes="NY", presence=REQUIRED),
        text("IESTRESC", "I/E Criterion Result in Std Format", "Result Qualifier", codes="NY", presence=REQUIRED,
             origin=Origin.DERIVED, method="IEORRES."),
        *VISIT_VARIABLES,
        EPOCH,
        moment("IEDTC", "Date/Time of Collection", origin=Origin.DERIVED, method="The date of the visit."),
        study_day("IEDY", "Study Day of Collection"),
    ),
    comment="Only criteria that are not met; all others are met.",
)  # fmt: skip


def criteria() -> dict[str, dict[str, str]]:
    """{item: its code, words and category}, in the order of the form."""
    return {
        name: {"IETESTCD": f"{letters}{place:02}", "IETEST": words, "IECAT": category}
        for letters, category, group in (("INCL", "INCLUSION", INCLUSION), ("EXCL", "EXCLUSION", EXCLUSION))
        for place, (name, words) in enumerate(group.items(), 1)
    }


def criteria_rows() -> Iterator[Row]:
    for values in sorted(criteria().values(), key=lambda one: one["IETESTCD"]):
        yield Row("TI", dict(values))


def rows(patient: PatientRecords) -> Iterator[Row]:
    form = patient.one("eligibility")
    if form is None:
        return
    for item, criterion in criteria().items():
        answer = form.term(item)
        if answer == ("N" if item in INCLUSION else "Y"):
            values = {**criterion, "IEORRES": answer, "IESTRESC": answer, "IEDTC": patient.day(form)}
            yield Row("IE", values, visit=form.visit)
