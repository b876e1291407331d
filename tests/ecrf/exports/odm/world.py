"""A small study that holds whatever an export can stumble over, and its two files."""

import io
from dataclasses import dataclass

from django.db import connection
from lxml import etree

from ecrf.access.models import Site, User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy
from ecrf.exports.cut import Cut, present_cut
from ecrf.exports.odm.file import Kind, write_odm
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.exports.odm.odm_rules import read
from tests.ecrf.queries.builders import SIGNS, act, answered, asked
from tests.ecrf.queries.builders import complete as completed
from tests.ecrf.signatures.conftest import checked, complete, complete_scale, signed
from tests.ecrf.verification.acts import take_back, verify

HOSTILE = "=1+2 ]]> <b a='1'>&amp; 😀 手の筋力 \u202e\u0085"
CONTROL = "one\x07two\x0bthree\ufffe"
"""Nobody can type it: it comes by other ways, as from an import that went around the product."""


@dataclass
class World:
    """Two sites and one for practice, three patients of the study, and who works there."""

    site: Site
    coordinator: User
    investigator: User
    monitor: User
    patient: Patient
    signed: Patient
    elsewhere: Patient
    practising: Patient


def build() -> World:
    site, other = make_site("01"), make_site("02", "Europe/Berlin")
    coordinator = make_user("coordinator", Role.COORDINATOR, site)
    monitor = make_user("monitor", Role.MONITOR, site)
    investigator = checked(make_user("investigator", Role.INVESTIGATOR, site))
    practice = make_site("99", is_practice=True)
    outsider = make_user("outsider", Role.INVESTIGATOR, other, practice)
    world = World(
        site,
        coordinator,
        investigator,
        monitor,
        patient=a_patient(site, coordinator),
        signed=a_patient(site, coordinator),
        elsewhere=a_patient(other, outsider),
        practising=a_patient(practice, outsider),
    )
    _screening(world)
    _corrected_and_asked_about(world)
    _doses(world)
    _log(world)
    _unscheduled(world)
    _laboratory(world)
    _signed(world)
    enter(a_visit(world.elsewhere, "SCR", outsider), "vital-signs", outsider, **SIGNS)
    enter(a_visit(world.practising, "SCR", outsider), "vital-signs", outsider, **SIGNS)
    return world


def _screening(world: World) -> None:
    screening = a_visit(world.patient, "SCR", world.coordinator)
    given = {"signed_on": "2026-01-02", "born_on": "1970-03", "sex": "M"}
    complete(screening, "consent", world.coordinator, **given)
    given = {"occurrence": "done", "visited_on": "2026-01-05", "contact": "on-site"}
    complete(a_visit(world.patient, "W07", world.coordinator), "visit", world.coordinator, **given)
    missed = {"occurrence": "missed", "missed_reason": HOSTILE}
    complete(a_visit(world.patient, "W10", world.coordinator), "visit", world.coordinator, **missed)


def _corrected_and_asked_about(world: World) -> None:
    """Values that change in a draft and after it, with all that was said and done about them."""
    by, visit = world.coordinator, a_visit(world.patient, "W01", world.coordinator)
    enter(visit, "vital-signs", by, pulse="69")
    enter(visit, "vital-signs", by, **SIGNS | {"pulse": "200", "weight_kg": "60", "spo2": ""})
    enter(visit, "vital-signs", by, spo2=Missing("not-done", "The device\nwas broken"))
    entry = completed(visit, "vital-signs", by)
    question = Discrepancy.objects.get(entry=entry, item="pulse")
    actor = by.acting_at(world.site, Right.ENTER)
    confirm(discrepancy=question, by=by, actor=actor, asked=question.identity)
    query = asked(entry, world.monitor, item="temperature", text=HOSTILE)
    answered(query, by, text="It is ]]> so")
    act("close", query, world.monitor)
    asked(entry, world.monitor, item="rested", text="Why is it blank?")
    verify(entry, world.monitor, "pulse")
    verify(entry, world.monitor, "systolic")
    take_back(verify(entry, world.monitor, "diastolic"), world.monitor)
    fix = {"reason": "Misread", "by": by}
    enter(visit, "vital-signs", pulse="75", **fix)
    enter(visit, "vital-signs", spo2="97", **fix)
    enter(visit, "vital-signs", systolic=Missing("refused"), **fix)
    enter(visit, "vital-signs", systolic=Missing("unknown", "Nobody wrote it down"), **fix)
    enter(visit, "vital-signs", respiration="", **fix)


def _doses(world: World) -> None:
    """Forms of which there are several, with rows: struck out, restored, and struck out with their rows."""
    by, visit = world.coordinator, Visit.objects.get(patient=world.patient, code="W01")
    given = {"given_on": "2026-01-05", "weight_kg": "60", "given_g": "40.0", "given_ml": "400"}
    for number in (1, 2, 3):
        enter(visit, "dose", by, number=number, **given)
        for lot in (1, 2):
            enter(visit, "dose-lot", by, number=lot, parent=number, lot_number=f"L{lot}", expires_on="2027")
    enter(visit, "dose-signs", by, number=1, parent=1, pulse="70", systolic="120")
    _strike(world, "dose-lot", 2, parent=1)
    _strike(world, "dose-lot", 1, parent=2)
    dose = _strike(world, "dose", 2)
    restore(entry=dose, actor=by.acting_at(world.site, Right.ENTER), reason="It was given")
    _strike(world, "dose", 3)
    enter(visit, "dose", by, number=2, given_ml="401")


def _strike(world: World, crf: str, number: int, parent: int | None = None) -> Entry:
    found = Entry.objects.filter(patient=world.patient, crf=crf, number=number)
    entry = found.get(parent__number=parent) if parent else found.get()
    actor = world.coordinator.acting_at(world.site, Right.ENTER)
    strike_out(entry=entry, by=world.coordinator, actor=actor, reason="Entered twice")
    return entry


def _log(world: World) -> None:
    event = {"started_on": "2026-02", "ongoing": "yes", "severity": "MILD", "serious": "no"}
    outcome = "NOT RECOVERED/NOT RESOLVED"
    enter(world.patient, "adverse-event", world.coordinator, term=HOSTILE, outcome=outcome, **event)
    number_two = {"number": 2, "term": "Headache", "story": "Once\nupon a time"}
    enter(world.patient, "adverse-event", world.coordinator, **event, **number_two)
    for text in (CONTROL, "As it should be", CONTROL):
        write_around(world.patient, "adverse-event", 2, "story", text)


def write_around(patient: Patient, crf: str, number: int, item: str, value: object) -> None:
    """Write a value as nobody can type it; the trail has it all the same."""
    entry = Entry.objects.get(patient=patient, crf=crf, number=number, parent=None)
    with acting(SYSTEM, patient_id=patient.pk, source="test"), connection.cursor() as cursor:
        table = CRFS[crf].model._meta.db_table
        cursor.execute(f"UPDATE {table} SET {item} = %s WHERE entry_id = %s", [value, entry.pk])


def _unscheduled(world: World) -> None:
    for code in ("UNS-1", "UNS-2"):
        enter(a_visit(world.patient, code, world.coordinator), "vital-signs", world.coordinator, pulse="70")


def _laboratory(world: World) -> None:
    visit = Visit.objects.get(patient=world.patient, code="SCR")
    enter(visit, "laboratory", world.coordinator, collected_on="2026-01-02")
    given = {"value": "13.10", "unit": "g/dL"}
    enter(visit, "lab-result", world.coordinator, number=1, parent=1, **given)


def _signed(world: World) -> None:
    """One signature of each scope that broke, and one of each that stands."""
    by, patient = world.coordinator, world.signed
    visit = a_visit(patient, "W04", by)
    scale = complete_scale(visit, by)
    signed(scale, "form", world.investigator)
    enter(visit, "scale", by, question_1="3", reason="Misread")
    signed(visit, "visit", world.investigator)
    enter(visit, "scale", by, question_1="2", reason="Misread again")
    signed(patient, "casebook", world.investigator)
    enter(visit, "scale", by, question_1="1", reason="Now it is right")
    signed(scale, "form", world.investigator)
    signed(visit, "visit", world.investigator)
    signed(patient, "casebook", world.investigator)


def odm(cut: Cut, kind: Kind) -> bytes:
    file = io.BytesIO()
    write_odm(file, cut, kind)
    return file.getvalue()


@dataclass
class Files:
    """One cut, written both ways."""

    world: World
    cut: Cut
    snapshot: bytes
    history: bytes

    @classmethod
    def of(cls, world: World) -> "Files":
        cut = present_cut("Synthetic cut")
        return cls(world, cut, odm(cut, "snapshot"), odm(cut, "transactional"))

    def roots(self) -> tuple[etree._Element, etree._Element]:
        return read(self.snapshot), read(self.history)
