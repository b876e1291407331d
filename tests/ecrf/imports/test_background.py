"""Large files: worked on by the worker, taken up again where it was killed, never half done."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.striking import StrikingConsent
from ecrf.forms.registry import CRFS
from ecrf.imports import services
from ecrf.imports.models import Import, ImportState
from ecrf.imports.work import bringing_in, giving_way, interrupted, looking, progress
from tests.as_web import as_role
from tests.builders import enter
from tests.conftest import make_user
from tests.ecrf.casebook.transfer.builders import hand_over
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds
from tests.ecrf.imports.test_pages import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_worker(settings, tmp_path, monkeypatch):
    settings.EXPORTS_FOLDER = tmp_path / "exports"
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    # On a connection of its own it would wait for this test's transaction.
    monkeypatch.setattr("ecrf.imports.work.progress.ImportProgress._write", lambda self: None)


@pytest.fixture
def large(monkeypatch):
    """Whatever is brought is large."""
    monkeypatch.setattr(services, "AT_ONCE_ROWS", 0)


def work(batch: Import) -> Import:
    """By the worker as the compose file has it: in the role of the pages, which sees nothing by itself."""
    with as_role():
        call_command("work", once=True, only="imports")
    batch.refresh_from_db()
    return batch


def set_back(batch: Import, **columns) -> None:
    with acting(SYSTEM, source="test"):
        Import.objects.filter(pk=batch.pk).update(**columns)
    batch.refresh_from_db()


def test_a_large_file_waits_for_the_worker_and_says_so(large, lines, site, visit, coordinator):
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    assert batch.state == ImportState.WAITING
    page = logged_in(coordinator).get(reverse("import", args=[batch.request_key])).content.decode()
    assert "It is the next." in page
    assert work(batch).state == ImportState.CHECKED
    bring_it_in(batch, coordinator)
    assert batch.state == ImportState.DUE
    assert not CRFS["vital-signs"].model.objects.exists()
    assert work(batch).state == ImportState.DONE
    assert CRFS["vital-signs"].model.objects.get().pulse == 70


def test_how_far_it_is_is_told_row_by_row_though_all_rows_are_one_patients(
    large, lines, site, visit, coordinator, monkeypatch
):
    """And once more from the beginning, where somebody was let go first and the rows are looked at anew."""
    told: list[int] = []
    monkeypatch.setattr(progress, "EVERY", 1)
    monkeypatch.setattr(progress.ImportProgress, "_write", lambda self: told.append(self.done))
    head, rows = "patient,number,term", (f"{number},Synthetic {number}" for number in (1, 2, 3))
    batch = a_file(lines(*rows, head=head), coordinator, form="adverse-event", site=site)

    def gives_way_once(self, *, only_links: bool) -> None:
        if told[-1] == 2 and told.count(2) == 1:
            self.gave_way = True
            raise giving_way.GaveWay

    monkeypatch.setattr(giving_way.GivingWay, "__call__", gives_way_once)
    work(batch)
    assert kinds(batch) == ["new", "new", "new"]
    assert [done for done, before in zip(told, [None, *told], strict=False) if done != before][-7:] == [
        *(0, 1, 2),
        *(0, 1, 2, 3),
    ]


def test_what_was_killed_is_taken_up_again_once_and_then_given_up(large, lines, site, visit, coordinator):
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    work(batch)
    bring_it_in(batch, coordinator)
    set_back(batch, state=ImportState.ACTING, attempts=1)
    assert work(batch).state == ImportState.DONE
    other = a_file(lines("W01,61,71"), coordinator, site=site)
    set_back(other, state=ImportState.CHECKING, attempts=2)
    work(other)
    assert other.state == ImportState.FAILED
    assert "twice" in other.outcome


def test_who_still_works_on_it_is_left_alone(large, lines, site, visit, coordinator):
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    set_back(batch, state=ImportState.CHECKING)
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('ecrf.import'), %s)", [batch.pk])
            interrupted.take_up_again()
            batch.refresh_from_db()
            assert batch.state == ImportState.CHECKING
    finally:
        beside.close()


def test_how_a_file_is_written_is_known_though_it_was_killed_behind_the_reading(
    large, lines, site, visit, coordinator, monkeypatch
):
    """The rows are there, so it is not read again."""

    def killed(*given):
        raise KeyboardInterrupt

    batch = a_file(lines("W01,60,7e1"), coordinator, site=site)
    with monkeypatch.context() as patch:
        patch.setattr("ecrf.imports.work.tasks.look_at_rows", killed)
        assert work(batch).state == ImportState.CHECKING
    assert interrupted.take_up_again() == 1
    assert work(batch).state == ImportState.CHECKED
    assert batch.reading["encoding"] == "utf-8"
    page = logged_in(coordinator).get(reverse("import", args=[batch.request_key])).content.decode()
    assert "read as UTF-8" in page


def test_a_task_that_was_lost_is_asked_for_again(large, lines, site, visit, coordinator):
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    DBTaskResult.objects.all().delete()
    assert work(batch).state == ImportState.CHECKED


@pytest.mark.requirement("R-024")
def test_killed_in_the_middle_leaves_nothing(lines, site, visit, coordinator, monkeypatch):
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    carried = bringing_in.carry_out

    def killed(*given):
        carried(*given)
        raise SystemExit

    monkeypatch.setattr(bringing_in, "carry_out", killed)
    with pytest.raises(SystemExit):
        bring_it_in(batch, coordinator)
    assert not CRFS["vital-signs"].model.objects.exists()
    batch.refresh_from_db()
    assert batch.state == ImportState.ACTING
    monkeypatch.undo()
    interrupted.take_up_again()
    batch.refresh_from_db()
    assert batch.state == ImportState.DUE


@pytest.mark.parametrize("state", [ImportState.WAITING, ImportState.DUE])
def test_what_nobody_may_do_any_more_is_given_up_and_not_asked_for_again(
    large, lines, site, visit, coordinator, state
):
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    if state == ImportState.DUE:
        work(batch)
        bring_it_in(batch, coordinator)
    assert batch.state == state
    with acting(SYSTEM, source="test"):
        Membership.objects.filter(user=coordinator).update(is_current=False)
    work(batch)
    assert (batch.state, "no role there" in batch.outcome) == (ImportState.FAILED, True)
    assert not CRFS["vital-signs"].model.objects.exists()
    assert interrupted.take_up_again() == 0


@pytest.mark.requirement("R-097")
def test_a_patient_who_moved_since_is_changed_with_the_new_sites_consent_only(
    large, lines, site, other_site, visit, coordinator, investigator, data_manager
):
    there = make_user("investigator_there", Role.INVESTIGATOR, other_site)
    enter(visit, "vital-signs", coordinator, pulse="70")
    batch = work(a_file(lines("W01,,71"), data_manager))
    consent = StrikingConsent(investigator, site.today())
    bring_it_in(batch, data_manager, consents={"01": consent})
    hand_over(visit.patient, other_site, data_manager)
    assert work(batch).state == ImportState.CHECKED
    assert "(row 2)" in batch.outcome
    assert CRFS["vital-signs"].model.objects.get().pulse == 70
    assert batch.counts["changes_at"] == ["02"]
    with pytest.raises(services.NotImported, match="Site 02"):
        bring_it_in(batch, data_manager, consents={"01": consent})
    bring_it_in(batch, data_manager, consents={"02": StrikingConsent(there, other_site.today())})
    assert work(batch).state == ImportState.DONE
    assert CRFS["vital-signs"].model.objects.get().pulse == 71


def test_a_fault_of_the_software_is_said_without_a_value(lines, site, visit, coordinator, monkeypatch):
    def broken(*given):
        raise RuntimeError("patient value 70")

    monkeypatch.setattr(looking, "carry_out", broken)
    batch = a_file(lines("W01,60,70"), coordinator, site=site)
    assert batch.state == ImportState.FAILED
    assert "70" not in batch.outcome
