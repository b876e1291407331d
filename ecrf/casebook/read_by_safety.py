"""What is open to safety: the safety logs, and all of a patient with a serious event."""

from ecrf.access.roles import Right
from ecrf.casebook.record.values import is_blank
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, CrfDefinition


def right_to_read(definition: CrfDefinition) -> Right:
    """The safety logs, such as adverse events, are open to safety too; every other form to reviewers only."""
    is_safety = (definition.row_of or definition.key) in protocol().safety_logs
    return Right.REVIEW_SAFETY if is_safety else Right.REVIEW


def patients_with_serious_event(*which: int) -> set[int]:
    """Of these patients, or of all, those of whom a serious event is recorded: begun with something in it, and not
    struck out. One statement."""
    if not (key := protocol().serious_log):
        return set()
    stored = CRFS[key].model._default_manager.filter(entry__struck_at=None).select_related("entry")
    stored = stored.filter(entry__patient__in=which) if which else stored
    return {row.entry.patient_id for row in stored if not is_blank(row)}


def is_read_by_safety(patient_id: int, crf: str) -> bool:
    """Whether safety reads this form of this patient; one statement, and none of a form of the safety logs."""
    return crf in crfs_of_safety() or patient_id in patients_with_serious_event(patient_id)


def crfs_of_safety() -> set[str]:
    """The safety logs and the kinds of their rows."""
    return {key for key, found in CRFS.items() if right_to_read(found) == Right.REVIEW_SAFETY}
