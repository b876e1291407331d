"""Who took part: screened, enrolled, treated, withdrawn and why, completed."""

from collections.abc import Callable

import numpy as np
from django.utils.translation import gettext, pgettext

from ecrf.forms.words import said
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

Groups = dict[str, Places]

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
        eligible = None if patient.eligible is None else str(patient.eligible).lower()
        reason = reason_words(why_not_enrolled(patient.end_reason, eligible)).lower()
        return gettext("Not enrolled: %(reason)s") % {"reason": reason}
    if patient.has_completed:
        return pgettext("outcomes", "Completed")
    if not patient.has_withdrawn:
        return pgettext("outcomes", "On study")
    reason = reason_words(why_withdrawn(patient.end_reason, None)).lower()
    return gettext("Withdrawn: %(reason)s") % {"reason": reason}


def why_not_enrolled(end_reason: str | None, eligible: str | None) -> str:
    if end_reason == Reason.SCREEN_FAILURE or eligible == "false":
        return Reason.SCREEN_FAILURE
    return end_reason or NOT_DECIDED


def why_withdrawn(end_reason: str | None, _eligible: str | None) -> str:
    return end_reason or NOT_RECORDED


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
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), _reason_key(pair[0])))
    return {
        reason_words(reason): {f"{key}-{_reason_key(reason)}": np.array(those, dtype=np.int64)}
        for reason, those in ordered
    }


def _reasons(data: StudyData, groups: Groups) -> tuple[dict[str, Groups], dict[str, Groups]]:
    """Why patients were not enrolled, and why others withdrew."""
    return (
        _by_reason(data, groups["not-enrolled"], why_not_enrolled, "not-enrolled"),
        _by_reason(data, groups["withdrawn"], why_withdrawn, "withdrawn"),
    )


class Participants:
    """The figure of the participants, and the patients of each of its boxes."""

    def __init__(self, data: StudyData) -> None:
        self.data, self.groups = data, groups_of(data)
        self.reasons = _reasons(data, self.groups)

    def section(self) -> ReportSection:
        not_enrolled, withdrawn = self.reasons
        groups, titles = self.groups, _titles()

        def box(key: str, lines: dict[str, Groups] | None = None, aside: bool = False) -> FlowBox:
            named = tuple(
                (words, _count(*one)) for words, group in (lines or {}).items() for one in group.items()
            )
            return FlowBox(titles[key], _count(key, groups[key]), named, aside)

        boxes = [box("screened"), box("not-enrolled", not_enrolled, aside=True)]
        boxes += [box("enrolled", {titles["treated"]: {"treated": groups["treated"]}})]
        boxes += [box("withdrawn", withdrawn, aside=True)]
        if len(groups["on-study"]):
            boxes.append(box("on-study", aside=True))
        boxes.append(box("completed"))
        flow = pgettext("outcomes", "Participant flow")
        return ReportSection("flow", flow, _definitions(), (ReportFlow(flow, tuple(boxes)),))

    def behind(self) -> dict[str, Callable[[], RowsBehind]]:
        """The patients of each box and of each reason."""
        titles = _titles()
        behind = {key: _rows(self.data, titles[key], patients) for key, patients in self.groups.items()}
        for box, reasons in zip(("not-enrolled", "withdrawn"), self.reasons, strict=True):
            for words, group in reasons.items():
                title = pgettext("a group of the flow, and why", "%(group)s %(reason)s") % {
                    "group": titles[box],
                    "reason": words.lower().replace("-", " "),
                }
                behind |= {key: _rows(self.data, title, patients) for key, patients in group.items()}
        return behind


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


def _count(key: str, patients: Places) -> ReportCell:
    return ReportCell(str(len(patients)), key)


def _rows(data: StudyData, title: str, patients: Places) -> Callable[[], RowsBehind]:
    return lambda: RowsBehind(
        gettext("Participant flow: %(group)s") % {"group": title},
        _definitions(),
        (
            pgettext("outcomes", "Site"),
            pgettext("outcomes", "State"),
            pgettext("outcomes", "Left on"),
        ),
        tuple(
            RowBehind(one.number, (one.site, state_of(one), str(one.ended_on or "–")))
            for one in data.at(patients)
        ),
    )
