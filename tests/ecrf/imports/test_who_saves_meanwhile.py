"""While a file is written for a patient, who saves there is told at once, and loses nothing; nobody else waits."""

import threading
import time
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.actor import acting
from ecrf.audit.turns import TURN, TurnTaken, take_turns, telling
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, ImportState
from ecrf.imports.plan import carrying_out
from ecrf.imports.work import giving_way, interrupted
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.record.test_concurrency import (  # noqa: F401  (fixtures)
    _django_db_helper,
    committed,
)
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds

pytestmark = pytest.mark.django_db


class Held:
    """Another thread stands in the middle of an import, or of a last dry run, until it is told to go on."""

    def __init__(self, monkeypatch, act) -> None:
        self.stands, self.may_go_on = threading.Event(), threading.Event()
        carry = carrying_out._carry

        def carried(*given, **more):
            carry(*given, **more)
            if threading.current_thread() is self.thread:
                self.stands.set()
                assert self.may_go_on.wait(20)

        def run() -> None:
            try:
                act()
            finally:
                connection.close()

        monkeypatch.setattr(carrying_out, "_carry", carried)
        self.thread = threading.Thread(target=run)

    def __enter__(self) -> "Held":
        self.thread.start()
        assert self.stands.wait(20)
        return self

    def __exit__(self, *_error: object) -> None:
        self.may_go_on.set()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def world(committed) -> SimpleNamespace:  # noqa: F811
    """A file that was looked at, and somebody else who is logged in."""
    by, other = committed.people
    content = f"patient,visit,pulse,weight_kg\n{committed.patient.number},W01,70,60\n"
    committed.batch = a_file(content, by, site=committed.site)
    assert kinds(committed.batch) == ["new"]
    committed.client = Client()
    committed.client.force_login(other)
    return committed


def save(world, value: str = "120"):
    number = world.patient.number
    return world.client.post(
        f"/patients/{number}/W01/vital-signs/1/systolic/", {"value": value}, headers={"HX-Request": "true"}
    )


def test_who_saves_while_a_file_is_imported_is_told_by_whom_at_once_and_saves_after_it(world, monkeypatch):
    by = world.people[0]
    with Held(monkeypatch, lambda: bring_it_in(world.batch, by)):
        answer = save(world)
        assert answer.status_code == 423
        assert answer["Content-Type"].startswith("text/plain")
        assert str(by) in answer.content.decode()
    assert Import.objects.get().state == ImportState.DONE
    assert save(world).status_code == 200
    row = CRFS["vital-signs"].model.objects.get()
    assert (row.pulse, row.systolic) == (70, 120)


def test_page_without_script_keeps_what_was_typed(world, monkeypatch):
    url = reverse("visit", args=[world.patient.number, "W01"])
    typed = {"action": "save", "vital-signs:1:systolic": "121", "vital-signs:1:diastolic": "81"}
    with Held(monkeypatch, lambda: bring_it_in(world.batch, world.people[0])):
        answer = world.client.post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 423
    assert str(world.people[0]) in page
    assert 'value="121"' in page
    assert 'value="81"' in page


def test_other_pages_answer_in_words(world, monkeypatch):
    with Held(monkeypatch, lambda: bring_it_in(world.batch, world.people[0])):
        answer = world.client.post(f"/patients/{world.patient.number}/W04/open/")
    assert answer.status_code == 423
    assert str(world.people[0]) in answer.content.decode()


def test_who_saves_for_a_patient_of_no_file_waits_for_nobody(world, monkeypatch):
    other = a_visit(a_patient(world.site, world.people[1]), "W01", world.people[1])
    with Held(monkeypatch, lambda: bring_it_in(world.batch, world.people[0])), telling():
        assert enter(other, "vital-signs", world.people[1], pulse="80").is_clean


def test_a_save_waits_for_a_colleagues_save_as_ever(committed):  # noqa: F811
    by, other = committed.people
    has_it, goes_on = threading.Event(), threading.Event()

    def saving() -> None:
        try:
            with acting(by.acting_at(committed.site, Right.ENTER), patient_id=committed.patient.pk):
                has_it.set()
                goes_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=saving)
    thread.start()
    assert has_it.wait(20)
    timer = threading.Timer(0.7, goes_on.set)
    timer.start()
    began = time.monotonic()
    with telling():
        assert enter(committed.visit, "vital-signs", other, pulse="80").is_clean
    assert time.monotonic() - began > 0.3
    thread.join(20)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_who_waits_for_a_colleague_is_told_when_a_file_comes_before(world, monkeypatch):
    """The import stood in the queue before."""
    monkeypatch.setattr("ecrf.audit.turns.LOOKS_EVERY", "100ms")
    by, other = world.people
    has_it, goes_on = threading.Event(), threading.Event()

    def saving() -> None:
        try:
            with acting(by.acting_at(world.site, Right.ENTER), patient_id=world.patient.pk):
                has_it.set()
                goes_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=saving)
    thread.start()
    assert has_it.wait(20)
    held = Held(monkeypatch, lambda: bring_it_in(world.batch, by))
    held.thread.start()
    timer = threading.Timer(1, goes_on.set)
    timer.start()
    try:
        told = told_within(20, lambda: enter(world.visit, "vital-signs", other, systolic="80"))
    finally:
        held.__exit__()
        thread.join(20)
    assert told


def told_within(tries: int, save_once) -> bool:
    """Whether somebody who saves again and again is told: the import may not have come to it at first."""
    with telling():
        for _ in range(tries):
            try:
                save_once()
            except TurnTaken:
                return True
            time.sleep(0.1)
    return False


def test_the_last_dry_run_tells_too(world, monkeypatch):
    monkeypatch.setattr(giving_way, "GIVES_WAY", 0)
    by = world.people[0]
    content = f"patient,visit,pulse\n{world.patient.number},W01,71\n"
    with Held(monkeypatch, lambda: a_file(content, by, site=world.site)):
        answer = save(world)
    assert answer.status_code == 423
    assert str(by) in answer.content.decode()


def test_a_small_file_that_meets_another_one_waits_for_the_worker(world, monkeypatch):
    by, other = world.people
    with Held(monkeypatch, lambda: bring_it_in(world.batch, by)), telling():
        content = f"patient,visit,systolic\n{world.patient.number},W01,120\n"
        second = a_file(content, other, site=world.site)
    assert (second.state, second.attempts) == (ImportState.WAITING, 0)
    assert interrupted.take_up_again() == 0  # it stands in the worker's queue already


def test_who_needs_the_turns_of_many_is_told_and_holds_none_of_them_meanwhile(world, monkeypatch):
    """Listings mark rows of many patients in one act: whoever saves for another of them waits for nobody."""
    number = a_patient(world.site, world.people[1]).pk
    ids = sorted([world.patient.pk, number])
    free = f"SELECT pg_try_advisory_xact_lock({TURN}, %s)"
    with (
        Held(monkeypatch, lambda: bring_it_in(world.batch, world.people[0])),
        telling(),
        transaction.atomic(),
    ):
        with pytest.raises(TurnTaken):
            take_turns(ids)
        elsewhere = connection.copy()
        try:
            with elsewhere.cursor() as cursor:
                cursor.execute(free, [number])
                assert cursor.fetchone() == (True,)
        finally:
            elsewhere.close()
    with telling(), transaction.atomic():
        take_turns(ids)
        elsewhere = connection.copy()
        try:
            with elsewhere.cursor() as cursor:
                for pk in ids:
                    cursor.execute(free, [pk])
                    assert cursor.fetchone() == (False,)
        finally:
            elsewhere.close()
