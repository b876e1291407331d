"""What every act of striking out has in common: its moment, who and why, the investigator's consent, what follows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.obstacles import holders_of
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import Actor
from ecrf.casebook.data import PatientData
from ecrf.casebook.models import Entry, Patient, Status
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.schedule.status import refresh_schedule_status


class NotStruck(Exception):
    """Why it cannot be struck out, or not be restored, in words for the page; `field`: what it is that was given wrong,
    None for nothing."""

    def __init__(self, why: str, field: str | None = None) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class StrikingConsent:
    """Which investigator of the site consented to it, and on which day."""

    of: User
    on: date


@dataclass(frozen=True)
class Striking:
    """One act: what is struck out in it has the same moment, person and reason, and is restored together."""

    at: datetime
    by: User
    reason: str
    consent: StrikingConsent | None = None

    @classmethod
    def now(cls, by: User, reason: str, consent: StrikingConsent | None = None) -> "Striking":
        return cls(timezone.now(), by, reason, consent)

    @property
    def columns(self) -> dict[str, Any]:
        """What it writes on an entry."""
        return {"struck_at": self.at, "struck_by": self.by, "struck_reason": self.reason}

    @property
    def columns_with_consent(self) -> dict[str, Any]:
        """What it writes on a visit or a patient."""
        of, on = (self.consent.of, self.consent.on) if self.consent else (None, None)
        return {**self.columns, "struck_consent_of": of, "struck_consent_on": on}


STRUCK = ("struck_at", "struck_by", "struck_reason")
STRUCK_WITH_CONSENT = (*STRUCK, "struck_consent_of", "struck_consent_on")
NOT_STRUCK: dict[str, Any] = {"struck_at": None, "struck_by": None, "struck_reason": ""}
"""The columns of an entry that stands."""
NOT_STRUCK_WITH_CONSENT: dict[str, Any] = {
    **NOT_STRUCK,
    "struck_reason": None,
    "struck_consent_of": None,
    "struck_consent_on": None,
}
"""Those of a visit or a patient that stands."""


def set_columns(subject: Any, columns: dict[str, Any]) -> None:
    """Write these columns of one object."""
    for name, value in columns.items():
        setattr(subject, name, value)
    subject.save(update_fields=list(columns))


def strike_entries(entries: QuerySet[Entry], act: Striking) -> None:
    """Strike out those that are not struck out yet; their rows are struck out with them. Inside the caller's act."""
    entries.filter(struck_at=None, parent=None).update(**act.columns)


def follow(patient: Patient) -> None:
    """What follows from it: what is due, what is asked, what is to verify."""
    refresh_schedule_status(PatientData(patient))
    for step in HOOKS.after_strike:
        step(patient)


def who_can_consent(site: Site) -> list[User]:
    """The site's investigators and sub-investigators of today."""
    return holders_of(site, Role.INVESTIGATOR, Role.SUB_INVESTIGATOR)


def actor_for(by: User, site: Site, entries: QuerySet[Entry]) -> tuple[Actor, bool]:
    """In which role this person may strike these entries out or restore them, and whether as the data manager:
    the site does with what has no completed form, a data manager with anything."""
    is_plain = not entries.filter(status=Status.COMPLETE).exists()
    if by.may(Right.ENTER, site) and is_plain:
        return by.acting_at(site, Right.ENTER), False
    if by.may(Right.LOCK, site):
        return by.acting_at(site, Right.LOCK), True
    if by.may(Right.ENTER, site):
        raise NotStruck(
            gettext(
                "There are completed forms in it: only a data manager strikes it out or restores it, with the consent"
                " of an investigator. Nothing was changed."
            )
        )
    raise NotStruck(gettext("Your role does not let you strike this out or restore it. Nothing was changed."))


def refuse_changed(actor: Actor, by: User, site: Site, entries: QuerySet[Entry]) -> None:
    """Whoever takes the patient's turn later finds what was completed, struck out or restored meanwhile."""
    if actor_for(by, site, entries)[0] != actor:
        raise NotStruck(gettext("It was changed meanwhile. Look again, then decide. Nothing was changed."))


def check_consent(consent: StrikingConsent | None, site: Site, *, is_asked: bool, since: datetime) -> None:
    """A data manager needs one, of an investigator of the site, given today or before, and not before there was
    anything to consent to (`since`: when it was added here); the site itself needs none."""
    if not is_asked:
        if consent:
            raise NotStruck(gettext("The site's own act needs no recorded consent. Nothing was changed."))
        return
    if consent is None:
        raise NotStruck(
            gettext("Say which investigator of the site consented, and on which day."), "consent_of"
        )
    if consent.of not in who_can_consent(site):
        words = gettext("%(person)s is no investigator of site %(code)s today. Choose one who is.")
        raise NotStruck(words % {"person": consent.of, "code": site.code}, "consent_of")
    if consent.on > site.today():
        raise NotStruck(
            gettext("The consent cannot have been given in the future. Correct its day."), "consent_on"
        )
    if consent.on < (begins := since.astimezone(site.zone).date()):
        words = gettext(
            "It was added here on %(day)s: nobody consented before. Correct the day of the consent."
        )
        raise NotStruck(words % {"day": begins}, "consent_on")
