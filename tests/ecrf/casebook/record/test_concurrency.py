"""Several people at once, on several connections, with data that is really committed."""

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client

from ecrf.access.models import Membership, Site
from ecrf.access.roles import Right, Role
from ecrf.appointments.models import Appointment
from ecrf.appointments.services import Wanted, make_appointment
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditChain, AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.calendar.services import LIVING_AT_MOST, living_feeds, make_feed
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.models import Entry, Patient, PatientStatus, Visit
from ecrf.casebook.services import add_entry, add_patient, complete_entries, open_visit
from ecrf.casebook.striking import strike_out
from ecrf.casebook.transfer.models import Transfer
from ecrf.casebook.transfer.services import TransferRefused
from ecrf.checks.models import Discrepancy
from ecrf.exports.models import Export, ExportKind
from ecrf.exports.services import Refused
from ecrf.exports.services import ask as ask_for_file
from ecrf.files.models import FileVersion, StoredFile
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import
from ecrf.listings.models import SavedListing
from ecrf.locks.services import LockRefused, put
from ecrf.monitoring.models import MonitoringVisit
from ecrf.monitoring.visits.services import VisitRefused, plan_visit
from ecrf.queries.models import Message, Query
from ecrf.queries.services import QueryRefused, answer, close, open_query
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.transfer.builders import hand_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def _django_db_helper(django_db_setup, django_db_blocker) -> Iterator[None]:
    """In place of pytest-django's: no transaction around the test, and our own way to empty the tables."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            _empty_every_table()
            connection.close()


@pytest.fixture
def committed(_django_db_helper) -> SimpleNamespace:
    """A site, two people and a patient with an opened visit that every connection sees; gone afterwards."""
    site = make_site("01")
    people = [make_user(name, Role.COORDINATOR, site) for name in ("first", "second")]
    patient = a_patient(site, people[0])
    return SimpleNamespace(
        site=site, people=people, patient=patient, visit=a_visit(patient, "W01", people[0])
    )


def _empty_every_table() -> None:
    """Past the triggers that forbid it. What tells this database from others is the migration's."""
    assert connection.settings_dict["NAME"].startswith("test_"), "only ever in a test database"
    names = ("tests.stub_trial", "django_tasks_db", "ecrf.")
    ours = [app for app in apps.get_app_configs() if app.name.startswith(names)]
    models = (model for app in ours for model in app.get_models())
    tables = [model._meta.db_table for model in models if model._meta.label != "anchors.Installation"]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        cursor.execute("SET session_replication_role = origin")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in as many threads, each with a connection of its own, begun together; give what each returned."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(10)
            results[number] = acts[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    failed = [result for result in results if isinstance(result, Exception)]
    assert not failed, failed
    return results


def saving(data: SimpleNamespace, who: int, crf: str = "reading", **values) -> Callable[[], Any]:
    return lambda: enter(data.visit, crf, data.people[who], **values)


def test_two_people_begin_one_form_with_different_items(committed):
    for number, (one, two) in enumerate(
        [("value_1", "value_4"), ("value_2", "value_5"), ("value_3", "value_6")], 1
    ):
        if number > 1:
            committed.visit = open_visit(
                patient=committed.patient, code=f"W{1 + 3 * (number - 1):02}", by=committed.people[0]
            )
        at_once(
            saving(committed, 0, seen={one: ""}, **{one: "31.5"}),
            saving(committed, 1, seen={two: ""}, **{two: "30"}),
        )
        row = CRFS["reading"].model.objects.get(entry__visit=committed.visit)
        assert (getattr(row, one), getattr(row, two)) == (Decimal("31.5"), Decimal("30"))
    assert verify().faults == []


@pytest.mark.requirement("R-099")
def test_two_people_begin_one_form_with_the_same_item(committed):
    results = at_once(
        saving(committed, 0, seen={"value_1": ""}, value_1="31.5"),
        saving(committed, 1, seen={"value_1": ""}, value_1="30"),
    )
    assert sorted(bool(r.conflicts) for r in results) == [False, True]
    winner = next(r for r in results if not r.conflicts)
    loser = next(r for r in results if r.conflicts)
    stored = CRFS["reading"].model.objects.get().value_1
    assert stored == winner.row.value_1
    assert Decimal(loser.conflicts["value_1"].stored) == stored
    assert AuditEvent.objects.filter(table="stub_trial_stubreading").count() == 1


def test_first_row_of_two_kinds_makes_one_form_for_both(committed):
    by = committed.people
    at_once(
        lambda: enter(committed.visit, "dose-lot", by[0], parent=1, lot_number="A"),
        lambda: enter(committed.visit, "dose-signs", by[1], parent=1, pulse="70"),
    )
    assert Entry.objects.filter(crf="dose").count() == 1
    assert Entry.objects.filter(parent__crf="dose").count() == 2


@pytest.mark.requirement("R-009")
def test_many_parallel_saves_on_one_patient_leave_the_chain_whole(committed):
    forms = [
        ("reading", "value_1", "{}.5"),
        ("vital-signs", "pulse", "6{}"),
        ("scale", "assessor", "A{}"),
        ("visit", "missed_reason", "{}"),
        ("dose", "given_ml", "{}"),
        ("reading", "value_4", "{}.5"),
    ]

    def many(who: int, crf: str, item: str, text: str) -> Callable[[], None]:
        def act() -> None:
            for n in range(1, 7):
                enter(committed.visit, crf, committed.people[who], **{item: text.format(n)})

        return act

    at_once(*(many(n % 2, *form) for n, form in enumerate(forms)))
    assert verify().faults == []
    head = AuditChain.objects.get(chain=committed.patient.pk)
    assert head.length == AuditEvent.objects.filter(chain=committed.patient.pk).count()
    writes = AuditEvent.objects.filter(chain=committed.patient.pk, table__startswith="stub_trial_")
    assert writes.count() == 6 * 6


def test_parallel_saves_that_set_off_checks_across_forms_do_not_wait_in_a_circle(committed):
    w04 = open_visit(patient=committed.patient, code="W04", by=committed.people[0])

    def many(visit: Visit, who: int) -> Callable[[], None]:
        def act() -> None:
            for kg in ("60", "80", "60", "80"):
                enter(visit, "vital-signs", committed.people[who], weight_kg=kg)
                enter(visit, "visit", committed.people[who], visited_on=f"2026-01-{kg[0]}")

        return act

    at_once(many(committed.visit, 0), many(w04, 1), many(committed.visit, 1))
    assert verify().faults == []
    keys = list(Discrepancy.objects.values_list("entry", "check_id", "item"))
    assert len(keys) == len(set(keys))


def test_patients_of_one_site_get_numbers_without_a_gap_or_a_double(committed):
    at_once(*[lambda: add_patient(site=committed.site, by=committed.people[0], request_key=uuid.uuid4())] * 6)
    numbers = sorted(Patient.objects.values_list("number", flat=True))
    assert numbers == [f"01-{n:03}" for n in range(1, 8)]


def test_double_click_on_add_patient_adds_one(committed):
    data = {"site": "01", "key": str(uuid.uuid4())}

    def click() -> str:
        browser = Client()
        browser.force_login(committed.people[0])
        return browser.post("/patients/add/", data).headers["Location"]

    assert set(at_once(click, click, click)) == {"/patients/01-002/"}
    assert Patient.objects.count() == PatientStatus.objects.count() == 2


def test_click_that_arrives_at_two_sites_at_once_adds_at_one_and_is_refused_at_the_other(committed):
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=committed.people[0], role=Role.COORDINATOR, site=make_site("02"))
    for _ in range(4):
        key = str(uuid.uuid4())

        def click(code: str, key: str = key) -> int:
            browser = Client()
            browser.force_login(committed.people[0])
            return browser.post("/patients/add/", {"site": code, "key": key}).status_code

        assert sorted(at_once(lambda: click("01"), lambda: click("02"))) == [302, 400]


def add_of_each_kind(committed) -> dict[type[Model], tuple[type[Exception], Callable[[Any, uuid.UUID], Any]]]:
    """{what carries the key of a click: how its second place is refused, and how it is added at one of two places}."""
    site, other = committed.site, make_site("02")
    monitor = make_user("asking", Role.MONITOR, site, other)
    coordinator = make_user("both", Role.COORDINATOR, site, other)
    places = {site: committed.patient, other: a_patient(other, coordinator)}
    for patient in places.values():
        enter(a_visit(patient, "W01", coordinator), "vital-signs", coordinator, pulse="70")
    headache = {"definition": CRFS["adverse-event"], "visit": None, "parent": None}

    def ask(at, key):
        entry, by = (
            Entry.objects.get(patient=places[at], crf="vital-signs"),
            monitor.acting_at(at, Right.QUERY),
        )
        return open_query(entry=entry, item="pulse", text=str(key), by=monitor, actor=by, request_key=key)

    def plan(at, key):
        day = date(2026, 12, 1)
        return plan_visit(site=at, planned_on=day, how="on-site", purpose="x", by=monitor, request_key=key)

    def copy(at, key):
        return ask_for_file(
            kind=ExportKind.SITE_COPY,
            title="Copy",
            by=coordinator,
            right=Right.ENTER,
            request_key=key,
            site=at,
        )

    def book(at, key):
        wanted = Wanted(at.today() + timedelta(days=40), reason="A test")
        one = a_patient(at, coordinator)
        return make_appointment(patient=one, code="W04", wanted=wanted, by=coordinator, request_key=key)

    return {
        Patient: (LookupError, lambda at, key: add_patient(site=at, by=coordinator, request_key=key)),
        Entry: (
            LookupError,
            lambda at, key: add_entry(
                patient=places[at], by=coordinator.acting_at(at, Right.ENTER), request_key=key, **headache
            ),
        ),
        Query: (QueryRefused, ask),
        MonitoringVisit: (VisitRefused, plan),
        Export: (Refused, copy),
        Appointment: (ValidationError, book),
    }


# A patient moves once (test_transfer.py); the others have their key's test where their pages are tested.
TRIED_ELSEWHERE = {Transfer, StoredFile, FileVersion, Import, SavedListing}


def test_key_of_one_click_is_used_once_wherever_it_arrives(committed):
    kinds = add_of_each_kind(committed)
    keyed = {model for model in apps.get_models() if any(f.name == "request_key" for f in model._meta.fields)}
    assert keyed == {*kinds, *TRIED_ELSEWHERE}
    sites = list(Site.objects.all())
    for model, (refused, add) in kinds.items():
        for _ in range(3):
            key = uuid.uuid4()

            def outcome(at: Site, add=add, key=key, refused=refused) -> bool:
                try:
                    return bool(add(at, key))
                except refused:
                    return False

            assert sorted(at_once(*[lambda at=at: outcome(at) for at in sites])) == [False, True], model


def test_visit_opened_by_two_people_at_once_is_one(committed):
    by = committed.people
    opened = at_once(
        *(lambda who=who: open_visit(patient=committed.patient, code="W04", by=who) for who in by)
    )
    assert opened[0].pk == opened[1].pk


def test_double_click_on_add_in_a_log_adds_one(committed):
    key, actor = uuid.uuid4(), committed.people[0].acting_at(committed.site, Right.ENTER)
    definition = CRFS["adverse-event"]
    more = {"definition": definition, "visit": None, "parent": None, "by": actor, "request_key": key}
    added = at_once(*[lambda: add_entry(patient=committed.patient, **more)] * 3)
    assert {place.number for place in added} == {1}
    assert Entry.objects.filter(crf="adverse-event").count() == 1


def test_two_people_adding_to_a_log_at_once_add_two(committed):
    actor = committed.people[0].acting_at(committed.site, Right.ENTER)
    more = {"definition": CRFS["adverse-event"], "visit": None, "parent": None, "by": actor}
    added = at_once(*[lambda: add_entry(patient=committed.patient, request_key=uuid.uuid4(), **more)] * 3)
    assert sorted(place.number for place in added) == [1, 2, 3]


def test_form_completed_while_somebody_changes_it_is_never_changed_without_a_reason(committed):
    enter(
        committed.visit,
        "visit",
        committed.people[0],
        occurrence="done",
        visited_on="2026-01-05",
        contact="on-site",
    )
    actor = committed.people[0].acting_at(committed.site, Right.ENTER)
    place = a_place(committed.visit, "visit")
    _, saved = at_once(
        lambda: complete_entries(patient=committed.patient, places=[place], by=actor),
        saving(committed, 1, crf="visit", contact="home"),
    )
    events = list(AuditEvent.objects.filter(chain=committed.patient.pk).order_by("position"))
    completed = next(e.position for e in events if "status" in e.changes and e.changes["status"][0])
    changed = [e.position for e in events if e.table == "stub_trial_stubvisit" and "contact" in e.changes][1:]
    assert bool(saved.wants_reason) == (not changed)
    assert all(position < completed for position in changed)


@pytest.mark.requirement("R-022")
def test_items_of_one_save_share_a_transaction_and_those_of_two_do_not(committed):
    enter(committed.visit, "reading", committed.people[0], value_1="31.5", value_4="30")
    enter(committed.visit, "reading", committed.people[0], value_2="31.0", value_5="29")
    events = AuditEvent.objects.filter(chain=committed.patient.pk).order_by("position")
    entry, first, second = [e for e in events if e.table in ("casebook_entry", "stub_trial_stubreading")][:3]
    assert set(first.changes) >= {"value_1", "value_4"}
    assert entry.transaction == first.transaction
    assert second.transaction != first.transaction


def test_other_people_may_write_while_the_trail_is_verified(committed):
    def write() -> None:
        for n in range(20):
            enter(committed.visit, "reading", committed.people[0], value_1=str(n + 1))

    results = at_once(write, *[lambda: [verify().faults for _ in range(5)]] * 2)
    assert results[1:] == [[[]] * 5] * 2


def test_writers_of_two_patients_do_not_wait_for_each_other(committed):
    """One of them holds its patient's lock; the other one saves meanwhile."""
    from ecrf.audit.actor import acting

    other = a_visit(a_patient(committed.site, committed.people[1]), "W01", committed.people[1])
    actor = committed.people[0].acting_at(committed.site, Right.ENTER)
    held, done = threading.Event(), threading.Event()

    def hold() -> bool:
        with acting(actor, patient_id=committed.patient.pk):
            held.set()
            return done.wait(10)

    def save() -> None:
        held.wait(10)
        enter(other, "reading", committed.people[1], value_1="31.5")
        done.set()

    assert at_once(hold, save)[0] is True


# --- addresses of calendars -----------------------------------------------------------------------


def test_double_click_in_the_same_moment_makes_one_calendar_address(committed):
    person, key = committed.people[0], uuid.uuid4()
    made = at_once(*[lambda: make_feed(by=person, label="", request_key=key)] * 2)
    assert made[0] == made[1]
    assert living_feeds(person).count() == 1


def test_addresses_made_in_the_same_moment_do_not_pass_the_limit(committed):
    person = committed.people[0]

    def make() -> bool:
        try:
            return bool(make_feed(by=person, label="", request_key=uuid.uuid4()))
        except ValidationError:
            return False

    made = at_once(*[make] * (LIVING_AT_MOST + 2))
    assert made.count(True) == living_feeds(person).count() == LIVING_AT_MOST


# --- the site's ranges ----------------------------------------------------------------------------


def test_first_result_saved_while_a_range_is_added_is_flagged_by_it(committed, monkeypatch):
    """The result is not stored yet when the range's patients are looked for, and the range is not when it is read."""
    enter(committed.visit, "laboratory", committed.people[0], collected_on="2026-01-12")
    calculated, added = threading.Event(), threading.Event()
    model = CRFS["lab-result"].model
    usual = model.save

    def slow(row, **options):
        calculated.set()
        added.wait(2)
        usual(row, **options)

    def add():
        calculated.wait(10)
        hgb = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 1))
        add_ranges(site=committed.site, given=[hgb], by=committed.people[1])
        added.set()

    monkeypatch.setattr(model, "save", slow)
    number = CRFS["lab-result"].row_names.index("Haemoglobin") + 1
    at_once(saving(committed, 0, crf="lab-result", number=number, parent=1, value="10"), add)
    assert model.objects.get().flag == "LOW"


def test_row_struck_out_while_somebody_changes_it_keeps_what_was_there_or_takes_the_change(committed):
    enter(committed.patient, "adverse-event", committed.people[0], term="Headache")
    entry, actor = (
        Entry.objects.get(crf="adverse-event"),
        committed.people[0].acting_at(committed.site, Right.ENTER),
    )
    _, saved = at_once(
        lambda: strike_out(entry=entry, by=committed.people[0], actor=actor, reason="Twice"),
        lambda: enter(committed.patient, "adverse-event", committed.people[1], term="Migraine"),
    )
    stored = CRFS["adverse-event"].model.objects.get().term
    assert stored == ("Headache" if saved.refused else "Migraine")


@pytest.mark.requirement("R-112")
def test_lock_waits_for_who_is_saving_and_tells_so_if_it_takes_long(committed, monkeypatch):
    monkeypatch.setattr("ecrf.locks.services.WAIT_AT_MOST", 0.3)
    written, done = threading.Event(), threading.Event()

    def save() -> None:
        try:
            with transaction.atomic():
                enter(committed.visit, "vital-signs", committed.people[0], pulse="70")
                written.set()
                done.wait(10)
        finally:
            connection.close()

    by = make_user("locker", Role.DATA_MANAGER)
    what = {"kind": "freeze", "scope": "site", "site": committed.site, "reason": "Settled", "by": by}
    what["actor"] = by.acting_at(committed.site, Right.LOCK)
    writer = threading.Thread(target=save)
    writer.start()
    assert written.wait(10)
    with pytest.raises(LockRefused, match="Somebody is saving"):
        put(**what)
    done.set()
    writer.join()
    put(**what)
    model = CRFS["vital-signs"].model
    assert model.objects.get().pulse == 70
    assert enter(committed.visit, "vital-signs", committed.people[0], pulse="71").refused


@pytest.mark.requirement("R-112")
@pytest.mark.parametrize("scope", ["site", "patient"])
def test_lock_and_a_save_that_holds_the_head_of_the_chain_do_not_wait_in_a_circle(
    committed, monkeypatch, scope
):
    """The trail's trigger takes the head first and then what writers share: here somebody stands in between."""
    held, tried, pauses = threading.Event(), threading.Event(), []
    monkeypatch.setattr(
        "ecrf.locks.services.time.sleep", lambda _: (pauses.append(1), tried.set(), held.wait(0.05))
    )
    by = make_user("locker", Role.DATA_MANAGER)
    on = {"patient": committed.patient} if scope == "patient" else {"site": committed.site}
    actor = by.acting_at(committed.site, Right.LOCK)

    def save() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM audit_auditchain WHERE chain = %s FOR UPDATE",
                [committed.patient.pk if scope == "patient" else 0],
            )
            held.set()
            tried.wait(2)
            enter(committed.visit, "vital-signs", committed.people[0], pulse="70")

    def lock() -> None:
        held.wait(10)
        put(kind="freeze", scope=scope, reason="Settled", by=by, actor=actor, **on)

    at_once(save, lock)
    assert pauses, "who locks met nobody"
    assert CRFS["vital-signs"].model.objects.get().pulse == 70
    assert enter(committed.visit, "vital-signs", committed.people[0], pulse="71").refused


def test_queries_opened_at_once_get_numbers_of_their_own(committed):
    monitor = make_user("monitor", Role.MONITOR, committed.site)
    enter(committed.visit, "vital-signs", committed.people[0], pulse="70")
    entry, actor, key = (
        Entry.objects.get(crf="vital-signs"),
        monitor.acting_at(committed.site, Right.QUERY),
        uuid.uuid4(),
    )

    def ask(text: str, request_key: uuid.UUID | None = None) -> Query:
        return open_query(
            entry=entry, item="pulse", text=text, by=monitor, actor=actor, request_key=request_key
        )

    at_once(*(lambda t=text: ask(t) for text in "ABC"), *(lambda: ask("D", key) for _ in range(3)))
    assert sorted(Query.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert verify().faults == []


def test_answer_and_closing_at_once_follow_each_other(committed):
    monitor = make_user("monitor", Role.MONITOR, committed.site)
    coordinator = committed.people[0]
    enter(committed.visit, "vital-signs", coordinator, pulse="70")
    asking, answering = (
        monitor.acting_at(committed.site, Right.QUERY),
        coordinator.acting_at(committed.site, Right.ENTER),
    )
    entry = Entry.objects.get(crf="vital-signs")
    query = open_query(entry=entry, item="pulse", text="?!", by=monitor, actor=asking)

    def told(act: Callable[..., Any], **given: Any) -> str:
        try:
            act(query=Query.objects.get(pk=query.pk), **given)
        except QueryRefused as refused:
            return str(refused)
        return "done"

    found = at_once(
        lambda: told(answer, text="Yes", by=coordinator, actor=answering),
        *(lambda: told(close, text="It is right", by=monitor, actor=asking) for _ in range(3)),
    )
    assert found[1:].count("done") == 1
    assert all("is closed by monitor" in words for words in found[1:] if words != "done")
    assert Message.objects.count() == 1 + found.count("done")
    assert verify().faults == []


# --- a patient who moves ----------------------------------------------------------------------------


def two_sites(committed) -> tuple[Site, Any]:
    """Another site with its investigator, and a data manager."""
    other = make_site("02")
    make_user("here", Role.INVESTIGATOR, committed.site)
    make_user("there", Role.INVESTIGATOR, other)
    return other, make_user("mover", Role.DATA_MANAGER)


def test_save_in_flight_while_the_patient_moves_is_whole_or_refused_in_words(committed):
    other, mover = two_sites(committed)
    for number in range(1, 5):
        patient = a_patient(committed.site, committed.people[0])
        visit = a_visit(patient, "W01", committed.people[0])
        moving = Patient.objects.select_related("site").get(pk=patient.pk)
        saved, _made = at_once(
            lambda visit=visit: enter(visit, "reading", committed.people[0], value_1="5"),
            lambda moving=moving: hand_over(moving, other, mover),
        )
        stored = Entry.objects.filter(patient=patient, crf="reading").exists()
        assert stored == saved.is_clean, number
        assert saved.is_clean or "handed over from site 01 to site 02" in saved.refused["value_1"]
    assert not verify().faults


def test_two_transfers_at_once_move_once(committed):
    other, mover = two_sites(committed)
    third = make_site("03")
    make_user("third", Role.INVESTIGATOR, third)

    seen = [Patient.objects.select_related("site").get(pk=committed.patient.pk) for _ in range(2)]
    results = at_once(
        *(lambda p=p, to=to: _moved(p, to, mover) for p, to in zip(seen, (other, third), strict=True))
    )
    assert sum(isinstance(one, Transfer) for one in results) == 1
    assert sum("handed over already" in one for one in results if isinstance(one, str)) == 1
    assert not verify().faults


def _moved(patient, to_site, by):
    try:
        return hand_over(patient, to_site, by)
    except TransferRefused as refusal:
        return str(refusal)


def test_transfer_and_a_range_of_the_new_site_at_once_leave_one_flag(committed):
    """Whichever comes first, the result of the new site's time is judged by its range."""
    other, mover = two_sites(committed)
    there = make_user("types", Role.COORDINATOR, other)
    enter(committed.visit, "laboratory", committed.people[0], collected_on="2026-03-02")
    number = CRFS["lab-result"].row_names.index("Haemoglobin") + 1
    enter(committed.visit, "lab-result", committed.people[0], number=number, parent=1, value="10")
    hgb = NewRange("HGB", "g/dL", Decimal("12"), Decimal("16"), "", date(2026, 1, 1))
    moving = Patient.objects.select_related("site").get(pk=committed.patient.pk)
    at_once(
        lambda: hand_over(moving, other, mover),
        lambda: add_ranges(site=other, given=[hgb], by=there),
    )
    assert CRFS["lab-result"].model.objects.get().flag == "LOW"
