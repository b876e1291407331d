"""Row-level security: what the web role sees and writes follows from the secret of a session, and from nothing else."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from ecrf.access.login_log import LoginEvent, What
from ecrf.access.models import Membership, User
from ecrf.access.reach import ON_PATIENTS, reachable, site_ids
from ecrf.access.roles import AT_A_SITE, RIGHTS, Right, Role
from ecrf.account.models import SecretLink
from ecrf.account.session_store import row_key
from ecrf.anchors.runs import verify_if_due
from ecrf.audit.actor import SYSTEM, Actor, acting
from ecrf.audit.bound import person as bound
from ecrf.audit.bound.grants import READER, ROLES, SECRET, rights_of
from ecrf.audit.bound.policies import CONTENTS, SEEN, VIEWS, WRITTEN, shipped_policies, shipped_views
from ecrf.audit.functions import revoked
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.patient_rows import load_rows
from ecrf.casebook.transfer.models import Transfer
from ecrf.exports.models import Export, ExportState
from ecrf.forms.registry import CRFS
from ecrf.mail.scheduled import JOBS
from ecrf.mail.sending import send_due
from tests.as_web import as_role, role_of_pages
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site, make_user
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.postgres import address

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-008")]

REACHING = (*ON_PATIENTS, Right.EXPORT)
"""Who takes the data of all sites out reaches them too."""
FORM = "stub_trial_stubvitalsigns"


@pytest.fixture
def world(site, other_site, coordinator, outsider):
    """A patient with a visit and a form at each of two sites; {site's code: the patient}."""
    found = {}
    for where, by in ((site, coordinator), (other_site, outsider)):
        found[where.code] = a_patient(where, by)
        enter(a_visit(found[where.code], "W01", by), "vital-signs", by, pulse="70")
    return found


def secret_of(user: User) -> str:
    """Of a session that begins now, by the product's own way of logging in."""
    client = Client()
    client.force_login(user)
    tell("")
    return str(client.session.session_key)


def tell(secret: str) -> None:
    rows("SELECT set_config('ecrf.session', %s, false)", secret)


def rows(statement: str, *values: object) -> list[tuple]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def web(secret: str = "") -> Iterator[None]:
    """The web role, which was shown this secret."""
    with as_role():
        tell(secret)
        yield
        tell("")


def counts() -> dict[str, int]:
    tables = ("casebook_patient", "casebook_visit", "casebook_entry", FORM)
    found = {table: rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}
    return found | {"trail": rows("SELECT count(*) FROM audit_auditevent WHERE chain <> 0")[0][0]}


def refused(statement: str, words: str, actor: Actor = SYSTEM) -> None:
    with pytest.raises(DatabaseError, match=words):
        write_as(actor, statement)


def write_as(actor: Actor, statement: str) -> None:
    """What an injected statement can do: it may say whatever it likes of who writes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('ecrf.actor_id', %s, true), set_config('ecrf.actor', %s, true),"
            " set_config('ecrf.role', %s, true), set_config('ecrf.site', %s, true),"
            " set_config('ecrf.source', 'site', true)",
            [actor.id, actor.name, actor.role, actor.site],
        )
        cursor.execute(statement)


def himself(user: User, site) -> Actor:
    return Actor(str(user.pk), user.username, user.current_memberships[0].role, site.code)


# --- what is seen ---------------------------------------------------------------------------------------------


def test_without_a_secret_the_web_role_sees_no_patient(world):
    with web():
        assert set(counts().values()) == {0}


@pytest.mark.requirement("R-071")
def test_with_a_secret_it_sees_the_persons_site_alone(world, coordinator):
    secret = secret_of(coordinator)
    with web(secret):
        seen = counts()
        assert set(Patient.objects.values_list("pk", flat=True)) == {world["01"].pk}
        assert not Entry.objects.filter(patient=world["02"]).exists()
    assert seen.pop("trail") > 0
    assert set(seen.values()) == {1}


@pytest.mark.requirement("R-071")
def test_what_policies_ask_shows_no_more_than_they_do(world, coordinator, monitor):
    """Views with their owner's rights: whoever asks them directly learns of his own sites' rows, and of no others."""
    views = {"reached_patient": "casebook_patient", "reached_entry": "casebook_entry"}
    with web():
        assert [view for view in shipped_views() if rows(f"SELECT id FROM {view}")] == []
    for person in (coordinator, monitor):
        with web(secret_of(person)):
            for view, table in views.items():
                assert set(rows(f"SELECT id FROM {view}")) == set(rows(f"SELECT id FROM {table}")) != set()
            assert rows("SELECT number FROM reached_patient") == [(world["01"].number,)]
            assert rows("SELECT access_handed_over()") == [([],)]


@pytest.mark.requirement("R-071")
def test_function_that_reads_a_patient_gives_no_more_than_the_policies(
    world, coordinator, outsider, data_manager
):
    """It works with its owner's rights: what it gives is what the tables themselves would show."""
    given = {}
    for person in (None, coordinator, outsider, data_manager):
        with web(secret_of(person) if person else ""):
            for code, patient in world.items():
                found = {row.entry_id for kind in load_rows(patient, CRFS).values() for row in kind}
                assert found == set(Entry.objects.filter(patient=patient).values_list("pk", flat=True))
                given[person and person.username, code] = bool(found)
    assert {who for who, found in given.items() if found} == {
        (coordinator.username, "01"),
        (outsider.username, "02"),
        (data_manager.username, "01"),
        (data_manager.username, "02"),
    }


def test_patient_who_went_to_another_site_is_read_there_alone(
    world, coordinator, investigator, outsider, data_manager
):
    patient = world["01"]
    hand_over(patient, world["02"].site, data_manager)
    for person, is_his in ((coordinator, False), (outsider, True)):
        with web(secret_of(person)):
            assert any(load_rows(patient, CRFS).values()) == is_his


def test_condition_of_the_readers_is_not_tried_on_what_a_view_hides(world, coordinator):
    hidden = world["02"].number
    with web(secret_of(coordinator)):
        tried = (
            "SELECT count(*) FROM reached_patient WHERE CASE number WHEN %s THEN 1 / (id - id) ELSE 1 END = 1"
        )
        assert rows(tried, hidden) == [(1,)]


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_nothing_is_written_through_what_policies_ask(view, world, coordinator):
    for statement in (
        f"DELETE FROM {view}",
        f"UPDATE {view} SET id = id",
        f"INSERT INTO {view} DEFAULT VALUES",
    ):
        with web(secret_of(coordinator)), pytest.raises(DatabaseError, match=r"permission denied|cannot"):
            rows(statement)


def test_no_policy_asks_a_table_that_has_one():
    """It would ask that one's policy as well, whose planning is what a page then waits for."""
    with_policy = {table for table, _name in shipped_policies()}
    for policy in shipped_policies().values():
        asked = set(re.findall(r"(?:FROM|JOIN) \(?(\w+)", policy.using + policy.check))
        assert not asked & with_policy, f"{policy.name} of {policy.table}"


@pytest.mark.parametrize(
    "said",
    ["{pk}", "vouched:{pk}:", "vouched:{pk}:0", "vouched:0:", "vouched:0:0", "{row}", "{pk}:{row}", "x" * 40],
)
def test_what_anybody_could_say_is_believed_of_nobody(said, world, data_manager):
    secret = secret_of(data_manager)
    with web(said.format(pk=data_manager.pk, row=row_key(secret))):
        assert set(counts().values()) == {0}


def test_programs_word_of_another_connection_is_none_here(world, data_manager):
    with bound.reach_of(data_manager.pk):
        (said,) = rows("SELECT current_setting('ecrf.session')")[0]
    with connection.copy().cursor() as other:
        other.execute("SELECT set_config('ecrf.session', %s, false), access_person()", [said])
        other.execute("SELECT access_person()")
        assert other.fetchone() == (None,)
        other.connection.close()


@pytest.mark.parametrize("over", ["session", "expired", "closed"])
def test_secret_opens_nothing_once_session_or_account_is_over(over, world, coordinator):
    secret = secret_of(coordinator)
    if over == "session":
        rows("DELETE FROM account_usersession WHERE session_key = %s", row_key(secret))
        assert rows("SELECT * FROM access_sessionperson") == []
    elif over == "expired":
        rows("UPDATE account_usersession SET expire_date = now() - interval '1 second'")
    else:
        with acting(SYSTEM):
            User.objects.filter(pk=coordinator.pk).update(is_active=False)
    with web(secret):
        assert set(counts().values()) == {0}


@pytest.mark.parametrize("table", sorted(SECRET))
def test_web_role_reads_neither_whose_sessions_are_nor_the_programs_key(table, world):
    for statement in (
        f"SELECT * FROM {table}",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} DEFAULT VALUES",
    ):
        with web(), pytest.raises(DatabaseError, match="permission denied"):
            rows(statement)


@pytest.mark.parametrize("call", ["access_proof('reach|0')", "access_reads_all()"])
def test_web_role_cannot_call_what_makes_proofs_or_reads_all(call):
    with web(), pytest.raises(DatabaseError, match="permission denied"):
        rows(f"SELECT {call}")


def test_web_role_begins_no_session_of_its_own(world, data_manager):
    key = row_key("mine")
    with web(), pytest.raises(DatabaseError, match="begun by a login only"):
        rows("SELECT access_begin_session(%s, %s, %s)", key, data_manager.pk, "0" * 64)
    with web():  # of nobody, a session goes on for nobody
        rows("SELECT access_session_goes_on(%s)", key)
    assert rows("SELECT * FROM access_sessionperson") == []


@pytest.mark.requirement("R-055")
def test_session_whose_content_was_copied_from_another_persons_opens_no_page(
    world, coordinator, data_manager
):
    secret_of(data_manager)
    client = Client()
    client.force_login(coordinator)
    assert client.get("/").status_code == 200
    copied = (
        "UPDATE account_usersession mine SET session_data = other.session_data FROM account_usersession other"
    )
    with web():
        rows(f"{copied} WHERE mine.user_id = %s AND other.user_id = %s", coordinator.pk, data_manager.pk)
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/")


# --- what is written ------------------------------------------------------------------------------------------


@pytest.mark.requirement("R-071")
def test_another_sites_rows_are_neither_changed_nor_added(world, coordinator, site):
    secret, other = secret_of(coordinator), world["02"]
    me = himself(coordinator, site)
    with web(secret):
        write_as(me, f"UPDATE {FORM} SET pulse = 71")
        refused(
            "INSERT INTO casebook_visit (patient_id, code, opened_at, opened_by_id)"
            f" VALUES ({other.pk}, 'W04', now(), {coordinator.pk})",
            "row-level security",
            me,
        )
    assert sorted(rows(f"SELECT pulse FROM {FORM}")) == [(70,), (71,)]
    assert not Visit.objects.filter(code="W04").exists()


@pytest.mark.requirement("R-038")
@pytest.mark.requirement("R-009")
def test_nobody_writes_as_another_person_or_as_the_system(world, coordinator, investigator, site):
    secret, change = secret_of(coordinator), f"UPDATE {FORM} SET pulse = 72"
    with web(secret):
        for other in (
            himself(investigator, site),
            Actor(str(investigator.pk), coordinator.username, "coordinator", "01"),
            Actor(str(coordinator.pk), investigator.username, "coordinator", "01"),
            Actor("999999", "invented", "coordinator", "01"),
            SYSTEM,
        ):
            refused(change, "Nobody else writes in the name of", other)
        for role, where in (("investigator", "01"), ("coordinator", "02"), ("data-manager", "")):
            refused(change, "does not work as", Actor(str(coordinator.pk), coordinator.username, role, where))
        write_as(himself(coordinator, site), change)
    with web():
        refused(
            "UPDATE access_site SET name = 'x'",
            "row-level security|Nobody else writes",
            himself(coordinator, site),
        )


def test_program_writes_as_the_system_within_a_request_and_as_no_other_person(
    world, coordinator, investigator
):
    """As `acting` does it: its word is the program's, made of what no statement reads."""
    secret = secret_of(coordinator)
    with web(secret):
        bound.note_said(secret, coordinator.pk)
        with acting(SYSTEM, source="system"):
            rows(f"UPDATE {FORM} SET pulse = 73")
        other = Actor(str(investigator.pk), investigator.username)
        with pytest.raises(DatabaseError, match="Nobody else writes"), acting(other):
            rows(f"UPDATE {FORM} SET pulse = 74")
        bound.note_said("", None)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_membership (user_id, role, is_current) VALUES ({me}, 'data-manager', true)",
        "UPDATE access_membership SET role = 'investigator' WHERE user_id = {me}",
        "UPDATE access_user SET password = 'x' WHERE id = {other}",
        "UPDATE access_user SET email = 'x@example.org' WHERE id = {other}",
        "UPDATE access_site SET time_zone = 'UTC' WHERE code = '02'",
        "INSERT INTO account_secretlink (kind, user_id, nonce, made_at, valid_until)"
        " VALUES ('reset', {other}, 'x', now(), now())",
        "INSERT INTO account_authenticator (user_id, secret, last_step, added_at) VALUES ({other}, 'x', 0, now())",
    ],
)
def test_nobody_gives_himself_a_role_or_another_persons_account(
    statement, world, coordinator, data_manager, site
):
    with web(secret_of(coordinator)):
        refused(
            statement.format(me=coordinator.pk, other=data_manager.pk),
            "row-level security",
            himself(coordinator, site),
        )


# --- after a request ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/patients/none/", "/login/"])
def test_nothing_of_a_request_is_left_on_its_connection(path, world, coordinator, client):
    client.force_login(coordinator)
    client.get(path)
    assert rows("SELECT coalesce(current_setting('ecrf.session', true), '')") == [("",)]
    assert bound.person_now() is None
    assert Client().get("/").status_code == 302


def test_nothing_is_left_after_a_page_that_failed(world, coordinator, client, monkeypatch):
    client.force_login(coordinator)
    client.raise_request_exception = False
    monkeypatch.setattr("ecrf.entry.today.views.render", lambda *_: 1 / 0)
    assert client.get("/").status_code == 500
    assert rows("SELECT coalesce(current_setting('ecrf.session', true), '')") == [("",)]


# --- the same reach in both languages -------------------------------------------------------------------------

DAYS = {"before": (-9, -1), "today": (0, 0), "later": (1, 9), "open": (None, None), "since": (-9, None)}


def test_roles_on_patients_are_those_of_the_table_of_rights():
    on_patients = sorted(role for role, rights in RIGHTS.items() if rights & set(REACHING))
    assert rows("SELECT access_roles_on_patients()") == [(on_patients,)]


@pytest.mark.requirement("R-071")
@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("role", Role.values)
def test_database_reaches_what_the_program_reaches(role, days, world, site, data_manager):
    practice = make_site("P1", is_practice=True, time_zone="Pacific/Kiritimati")
    a_patient(practice, make_user("trainer", Role.COORDINATOR, practice))
    person = make_user("person", Role.COORDINATOR)
    first, last = (None if day is None else timezone.now().date() + timedelta(days=day) for day in DAYS[days])
    if role == Role.INSPECTOR:
        last = last or date(2099, 12, 31)
    with acting(SYSTEM):
        for where in (site, practice) if role in AT_A_SITE else (None,):
            Membership.objects.create(user=person, role=role, site=where, starts_on=first, ends_on=last)
    agrees_with_python(person)


@pytest.mark.requirement("R-057")
def test_ended_role_reaches_nothing_in_either(world, coordinator):
    with acting(SYSTEM):
        Membership.objects.filter(user=coordinator).update(is_current=False)
    agrees_with_python(User.objects.get(pk=coordinator.pk))


def test_patient_who_moved_is_the_new_sites_and_the_site_before_keeps_the_number(
    world, site, other_site, coordinator, investigator, outsider, data_manager
):
    moved = hand_over(world["01"], other_site, data_manager)
    assert isinstance(moved, Transfer)
    for person in (coordinator, outsider, data_manager):
        agrees_with_python(User.objects.get(pk=person.pk))
    with web(secret_of(coordinator)):
        assert [patient.number for patient in Patient.objects.all()] == [world["01"].number]
        assert [row.patient_id for row in Transfer.objects.all()] == [world["01"].pk]
        assert not Entry.objects.exists()
        assert not Visit.objects.exists()


def agrees_with_python(person: User) -> None:
    """Sites, patients and entries, whatever the statement asks for."""
    ids = site_ids(person, *REACHING)
    handed_over = Q(pk__in=Transfer.objects.filter(from_site__in=ids or []).values("patient"))
    patients = set(reachable(person, Patient.objects.all(), *REACHING).values_list("pk", flat=True))
    numbers = patients | set(Patient.objects.filter(handed_over).values_list("pk", flat=True))
    entries = set(reachable(person, Entry.objects.all(), *REACHING).values_list("pk", flat=True))
    with web(secret_of(person)):
        assert rows("SELECT access_everywhere(), access_reach()") == [(ids is None, sorted(ids or []))]
        assert set(Patient.objects.values_list("pk", flat=True)) == numbers
        assert set(Entry.objects.values_list("pk", flat=True)) == entries


# --- the policies themselves ----------------------------------------------------------------------------------

NO_POLICY = {
    "access_delegation": "which task somebody has at a site: no patient's data, and asked at the login",
    "access_sessionperson": "of the owner alone",
    "audit_auditchain": "lengths and hashes of the chains; their heads are compared for the whole study",
    "audit_redaction": "that a text was taken out of an event, never the text",
    "exports_export": "that a file was asked for; the file lies in a folder, and the page asks who may have it",
    "people_accesslistexport": "that a list of accounts was taken out",
    "trail_trailexport": "that a trail was taken out, and of what",
}
"""Tables that name a patient or site, and are seen by everybody who has logged in; each with its reason."""


def test_every_table_that_names_a_patient_or_a_site_has_a_policy_or_a_reason():
    bound_tables = {table for table, _name in shipped_policies()}
    for model in apps.get_models():
        columns = {field.column for field in model._meta.local_concrete_fields}
        if columns & {"patient_id", "site_id", "entry_id", "visit_id"}:
            table = model._meta.db_table
            assert table in bound_tables or table in NO_POLICY, table
    assert not (SEEN.keys() | WRITTEN.keys() | CONTENTS.keys()) & NO_POLICY.keys()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_given_what_nobody_keeps(role):
    kept_by_nobody = {table: set(rights.split(", ")) for table, rights in revoked().items()}
    given = {table: rights & kept_by_nobody.get(table, set()) for table, rights in rights_of(role).items()}
    assert not {table: rights for table, rights in given.items() if rights}


# --- who makes files -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(django_db_setup) -> Iterator[str]:
    name = connection.settings_dict["NAME"]
    with role_of_pages(address(name), f"ecrf_reader_of_test_{os.getpid()}", READER) as role:
        yield role


def test_reader_reads_the_whole_study_and_writes_no_value(world, coordinator, site, reader):
    with as_role(reader):
        assert counts()["casebook_patient"] == 2
        refused(f"UPDATE {FORM} SET pulse = 75", "permission denied", himself(coordinator, site))


def test_worker_makes_files_and_runs_every_job_as_the_reader(
    world, other_site, data_manager, investigator, safety, reader, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    settings.EXPORTS_FOLDER = tmp_path
    hand_over(world["01"], other_site, data_manager)
    reset = {"what": What.RESET_ASKED, "username": investigator.username}
    with acting(SYSTEM, source="login"):
        User.objects.filter(pk=investigator.pk).update(email="investigator@example.org")
        LoginEvent.objects.create(**reset)
    with as_role(reader):
        call_command("work", once=True)
        for job in JOBS.values():
            job.run()
        assert verify_if_due()
        send_due()
    assert Export.objects.get().state == ExportState.DONE
    assert SecretLink.objects.filter(user=investigator).exists()
