"""Who took part: screened, enrolled, treated, withdrawn and why, completed."""

from collections.abc import Callable

from django.utils.translation import gettext, pgettext

from ecrf.forms.words import said
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

Groups = dict[str, list[StudyPatient]]

NOT_DECIDED, NOT_RECORDED = "not-decided-yet", "not-recorded"
"""Beside the reasons of the end of study: why a patient was not enrolled, or has left."""


def _definitions() -> tuple[tuple[str, str], ...]:
    return (
        (
            pgettext("outcomes", "Screened"),
            gettext("Every patient that a study site added. Practice sites are never part of it."),
        ),
        (
            pgettext("outcomes", "Enrolled"),
            gettext(
                "The investigator's decision is eligible and the patient is no screen failure; or the trial drug was"
                " given, whatever the decision. This definition is ours, not the publication's."
            ),
        ),
        (pgettext("outcomes", "Treated"), gettext("At least one infusion with a dose above 0 g.")),
        (
            pgettext("outcomes", "Withdrawn"),
            gettext("Enrolled, and the end of study gives another reason than completed."),
        ),
        (pgettext("outcomes", "Completed"), gettext("Enrolled, and the end of study says completed.")),
    )


def state_of(patient: StudyPatient) -> str:
    """How the patient stands, in words: what the rows behind the flow say."""
    if not patient.is_enrolled:
        reason = reason_words(why_not_enrolled(patient)).lower()
        return gettext("Not enrolled: %(reason)s") % {"reason": reason}
    if patient.has_completed:
        return pgettext("outcomes", "Completed")
    if not patient.has_withdrawn:
        return pgettext("outcomes", "On study")
    return gettext("Withdrawn: %(reason)s") % {"reason": reason_words(why_withdrawn(patient)).lower()}


def why_not_enrolled(patient: StudyPatient) -> str:
    if patient.end_reason == Reason.SCREEN_FAILURE or patient.eligible is False:
        return Reason.SCREEN_FAILURE
    return patient.end_reason or NOT_DECIDED


def why_withdrawn(patient: StudyPatient) -> str:
    return patient.end_reason or NOT_RECORDED


def reason_words(reason: str) -> str:
    if reason == NOT_DECIDED:
        return pgettext("outcomes", "Not decided yet")
    return pgettext("outcomes", "Not recorded") if reason == NOT_RECORDED else said(Reason(reason).label)


def _reason_key(reason: str) -> str:
    """Of its rows' address: the same in every language."""
    label = reason if reason in (NOT_DECIDED, NOT_RECORDED) else Reason(reason).label
    return label.lower().replace(" ", "-")


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
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), _reason_key(pair[0])))
    return {reason_words(reason): {f"{key}-{_reason_key(reason)}": those} for reason, those in ordered}


def _reasons(groups: Groups) -> tuple[dict[str, Groups], dict[str, Groups]]:
    """Why patients were not enrolled, and why others withdrew."""
    return (
        _by_reason(groups["not-enrolled"], why_not_enrolled, "not-enrolled"),
        _by_reason(groups["withdrawn"], why_withdrawn, "withdrawn"),
    )


def flow_section(groups: Groups) -> ReportSection:
    """The figure of the participants."""
    not_enrolled, withdrawn = _reasons(groups)

    def box(title: str, key: str, lines: dict[str, Groups] | None = None, aside: bool = False) -> FlowBox:
        named = tuple((words, _count(*group.popitem())) for words, group in (lines or {}).items())
        return FlowBox(title, _count(key, groups[key]), named, aside)

    titles = _titles()
    treated = {titles["treated"]: {"treated": groups["treated"]}}
    boxes = [
        box(titles["screened"], "screened"),
        box(titles["not-enrolled"], "not-enrolled", not_enrolled, aside=True),
        box(titles["enrolled"], "enrolled", treated),
        box(titles["withdrawn"], "withdrawn", withdrawn, aside=True),
    ]
    if groups["on-study"]:
        boxes.append(box(titles["on-study"], "on-study", aside=True))
    boxes.append(box(titles["completed"], "completed"))
    flow = pgettext("outcomes", "Participant flow")
    return ReportSection("flow", flow, _definitions(), (ReportFlow(flow, tuple(boxes)),))


def _titles() -> dict[str, str]:
    """{group of the flow: its name}"""
    return {
        "screened": pgettext("outcomes", "Screened"),
        "not-enrolled": pgettext("outcomes", "Not enrolled"),
        "enrolled": pgettext("outcomes", "Enrolled"),
        "treated": pgettext("outcomes", "Treated"),
        "withdrawn": pgettext("outcomes", "Withdrawn"),
        "on-study": pgettext("outcomes", "On study"),
        "completed": pgettext("outcomes", "Completed"),
    }


def _count(key: str, patients: list[StudyPatient]) -> ReportCell:
    return ReportCell(str(len(patients)), key)


def behind_flow(groups: Groups) -> dict[str, Callable[[], RowsBehind]]:
    """The patients of each box and of each reason."""
    titles = _titles()
    behind = {key: _rows(titles[key], patients) for key, patients in groups.items()}
    for box, reasons in zip(("not-enrolled", "withdrawn"), _reasons(groups), strict=True):
        for words, group in reasons.items():
            title = pgettext("a group of the flow, and why", "%(group)s %(reason)s") % {
                "group": titles[box],
                "reason": words.lower(),
            }
            behind |= {key: _rows(title, patients) for key, patients in group.items()}
    return behind


def _rows(title: str, patients: list[StudyPatient]) -> Callable[[], RowsBehind]:
    return lambda: RowsBehind(
        gettext("Participant flow: %(group)s") % {"group": title},
        _definitions(),
        (
            pgettext("outcomes", "Site"),
            pgettext("outcomes", "State"),
            pgettext("outcomes", "Left on"),
        ),
        tuple(RowBehind(one.number, (one.site, state_of(one), str(one.ended_on or "–"))) for one in patients),
    )
