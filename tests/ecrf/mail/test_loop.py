"""The worker's loop: jobs when they are due, mail beside a file that is being made, on after every fault."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.db import OperationalError

from ecrf.access.roles import Role
from ecrf.mail import loop as loops
from ecrf.mail.loop import MailLoop
from ecrf.mail.models import Mail, MailState
from ecrf.mail.queue import queue_mail
from ecrf.mail.scheduled import JOBS, Job, run_job, scheduled
from tests.conftest import make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)
from tests.ecrf.mail.conftest import with_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """Which jobs ran; none but these."""
    found: list[str] = []
    jobs = {
        name: Job(name, every, lambda name=name: found.append(name) or 1)
        for name, every in (("often", timedelta(minutes=1)), ("seldom", timedelta(hours=1)))
    }
    monkeypatch.setattr(loops, "JOBS", jobs)
    return found


def test_jobs_run_at_the_start_and_then_as_often_as_they_say(ran, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(loops.time, "monotonic", lambda: clock[0])
    loop = MailLoop()
    loop.turn()
    assert ran == ["often", "seldom"]
    for after, expected in ((30, []), (61, ["often"]), (3700, ["often", "seldom"])):
        ran.clear()
        clock[0] = 1000.0 + after
        loop.turn()
        assert ran == expected, after


def test_server_that_is_away_is_left_alone_for_a_while(ran, monkeypatch):
    clock, asked = [1000.0], []
    monkeypatch.setattr(loops.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(loops, "send_due", lambda is_stopping: asked.append(clock[0]) or False)
    loop = MailLoop()
    for at in (1000.0, 1005.0, 1059.0, 1061.0):
        clock[0] = at
        loop.turn()
    assert asked == [1000.0, 1061.0]


@pytest.mark.parametrize("error", [OperationalError("the database is away"), RuntimeError("a fault")])
def test_loop_goes_on_after_a_fault(ran, monkeypatch, error):
    def fails(is_stopping):
        raise error

    monkeypatch.setattr(loops, "send_due", fails)
    monkeypatch.setattr(loops, "close_old_connections", lambda: None)
    loop = MailLoop()
    loop.turn()
    loop.turn()
    assert ran == ["often", "seldom"]


def test_fault_in_one_job_is_logged_and_holds_no_other_up(caplog):
    def fails() -> int:
        raise RuntimeError("pulse 120")

    assert run_job(Job("faulty", timedelta(minutes=1), fails)) == 0
    assert "a job failed" in caplog.text


def test_job_is_registered_once():
    with pytest.raises(ValueError, match="already"):
        scheduled(next(iter(JOBS)), timedelta(minutes=1))(lambda: 0)


def test_job_is_run_by_one_worker_at_a_time(_django_db_helper):  # noqa: F811
    inside = []

    def run() -> int:
        inside.append(1)
        barrier.wait(10)
        return 1

    barrier, job = threading.Barrier(2), Job("once", timedelta(minutes=1), run)

    def other() -> int:
        while not inside:
            pass
        try:
            return run_job(job)
        finally:
            barrier.wait(10)

    assert sorted(at_once(lambda: run_job(job), other)) == [0, 1]


def test_mail_goes_out_while_a_file_is_made(_django_db_helper, mail_on, monkeypatch):  # noqa: F811
    """The worker as it runs: its own thread sends what waits, while the rest of it is busy."""
    mail = queue_mail(
        to=with_address(make_user("safety", Role.SAFETY)), kind="account-changed", context={"what": "x"}
    )
    monkeypatch.setattr(loops, "JOBS", {})
    monkeypatch.setattr(loops, "LOOK_EVERY", 0.02)

    def a_long_export(interval: float) -> None:
        for _ in range(1000):
            mail.refresh_from_db()
            if mail.state == MailState.SENT:
                return
            loops.time.sleep(0.01)

    monkeypatch.setattr("ecrf.exports.management.commands.work._work", a_long_export)
    call_command("work")
    assert mail.state == MailState.SENT
    assert len(outbox.outbox) == 1


@pytest.mark.parametrize(
    ("only", "state"), [("exports", MailState.WAITING), ("mail", MailState.SENT), (None, MailState.SENT)]
)
def test_worker_may_do_one_of_both_alone(person, mail_on, settings, tmp_path, only, state):
    settings.EXPORTS_FOLDER = tmp_path
    queue_mail(to=person, kind="account-changed", context={"what": "x"})
    call_command("work", once=True, only=only)
    assert Mail.objects.get().state == state
