"""One world, and every act of putting right, of leaving and of asking as one function: for tests of two in a row."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace

from django.core.exceptions import PermissionDenied, ValidationError

from ecrf.access.models import Membership, User
from ecrf.access.reach import require
from ecrf.access.roles import Right, Role
from ecrf.appointments.services import Wanted, make_appointment
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.moving import NotMoved
from ecrf.casebook.places import Place
from ecrf.casebook.striking import NotStruck, restore_patient, restore_visit, strike_patient, strike_visit
from ecrf.casebook.transfer.services import TransferRefused
from ecrf.entry.ending.services import NotRecorded, record_ending
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.locks.services import LockRefused, put
from ecrf.queries.conversations import open_here
from ecrf.queries.models import QueryKind
from ecrf.queries.services import QueryRefused, open_query
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.moving.builders import forms_of, moved
from tests.ecrf.casebook.transfer.builders import hand_over

REFUSALS = (
    *(Locked, LockRefused, NotMoved, NotRecorded, NotStruck, PermissionDenied),
    *(QueryRefused, TransferRefused, ValidationError),
)
"""What an act says in words, and then nothing was changed."""
WHY = "Done by mistake"


class NotSaved(Exception):
    """A value that was refused beside its field."""


def a_world() -> SimpleNamespace:
    """A patient at the baseline 30 days ago and at week 4 nine days ago, with values; another one without any."""
    site, other_site = make_site("01"), make_site("02")
    make_user("investigator", Role.INVESTIGATOR, site)
    make_user("outsider", Role.INVESTIGATOR, other_site)
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    make_user("monitor", Role.MONITOR, site)
    make_user("data_manager", Role.DATA_MANAGER)
    patient = a_patient(site, coordinator)
    for code, days in (("SCR", 40), ("W01", 30), ("W04", 9)):
        visit = a_visit(patient, code, coordinator)
        enter(visit, "visit", coordinator, occurrence="done", visited_on=str(ago(site, days)))
    enter(visit, "vital-signs", coordinator, pulse="70")
    enter(visit, "dose", coordinator, given_on=str(ago(site, 9)), given_g="40")
    enter(patient, "adverse-event", coordinator, term="Headache", started_on=str(ago(site, 12)))
    return SimpleNamespace(
        site=site, other_site=other_site, patient=patient, other=a_patient(site, coordinator)
    )


def ago(site, days: int) -> date:
    return site.today() - timedelta(days=days)


def user(name: str) -> User:
    """As of now, with the rights of now."""
    return User.objects.get(username=name)


def at_site(patient: Patient) -> User:
    """Who enters data where the patient is."""
    return user("coordinator" if patient.site.code == "01" else "outsider")


def week4(world: SimpleNamespace, *, struck: bool = False) -> Visit:
    """The visit that stands, or the last one that is struck out; of none, that which was made first."""
    visits = Visit.objects.select_related("patient__site").filter(patient=world.patient, code="W04")
    wanted = visits.filter(struck_at__isnull=not struck).order_by("-pk").first()
    return wanted or visits.order_by("pk").first()


def now(world: SimpleNamespace) -> Patient:
    return Patient.objects.select_related("site").get(pk=world.patient.pk)


def _strike(world: SimpleNamespace) -> None:
    strike_visit(visit=week4(world), by=at_site(now(world)), reason=WHY)


def _restore(world: SimpleNamespace) -> None:
    restore_visit(visit=week4(world, struck=True), by=at_site(now(world)), reason=WHY)


def _strike_patient(world: SimpleNamespace) -> None:
    strike_patient(patient=now(world), by=at_site(now(world)), reason=WHY)


def _restore_patient(world: SimpleNamespace) -> None:
    restore_patient(patient=now(world), by=at_site(now(world)), reason=WHY)


def _move(world: SimpleNamespace) -> None:
    moved(_all_of(week4(world)), now(world), "UNS-1", at_site(now(world)))


def _move_away(world: SimpleNamespace) -> None:
    other = Patient.objects.select_related("site").get(pk=world.other.pk)
    moved(_all_of(week4(world)), other, "W04", at_site(now(world)))


def _all_of(visit: Visit) -> list[Entry]:
    """Those that stand, or that a page still shows which was loaded before."""
    return forms_of(visit) or list(
        Entry.objects.filter(visit=visit, parent=None).select_related("patient__site", "visit")
    )


def _hand_over(world: SimpleNamespace) -> None:
    patient = now(world)
    to = world.other_site if patient.site == world.site else world.site
    hand_over(patient, to, user("data_manager"), moved_on=ago(world.site, 0))


def _end(world: SimpleNamespace, key: str, day: date) -> None:
    patient = now(world)
    ending = next(ending for ending in protocol().endings if ending.key == key)
    given = {protocol().end_date_item: str(day)}
    by = at_site(patient)
    record_ending(patient=patient, ending=ending, day=day, values=given, seen={}, begins=False, by=by)


def _withdraw(world: SimpleNamespace) -> None:
    """On the day before week 4."""
    _end(world, "withdrawal", ago(world.site, 10))


def _die(world: SimpleNamespace) -> None:
    _end(world, "death", ago(world.site, 0))


def _book(world: SimpleNamespace) -> None:
    """For tomorrow."""
    patient, wanted = now(world), Wanted(ago(world.site, -1), reason="He travels")
    make_appointment(
        patient=patient, code="W07", wanted=wanted, by=at_site(patient), request_key=uuid.uuid4()
    )


def _hold(world: SimpleNamespace, **what) -> None:
    by = user("data_manager")
    actor = by.acting_at(now(world).site, Right.LOCK)
    put(**what, reason=WHY, by=by, actor=actor, despite_open_points=True)


def _freeze(world: SimpleNamespace) -> None:
    _hold(world, kind="freeze", scope="visit", visit=week4(world))


def _lock(world: SimpleNamespace) -> None:
    _hold(world, kind="lock", scope="patient", patient=now(world))


def _query(world: SimpleNamespace) -> None:
    entry = Entry.objects.select_related("patient__site", "parent").filter(visit=week4(world))
    by = user("monitor")
    signs = entry.get(crf="vital-signs")
    open_query(
        entry=signs, item="pulse", text="Measured?", by=by, actor=by.acting_at(signs.site, Right.QUERY)
    )


def _question(world: SimpleNamespace) -> None:
    """At a form that nobody has begun."""
    visit = week4(world)
    by = at_site(visit.patient)
    open_here(
        place=Place(visit.patient, CRFS["scale"], visit),
        item="question_1",
        kind=QueryKind.QUESTION,
        text="Which scale?",
        by=by,
        actor=by.acting_at(visit.site, Right.ANSWER),
    )


def _save(world: SimpleNamespace) -> None:
    visit = week4(world)
    by = at_site(visit.patient)
    require(by, Right.ENTER, visit.patient.site)  # as the page does, which calls `record` in somebody's name
    found = enter(visit, "vital-signs", by, weight_kg="61.5")
    if not found.is_clean:
        raise NotSaved(*found.refused.values())


def _leave_staff(world: SimpleNamespace) -> None:
    """The coordinator's task is over."""
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user__username="coordinator").update(ends_on=ago(world.site, 1))


ACTS: dict[str, Callable[[SimpleNamespace], None]] = {
    "strike": _strike,
    "restore": _restore,
    "strike patient": _strike_patient,
    "restore patient": _restore_patient,
    "move": _move,
    "move away": _move_away,
    "hand over": _hand_over,
    "withdraw": _withdraw,
    "die": _die,
    "book": _book,
    "freeze": _freeze,
    "lock": _lock,
    "query": _query,
    "question": _question,
    "save": _save,
    "leave staff": _leave_staff,
}
