"""What an SDTM package is made of, as plain data: domains, their variables, the tests of a result, lists of terms."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecrf.exports.sdtm.records import PatientRecords, StudyRecords


class VariableType(StrEnum):
    """As Define-XML names them. A moment may lack its later parts: 2026, 2026-11, 2026-11-22T10:30."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    MOMENT = "partialDatetime"

    @property
    def is_number(self) -> bool:
        return self in (VariableType.INTEGER, VariableType.FLOAT)


class Origin(StrEnum):
    """Where a value comes from, with its source: as Define-XML 2.1 has them."""

    COLLECTED = "Collected/Investigator"
    ASSIGNED = "Assigned/Sponsor"
    DERIVED = "Derived/Sponsor"
    PROTOCOL = "Protocol/Sponsor"

    @property
    def type(self) -> str:
        return self.split("/")[0]

    @property
    def source(self) -> str:
        return self.split("/")[1]


class Presence(StrEnum):
    """Required and expected variables are always there; a permissible one where a row has a value of it."""

    REQUIRED = "required"
    EXPECTED = "expected"
    PERMISSIBLE = "permissible"


@dataclass(frozen=True)
class Variable:
    """One variable of a domain. `codes` names its list of terms; `method` says how it is derived."""

    name: str
    label: str
    type: VariableType = VariableType.TEXT
    origin: Origin = Origin.COLLECTED
    role: str = "Record Qualifier"
    codes: str = ""
    presence: Presence = Presence.PERMISSIBLE
    method: str = ""
    comment: str = ""


@dataclass(frozen=True)
class ResultTest:
    """One test of a domain of results: its code (8 characters) and name (40), and what its result is."""

    code: str
    name: str
    type: VariableType = VariableType.TEXT
    unit: str = ""
    codes: str = ""
    method: str = ""
    own: bool = False
    """Whether the code is the sponsor's: no term of the controlled terminology."""


@dataclass(frozen=True)
class Domain:
    """One domain. `keys`: the variables that name a row, in the order of the rows. `supplement`: {QNAM: its label} of
    the supplemental qualifiers that no item of a form names. `tests` of a domain of results."""

    name: str
    label: str
    observation_class: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    tests: tuple[ResultTest, ...] = ()
    supplement: Mapping[str, str] = field(default_factory=dict)
    repeating: bool = True
    is_reference: bool = False
    comment: str = ""
    calculated: frozenset[str] = frozenset()
    """The supplemental qualifiers that the forms calculate."""
    collected_as: str = ""
    """The letters that begin the CDASH names of its items, where they are not the domain's own."""

    def variable(self, name: str) -> Variable:
        return next(variable for variable in self.variables if variable.name == name)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(variable.name for variable in self.variables)


@dataclass(frozen=True)
class CodedTerm:
    """`own`: the sponsor's addition to an extensible list."""

    value: str
    meaning: str = ""
    own: bool = False


@dataclass(frozen=True)
class TermList:
    """A list of terms. `nci`: its code in the controlled terminology, "" for the sponsor's own list."""

    name: str
    label: str
    terms: tuple[CodedTerm, ...]
    nci: str = ""

    @property
    def values(self) -> frozenset[str]:
        return frozenset(term.value for term in self.terms)


@dataclass(frozen=True)
class ForeignList:
    """A dictionary that is kept elsewhere: ISO 3166."""

    name: str
    label: str
    dictionary: str
    version: str
    href: str = ""


Name = tuple[str, ...]


@dataclass
class Row:
    """One row on its way. `visit`: the code of its visit; `supplement`: {QNAM: value}; `comments`: texts about it.

    `name` is what other rows `link` to. `is_before_dose`: whether it came before the first dose, where its date alone
    does not tell; `is_baseline` False where another row of the same assessment stands for it.
    """

    domain: str
    values: dict[str, Any]
    visit: str = ""
    supplement: dict[str, Any] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    name: Name = ()
    links: list[Name] = field(default_factory=list)
    is_before_dose: bool | None = None
    is_baseline: bool = True


@dataclass(frozen=True)
class Terminology:
    """Which version of which standard the package follows."""

    ig_version: str
    model_version: str
    ct_version: str


@dataclass(frozen=True)
class Tabulation:
    """How a trial's data become SDTM: what `Protocol.sdtm` names.

    `of_trial` gives the rows of the trial's design, `of_patient` those of one patient. `decisions` are what a reader
    has to know, line by line; {file} in the package's README. `annotations` say on the annotated CRF where an item
    goes, {"form.item": in words}, where its CDASH name does not.
    """

    study: str
    title: str
    standard: Terminology
    domains: tuple[Domain, ...]
    lists: tuple[TermList | ForeignList, ...]
    of_trial: Callable[["StudyRecords"], Iterable[Row]]
    of_patient: Callable[["PatientRecords"], Iterable[Row]]
    decisions: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)

    def domain(self, name: str) -> Domain:
        return next(domain for domain in self.domains if domain.name == name)

    def terms(self, name: str) -> TermList | ForeignList | None:
        return next((one for one in self.lists if one.name == name), None)


def lists_of_tests(domain: Domain, codes_nci: str = "", names_nci: str = "") -> tuple[TermList, TermList]:
    """The two lists of a domain of results: the codes of its tests and their names."""
    codes = tuple(CodedTerm(test.code, test.name, test.own) for test in domain.tests)
    names = tuple(CodedTerm(test.name, "", test.own) for test in domain.tests)
    return (
        TermList(f"{domain.name}TESTCD", f"{domain.label}: test codes", codes, codes_nci),
        TermList(f"{domain.name}TEST", f"{domain.label}: test names", names, names_nci),
    )
