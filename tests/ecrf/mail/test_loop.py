"""The worker's loop: jobs when they are due, mail beside a file that is being made, on after every fault."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError

from ecrf.mail import loop as loops
from ecrf.mail.loop import MailLoop
from ecrf.mail.models import Mail, MailState
from ecrf.mail.queue import queue_mail
from ecrf.mail.scheduled import JOBS, Job, run_job, scheduled

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


@pytest.mark.parametrize(
    ("only", "state"), [("exports", MailState.WAITING), ("mail", MailState.SENT), (None, MailState.SENT)]
)
def test_worker_may_do_one_of_both_alone(person, mail_on, settings, tmp_path, monkeypatch, only, state):
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    settings.EXPORTS_FOLDER = tmp_path
    queue_mail(to=person, kind="account-changed", context={"what": "x"})
    call_command("work", once=True, only=only)
    assert Mail.objects.get().state == state
