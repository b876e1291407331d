"""Who took part: screened, enrolled, treated, withdrawn and why, completed."""

from collections.abc import Callable

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

Groups = dict[str, list[StudyPatient]]


def state_of(patient: StudyPatient) -> str:
    """How the patient stands, in words: what the rows behind the flow say."""
    if not patient.is_enrolled:
        return f"Not enrolled: {why_not_enrolled(patient).lower()}"
    if patient.has_completed:
        return "Completed"
    return f"Withdrawn: {reason_label(patient).lower()}" if patient.has_withdrawn else "On study"


def why_not_enrolled(patient: StudyPatient) -> str:
    if patient.end_reason == Reason.SCREEN_FAILURE or patient.eligible is False:
        return "Screen failure"
    return reason_label(patient) if patient.end_reason else "Not decided yet"


def reason_label(patient: StudyPatient) -> str:
    return Reason(patient.end_reason).label if patient.end_reason else "Not recorded"


def groups_of(data: StudyData) -> Groups:
    """The groups of the flow, by the key of their rows."""
    enrolled = data.enrolled
    return {
        "screened": data.patients,
        "not-enrolled": [one for one in data.patients if not one.is_enrolled],
        "enrolled": enrolled,
        "treated": data.treated,
        "withdrawn": [one for one in enrolled if one.has_withdrawn],
        "on-study": [one for one in enrolled if not one.end_reason],
        "completed": [one for one in enrolled if one.has_completed],
    }


def _by_reason(
    patients: list[StudyPatient], why: Callable[[StudyPatient], str], key: str
) -> dict[str, Groups]:
    """{reason in words: {key of its rows: the patients}}, the most frequent reason first."""
    found: dict[str, list[StudyPatient]] = {}
    for patient in patients:
        found.setdefault(why(patient), []).append(patient)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {words: {f"{key}-{words.lower().replace(' ', '-')}": those} for words, those in ordered}


def _reasons(groups: Groups) -> tuple[dict[str, Groups], dict[str, Groups]]:
    """Why patients were not enrolled, and why others withdrew."""
    return (
        _by_reason(groups["not-enrolled"], why_not_enrolled, "not-enrolled"),
        _by_reason(groups["withdrawn"], reason_label, "withdrawn"),
    )


def flow_section(groups: Groups) -> ReportSection:
    """The figure of the participants."""
    not_enrolled, withdrawn = _reasons(groups)

    def box(title: str, key: str, lines: dict[str, Groups] | None = None, aside: bool = False) -> FlowBox:
        named = tuple((words, _count(*group.popitem())) for words, group in (lines or {}).items())
        return FlowBox(title, _count(key, groups[key]), named, aside)

    boxes = [box("Screened", "screened"), box("Not enrolled", "not-enrolled", not_enrolled, aside=True)]
    boxes += [box("Enrolled", "enrolled", {"Treated": {"treated": groups["treated"]}})]
    boxes += [box("Withdrawn", "withdrawn", withdrawn, aside=True)]
    if groups["on-study"]:
        boxes.append(box("On study", "on-study", aside=True))
    boxes.append(box("Completed", "completed"))
    return ReportSection(
        "flow", "Participant flow", DEFINITIONS, (ReportFlow("Participant flow", tuple(boxes)),)
    )


def _count(key: str, patients: list[StudyPatient]) -> ReportCell:
    return ReportCell(str(len(patients)), key)


def behind_flow(groups: Groups) -> dict[str, Callable[[], RowsBehind]]:
    """The patients of each box and of each reason."""
    behind = dict(groups)
    for reasons in _reasons(groups):
        for group in reasons.values():
            behind |= group
    return {key: _rows(key, patients) for key, patients in behind.items()}


def _rows(key: str, patients: list[StudyPatient]) -> Callable[[], RowsBehind]:
    title = key.replace("-", " ").capitalize()
    return lambda: RowsBehind(
        f"Participant flow: {title}",
        DEFINITIONS,
        ("Site", "State", "Left on"),
        tuple(RowBehind(one.number, (one.site, state_of(one), str(one.ended_on or "–"))) for one in patients),
    )
