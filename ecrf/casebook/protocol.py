"""What a trial says of itself, as data: its visits, windows, the forms of each, and its assumptions."""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from ecrf.casebook.registry import CrfDefinition

CASEBOOK = "casebook"
"""Stands in addresses where a visit's code would: for forms that belong to no visit."""


@dataclass(frozen=True)
class VisitPlan:
    """One visit of the schedule.

    `day` counts from the baseline visit (day 1); None for a visit without a nominal day. The window goes from
    `opens` to `closes` days around it. `forms` are CRF keys in the order of the page; `expected` says how many
    of a repeating form are expected where that is more than one.
    """

    code: str
    label: str
    forms: tuple[str, ...]
    day: int | None = None
    opens: int = 0
    closes: int = 0
    expected: dict[str, int] = field(default_factory=dict)
    on_demand: bool = False

    def expected_of(self, crf: str) -> int:
        return self.expected.get(crf, 1)


@dataclass(frozen=True)
class Assumption:
    """A value we chose because the publication does not tell it: never to be shown as the protocol's."""

    name: str
    value: str
    why: str


@dataclass(frozen=True)
class LabTest:
    """One laboratory test: its code (as CDISC LBTESTCD) and the units laboratories usually report it in.

    `by_sex` where laboratories usually have a range for each sex.
    """

    code: str
    label: str
    units: tuple[str, ...]
    by_sex: bool = False


@dataclass(frozen=True)
class Protocol:
    """One trial. `visit_form` and its items say where a visit's date and fate are entered."""

    title: str
    short_title: str
    visits: tuple[VisitPlan, ...]
    baseline: str
    patient_forms: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    visit_form: str = "visit"
    visit_date_item: str = "visited_on"
    visit_fate_item: str = "fate"
    visit_missed: str = "missed"
    end_form: str = "end-of-study"
    end_date_item: str = "ended_on"
    end_reason_item: str = "reason"
    completed_reason: str = "COMPLETED"
    lab_tests: tuple[LabTest, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def plan(self, code: str) -> VisitPlan | None:
        return next((plan for plan in self.visits if plan.code == code), None)

    def order(self, code: str) -> int:
        return next((i for i, plan in enumerate(self.visits) if plan.code == code), len(self.visits))

    def scheduled_crfs(self) -> list[str]:
        """Every CRF key of the schedule, once, in the order of first appearance; rows come with their parents."""
        at_visits = [key for plan in self.visits for key in plan.forms]
        return list(dict.fromkeys([*at_visits, *self.patient_forms, *self.logs]))


@cache
def protocol() -> Protocol:
    """The trial that this installation carries: what `settings.PROTOCOL` names."""
    found: Protocol = import_string(settings.PROTOCOL)
    return found


def visit_forms(plan: VisitPlan) -> list["CrfDefinition"]:
    """The kinds of form on a visit's page."""
    from ecrf.casebook.registry import CRFS

    return [CRFS[key] for key in plan.forms]
