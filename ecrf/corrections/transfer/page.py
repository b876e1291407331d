"""What the page of a transfer says before it is done: where the patient can go, who can agree, what goes along."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext

from ecrf.access.models import Site, User
from ecrf.access.obstacles import holders_of
from ecrf.access.reach import sites
from ecrf.access.requests import whole_number
from ecrf.access.roles import Right, Role
from ecrf.appointments.lines import AppointmentLine, open_of
from ecrf.casebook.models import Entry, Patient, Status, not_struck
from ecrf.casebook.transfer.services import (
    Agreement,
    TransferRefused,
    in_the_way,
    last_visit_on,
)
from ecrf.casebook.transfer.stays import moves_in_words
from ecrf.forms.typed_fields import TypedDay
from ecrf.locks.lookup import holds_all, locks_over
from ecrf.locks.models import Lock, LockScope
from ecrf.queries.lookup import open_of_patient


@dataclass(frozen=True)
class GoesAlong:
    """What of the patient is open at the moment, and goes over to the new site as it is."""

    queries: int
    unfinished: int
    held_parts: int
    appointments: list[AppointmentLine]


@dataclass(frozen=True)
class AgreeingSide:
    """One of the two who agree: `name` begins the names of the fields, `chosen` is the account's number."""

    name: str
    site: Site
    people: list[User]
    chosen: int | None
    day: str
    by_error: str
    on_error: str


@dataclass
class TransferPage:
    """`to_site`: as chosen, None while none is. `typed`: what was sent, shown again where it was refused."""

    user: User
    patient: Patient
    to_site: Site | None
    typed: dict[str, str] = field(default_factory=dict)
    refused: TransferRefused | None = None

    @property
    def choices(self) -> list[Site]:
        """Every site but the patient's own, those that cannot have him or her too: the page says why."""
        found = sites(self.user, Right.LOCK).filter(is_practice=self.patient.site.is_practice)
        return list(found.exclude(pk=self.patient.site_id))

    @cached_property
    def hindrances(self) -> list[str]:
        """In words; what freezes or locks the patient or one of the sites as a whole is among them."""
        if self.to_site is None:
            return []
        whole_site = Q(scope=LockScope.SITE, site=self.to_site)
        held = [lock for lock in locks_over(self.patient) if holds_all(lock)]
        held += Lock.objects.filter(whole_site, lifted_at=None)
        return [
            *in_the_way(self.patient, self.to_site),
            *dict.fromkeys(self._held_words(lock) for lock in held),
        ]

    def _held_words(self, lock: Lock) -> str:
        kind = lock.get_kind_display()
        if lock.scope == LockScope.STUDY:
            return gettext("The study is %(kind)s: lift that first.") % {"kind": kind}
        if lock.scope == LockScope.PATIENT:
            words = gettext("Patient %(number)s is %(kind)s: lift that first.")
            return words % {"number": self.patient.number, "kind": kind}
        code = next(
            (site.code for site in (self.patient.site, self.to_site) if site and site.pk == lock.site_id), ""
        )
        return gettext("Site %(code)s is %(kind)s: lift that first.") % {"code": code, "kind": kind}

    @cached_property
    def goes_along(self) -> GoesAlong:
        unfinished = Entry.objects.filter(not_struck(), patient=self.patient, parent=None).exclude(
            status=Status.COMPLETE
        )
        parts = [lock for lock in locks_over(self.patient) if not holds_all(lock)]
        booked = open_of([self.patient.pk]).get(self.patient.pk, {}).values()
        appointments = [line for line in booked if line.may_change]
        return GoesAlong(len(open_of_patient(self.patient)), unfinished.count(), len(parts), appointments)

    @property
    def sides(self) -> list[AgreeingSide]:
        """The two who agree: of the site before, of the new one."""
        pairs = ("from", self.patient.site), ("to", self.to_site)
        return [self._side(name, site) for name, site in pairs if site]

    def _side(self, name: str, site: Site) -> AgreeingSide:
        by, on = f"{name}_agreed_by", f"{name}_agreed_on"
        return AgreeingSide(
            name=name,
            site=site,
            people=holders_of(site, Role.INVESTIGATOR),
            chosen=whole_number(self.typed.get(by, "")),
            day=self.typed.get(on, ""),
            by_error=self.errors.get(by, ""),
            on_error=self.errors.get(on, ""),
        )

    @cached_property
    def last_visit_on(self) -> date | None:
        return last_visit_on(self.patient)

    @property
    def past(self) -> list[str]:
        return moves_in_words(self.patient)

    @property
    def errors(self) -> dict[str, str]:
        """{field: what is wrong there}; of no field: under "page"."""
        return self.refused.errors if self.refused else {}


def day_of(typed: dict[str, str], site: Site, name: str, unread: dict[str, str]) -> date | None:
    """A whole day as people write it; None for none, and for what cannot be read: `unread` then says why."""
    try:
        return TypedDay(now=site.now, required=False).clean(typed.get(name, ""))
    except ValidationError as error:
        unread[name] = " ".join(error.messages)
    return None


def agreement_of(typed: dict[str, str], which: str, site: Site, unread: dict[str, str]) -> Agreement:
    """Whose word, by the account's number; a person who is not an investigator there is refused by the service."""
    number = whole_number(typed.get(f"{which}_agreed_by", ""))
    person = User.objects.filter(pk=number).first() if number is not None else None
    return Agreement(person, day_of(typed, site, f"{which}_agreed_on", unread))
