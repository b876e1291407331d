"""The variables that many domains share, with the labels of the implementation guide."""

from ecrf.exports.sdtm.domains import Origin, Presence, Variable, VariableType

REQUIRED, EXPECTED, PERMISSIBLE = Presence.REQUIRED, Presence.EXPECTED, Presence.PERMISSIBLE

STUDYID = Variable(
    "STUDYID", "Study Identifier", origin=Origin.PROTOCOL, role="Identifier", presence=REQUIRED
)
DOMAIN = Variable(
    "DOMAIN", "Domain Abbreviation", origin=Origin.ASSIGNED, role="Identifier", presence=REQUIRED
)
USUBJID = Variable(
    "USUBJID",
    "Unique Subject Identifier",
    origin=Origin.DERIVED,
    role="Identifier",
    presence=REQUIRED,
    method="STUDYID, a hyphen, and the patient number of the eCRF, which begins with the site.",
)
IDENTIFIERS = (STUDYID, DOMAIN, USUBJID)


def text(name: str, label: str, role: str = "Record Qualifier", **more: object) -> Variable:
    return Variable(name, label, VariableType.TEXT, role=role, **more)  # type: ignore[arg-type]


def whole(name: str, label: str, role: str = "Record Qualifier", **more: object) -> Variable:
    return Variable(name, label, VariableType.INTEGER, role=role, **more)  # type: ignore[arg-type]


def number(name: str, label: str, role: str = "Record Qualifier", **more: object) -> Variable:
    return Variable(name, label, VariableType.FLOAT, role=role, **more)  # type: ignore[arg-type]


def moment(name: str, label: str, **more: object) -> Variable:
    return Variable(name, label, VariableType.MOMENT, role="Timing", **more)  # type: ignore[arg-type]


def sequence(domain: str) -> Variable:
    return whole(
        f"{domain}SEQ",
        "Sequence Number",
        "Identifier",
        origin=Origin.DERIVED,
        presence=REQUIRED,
        method="Numbered from 1 within the subject, in the order of the dataset's keys.",
    )


def sponsor_id(domain: str) -> Variable:
    return text(
        f"{domain}SPID",
        "Sponsor-Defined Identifier",
        "Identifier",
        origin=Origin.ASSIGNED,
        comment="The number of the row in its log of the eCRF.",
    )


def study_day(name: str, label: str, presence: Presence = PERMISSIBLE) -> Variable:
    return whole(
        name,
        label,
        "Timing",
        origin=Origin.DERIVED,
        presence=presence,
        method="Days from the date of DM.RFSTDTC, plus 1 on or after it; none where either date is incomplete.",
    )


EPOCH = text(
    "EPOCH",
    "Epoch",
    "Timing",
    origin=Origin.DERIVED,
    codes="EPOCH",
    method="The epoch of the element in SE during which the row began: the first one before them all, the last one "
    "behind them; none where a partial date leaves it open.",
)
VISITNUM = number(
    "VISITNUM",
    "Visit Number",
    "Timing",
    origin=Origin.ASSIGNED,
    presence=EXPECTED,
    comment="The place of the visit in the schedule; an unscheduled one has the number of the visit before it and "
    "hundredths.",
)
VISIT = text("VISIT", "Visit Name", "Timing", origin=Origin.ASSIGNED)
VISITDY = whole("VISITDY", "Planned Study Day of Visit", "Timing", origin=Origin.PROTOCOL)
VISIT_VARIABLES = (VISITNUM, VISIT, VISITDY)


def since(domain: str, what: str, *, presence: Presence = EXPECTED) -> tuple[Variable, ...]:
    """Start and end of an event or an intervention, with their study days."""
    return (
        EPOCH,
        moment(f"{domain}STDTC", f"Start Date/Time of {what}", presence=presence),
        moment(f"{domain}ENDTC", f"End Date/Time of {what}", presence=presence),
        study_day(f"{domain}STDY", f"Study Day of Start of {what}"),
        study_day(f"{domain}ENDY", f"Study Day of End of {what}"),
    )


def ongoing(domain: str) -> tuple[Variable, ...]:
    """That it went on when the patient's participation, or the data, ended."""
    return (
        text(
            f"{domain}ENRTPT",
            "End Relative to Reference Time Point",
            "Timing",
            codes="STENRF",
            comment="ONGOING where the site answered so.",
        ),
        moment(
            f"{domain}ENTPT",
            "End Reference Time Point",
            origin=Origin.ASSIGNED,
            comment="End of the patient's participation, or the day of the data cut.",
        ),
    )


def result(domain: str, code: str, name: str, what: str = "Test") -> tuple[Variable, ...]:
    """Topic and result of a domain of results, up to the reason why one is not there. `code` and `name`: the labels of
    its topic."""
    return (
        text(f"{domain}TESTCD", code, "Topic", origin=Origin.ASSIGNED, codes=f"{domain}TESTCD",
             presence=REQUIRED),
        text(f"{domain}TEST", name, "Synonym Qualifier", origin=Origin.ASSIGNED, codes=f"{domain}TEST",
             presence=REQUIRED),
        text(f"{domain}CAT", f"Category for {what}", "Grouping Qualifier", origin=Origin.ASSIGNED),
        text(f"{domain}ORRES", "Result or Finding in Original Units", "Result Qualifier", presence=EXPECTED),
        text(f"{domain}ORRESU", "Original Units", "Variable Qualifier", codes="UNIT", presence=EXPECTED),
        text(f"{domain}STRESC", "Character Result/Finding in Std Format", "Result Qualifier",
             origin=Origin.DERIVED, presence=EXPECTED, method="The result in the standard unit of its test."),
        number(f"{domain}STRESN", "Numeric Result/Finding in Standard Units", "Result Qualifier",
               origin=Origin.DERIVED, presence=EXPECTED,
               method="The number in the standard result; none where it is no plain number."),
        text(f"{domain}STRESU", "Standard Units", "Variable Qualifier", origin=Origin.ASSIGNED, codes="UNIT",
             presence=EXPECTED),
        text(f"{domain}STAT", "Completion Status", codes="ND", origin=Origin.DERIVED,
             method="NOT DONE where the site entered a reason instead of a value."),
        text(f"{domain}REASND", "Reason Not Done",
             comment="The reason that was entered instead of the value, and what was said of it."),
    )  # fmt: skip


def derived_flag(domain: str) -> Variable:
    return text(
        f"{domain}DRVFL",
        "Derived Flag",
        codes="NY",
        origin=Origin.DERIVED,
        method="Y where the eCRF calculated the row from other rows.",
    )


def last_before_exposure(domain: str) -> Variable:
    return text(
        f"{domain}LOBXFL",
        "Last Observation Before Exposure Flag",
        codes="NY",
        origin=Origin.DERIVED,
        presence=EXPECTED,
        method="Y for the last result of a test, location and side before DM.RFXSTDTC. A result of the same day "
        "without a time counts as before where it is planned before the dose.",
    )


def when_measured(domain: str, of: str = "Test", day: str = "") -> tuple[Variable, ...]:
    """The visit, the epoch, and when it was measured."""
    return (
        *VISIT_VARIABLES,
        EPOCH,
        moment(f"{domain}DTC", f"Date/Time of {of}", presence=EXPECTED),
        study_day(f"{domain}DY", f"Study Day of {day or of}"),
    )
