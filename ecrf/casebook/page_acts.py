"""What a person can do about a patient or a visit besides entering data: the menu on its page, filled by floors above.

A floor joins by a function under `@PATIENT_ACTS` or `@VISIT_ACTS`, from a module that its `AppConfig.ready` imports.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from ecrf.access.models import User
from ecrf.casebook.models import Patient, Visit
from ecrf.casebook.record.hooks import Hook
from ecrf.forms.protocol import Ending


@dataclass(frozen=True)
class PageAct:
    """One line of the menu: words that end in `…`, since each leads to a page that asks before it does anything.
    `order` puts the lines of several floors in one order, lowest first."""

    label: str
    url: str
    order: int = 50


PATIENT_ACTS: Hook[Callable[[User, Patient], Iterable[PageAct]]] = Hook()
"""(who looks, patient) → what this person may do there; without a statement of its own wherever that is possible."""

VISIT_ACTS: Hook[Callable[[User, Visit], Iterable[PageAct]]] = Hook()
"""(who looks, visit) → the same of a visit."""

FALLS_AWAY: Hook[Callable[[Patient, date, Ending], Iterable[str]]] = Hook()
"""(patient, the day on which the patient leaves, and how) → what falls away with it, each in words: an appointment
after that day. The page that records the end says so before it does."""


def acts_on(user: User, subject: Patient | Visit) -> list[PageAct]:
    """The lines of the menu, in order."""
    if isinstance(subject, Patient):
        found = [act for offer in PATIENT_ACTS for act in offer(user, subject)]
    else:
        found = [act for offer in VISIT_ACTS for act in offer(user, subject)]
    return sorted(found, key=lambda act: (act.order, act.label))
