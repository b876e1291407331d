"""Who took part: screened, enrolled, treated, withdrawn and why, completed."""

from collections.abc import Callable

import numpy as np

from ecrf.outcomes.gathering import Places
from ecrf.outcomes.report import (
    FlowBox,
    ReportCell,
    ReportFlow,
    ReportSection,
    RowBehind,
    RowsBehind,
)
from trial.crfs.end_of_study import Reason
from trial.results.data import StudyData
from trial.results.facts import StudyPatient

SCREENED = "Every patient that a study site added. Practice sites are never part of it."
ENROLLED = (
    "The investigator's decision is eligible and the patient is no screen failure; or the trial drug was given,"
    " whatever the decision. This definition is ours, not the publication's."
)
TREATED = "At least one infusion with a dose above 0 g."
WITHDRAWN = "Enrolled, and the end of study gives another reason than completed."
COMPLETED = "Enrolled, and the end of study says completed."
DEFINITIONS = (
    ("Screened", SCREENED),
    ("Enrolled", ENROLLED),
    ("Treated", TREATED),
    ("Withdrawn", WITHDRAWN),
    ("Completed", COMPLETED),
)

Groups = dict[str, Places]


def state_of(patient: StudyPatient) -> str:
    """How the patient stands, in words: what the rows behind the flow say."""
    if not patient.is_enrolled:
        eligible = None if patient.eligible is None else str(patient.eligible).lower()
        return f"Not enrolled: {why_not_enrolled(patient.end_reason, eligible).lower()}"
    if patient.has_completed:
        return "Completed"
    return f"Withdrawn: {reason_label(patient.end_reason).lower()}" if patient.has_withdrawn else "On study"


def why_not_enrolled(end_reason: str | None, eligible: str | None) -> str:
    if end_reason == Reason.SCREEN_FAILURE or eligible == "false":
        return "Screen failure"
    return reason_label(end_reason) if end_reason else "Not decided yet"


def reason_label(end_reason: str | None) -> str:
    return Reason(end_reason).label if end_reason else "Not recorded"


def groups_of(data: StudyData) -> Groups:
    """The groups of the flow, by the key of their rows."""
    groups = {
        "screened": np.ones(data.count, dtype=bool),
        "not-enrolled": ~data.is_enrolled,
        "enrolled": data.is_enrolled,
        "treated": data.is_treated,
        "withdrawn": data.has_withdrawn,
        "on-study": data.is_enrolled & ~data.has_left,
        "completed": data.has_completed,
    }
    return {key: np.flatnonzero(which) for key, which in groups.items()}


Why = Callable[[str | None, str | None], str]


def _by_reason(data: StudyData, patients: Places, why: Why, key: str) -> dict[str, Groups]:
    """{reason in words: {key of its rows: the patients}}, the most frequent reason first."""
    said = zip(data.facts.reasons[patients].tolist(), data.facts.eligible[patients].tolist(), strict=True)
    found: dict[str, list[int]] = {}
    for place, of_one in zip(patients.tolist(), said, strict=True):
        found.setdefault(why(*of_one), []).append(place)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {
        words: {f"{key}-{words.lower().replace(' ', '-')}": np.array(those, dtype=np.int64)}
        for words, those in ordered
    }


def _reasons(data: StudyData, groups: Groups) -> tuple[dict[str, Groups], dict[str, Groups]]:
    """Why patients were not enrolled, and why others withdrew."""
    return (
        _by_reason(data, groups["not-enrolled"], why_not_enrolled, "not-enrolled"),
        _by_reason(data, groups["withdrawn"], lambda reason, _eligible: reason_label(reason), "withdrawn"),
    )


class Participants:
    """The figure of the participants, and the patients of each of its boxes."""

    def __init__(self, data: StudyData) -> None:
        self.data, self.groups = data, groups_of(data)
        self.reasons = _reasons(data, self.groups)

    def section(self) -> ReportSection:
        not_enrolled, withdrawn = self.reasons
        groups = self.groups

        def box(title: str, key: str, lines: dict[str, Groups] | None = None, aside: bool = False) -> FlowBox:
            named = tuple(
                (words, _count(*one)) for words, group in (lines or {}).items() for one in group.items()
            )
            return FlowBox(title, _count(key, groups[key]), named, aside)

        boxes = [box("Screened", "screened"), box("Not enrolled", "not-enrolled", not_enrolled, aside=True)]
        boxes += [box("Enrolled", "enrolled", {"Treated": {"treated": groups["treated"]}})]
        boxes += [box("Withdrawn", "withdrawn", withdrawn, aside=True)]
        if len(groups["on-study"]):
            boxes.append(box("On study", "on-study", aside=True))
        boxes.append(box("Completed", "completed"))
        return ReportSection(
            "flow", "Participant flow", DEFINITIONS, (ReportFlow("Participant flow", tuple(boxes)),)
        )

    def behind(self) -> dict[str, Callable[[], RowsBehind]]:
        """The patients of each box and of each reason."""
        behind = dict(self.groups)
        for reasons in self.reasons:
            for group in reasons.values():
                behind |= group
        return {key: _rows(self.data, key, patients) for key, patients in behind.items()}


def _count(key: str, patients: Places) -> ReportCell:
    return ReportCell(str(len(patients)), key)


def _rows(data: StudyData, key: str, patients: Places) -> Callable[[], RowsBehind]:
    title = key.replace("-", " ").capitalize()
    return lambda: RowsBehind(
        f"Participant flow: {title}",
        DEFINITIONS,
        ("Site", "State", "Left on"),
        tuple(
            RowBehind(one.number, (one.site, state_of(one), str(one.ended_on or "–")))
            for one in data.at(patients)
        ),
    )
