"""What keeps a patient's pages from being changed: a freeze, a lock, or a right that is missing at the moment. They
then show what stands and offer nothing that cannot be done."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from ecrf.access.kept_words import reason_as_read
from ecrf.access.models import Site, User
from ecrf.access.reach import why_not
from ecrf.access.roles import Right
from ecrf.casebook.models import Patient
from ecrf.casebook.places import Place
from ecrf.casebook.record.hooks import Recorded
from ecrf.locks.lookup import lock_on_entry, lock_on_visit, locks_over
from ecrf.locks.models import LockKind

if TYPE_CHECKING:
    from ecrf.entry.visit.page import EntryPage


@dataclass(frozen=True)
class Withheld:
    """Stands in the place of a lock where the person who reads may not enter at the moment."""

    words: str
    site: Site
    kind: str = "right"


def struck_out(patient: Patient) -> Withheld | None:
    """Why nothing is entered of a patient who is struck out; None of any other."""
    if not patient.struck_at:
        return None
    assert patient.struck_by is not None
    known: dict[str, object] = {
        "at": f"{patient.struck_at.astimezone(patient.site.zone):%Y-%m-%d %H:%M %Z}",
        "person": patient.struck_by.name,
        "reason": reason_as_read(patient.struck_reason or ""),
    }
    words = gettext("The patient was struck out on %(at)s by %(person)s: %(reason)s. Nothing is counted.")
    if patient.struck_consent_of:
        known |= {"investigator": patient.struck_consent_of.name, "day": patient.struck_consent_on}
        words = gettext(
            "The patient was struck out on %(at)s by %(person)s: %(reason)s (%(investigator)s consented on %(day)s)."
            " Nothing is counted."
        )
    return Withheld(words % known, patient.site, "struck")


def withheld(user: User, site: Site) -> Withheld | None:
    """Why this person reads the site's data and enters none now; None for who enters."""
    return None if user.may(Right.ENTER, site) else Withheld(why_not(user, Right.ENTER, site), site)


def what_holds(patient: Patient, user: User) -> dict[str, object]:
    """For the patient's page: what keeps all of the patient, and the visits that have a lock; one statement."""
    locks = locks_over(patient)
    visits = {each.visit_id for each in locks if each.visit_id}
    return {
        "patient_lock": struck_out(patient) or lock_on_visit(locks, None) or withheld(user, patient.site),
        "held_visits": visits,
    }


def withhold(page: "EntryPage", user: User) -> None:
    """Before the page is shown to be read: nothing on it is offered to who may not do it at the moment."""
    site = page.where.patient.site
    held, answers = withheld(user, site), user.may(Right.ANSWER, site)
    page.lock = page.lock or held
    for form_input in page.with_rows:
        form_input.lock = form_input.lock or held
        form_input.no_answer = "" if answers else why_not(user, Right.ANSWER, site)


def hold(page: "EntryPage") -> "EntryPage":
    """Tell the page and its forms what freezes or locks them; one statement."""
    locks = locks_over(page.where.patient)
    page.lock = struck_out(page.where.patient) or lock_on_visit(locks, page.where.visit)
    for form_input in page.form_inputs:
        form_input.lock = page.lock or (
            lock_on_entry(locks, form_input.row.entry) if form_input.row else None
        )
        for row in (row for group in form_input.tables for row in group.form_views):
            row.lock = form_input.lock
    return page


def refuse_held(place: Place, result: Recorded) -> None:
    """A change that waits for its reason need not be explained if it is refused anyway: say so at once."""
    entry = result.row.entry if result.row else None
    locks = locks_over(place.patient)
    held = lock_on_entry(locks, entry) if entry else lock_on_visit(locks, place.visit)
    if held is None:
        return
    if held.kind == LockKind.LOCK:
        why = gettext("This is locked since %(at)s, by %(person)s: %(reason)s. Nothing was changed.")
    else:
        why = gettext("This is frozen since %(at)s, by %(person)s: %(reason)s. Nothing was changed.")
    why %= {
        "at": f"{held.set_at.astimezone(place.patient.site.zone):%Y-%m-%d %H:%M %Z}",
        "person": held.set_by,
        "reason": held.reason.rstrip(". "),
    }
    result.refused |= dict.fromkeys(result.wants_reason, why)
    result.wants_reason = []
