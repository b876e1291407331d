"""Several workers at once, on several connections, with mails that are really committed."""

import asyncio
import threading
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.management import call_command

from ecrf.access.roles import Role
from ecrf.mail import loop as loops
from ecrf.mail.models import Mail, MailState
from ecrf.mail.queue import queue_mail
from ecrf.mail.scheduled import Job, run_job
from ecrf.mail.sending import send_due
from tests.conftest import make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)
from tests.ecrf.mail.conftest import with_address

pytestmark = pytest.mark.django_db


def a_mail(to) -> Mail:
    return queue_mail(to=to, kind="account-changed", context={"what": "Nothing"})


def test_two_workers_send_each_mail_once(smtp):
    people = [with_address(make_user(f"person{n}", Role.SAFETY)) for n in range(8)]
    for one in people:
        a_mail(one)
    smtp.delay = 0.05
    at_once(*[send_due] * 3)
    assert sorted(smtp.recipients) == sorted(one.email for one in people)
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}


def test_mail_that_is_being_sent_is_left_to_its_worker(smtp):
    a_mail(with_address(make_user("safety", Role.SAFETY)))
    inside, go_on = threading.Event(), threading.Event()
    original = smtp.handle_DATA

    async def slow(server, session, envelope):
        inside.set()
        await asyncio.to_thread(go_on.wait, 10)
        return await original(server, session, envelope)

    smtp.handle_DATA = slow

    def second() -> None:
        inside.wait(10)
        try:
            send_due()
        finally:
            go_on.set()

    at_once(send_due, second)
    assert len(smtp.mails) == 1


def test_job_is_run_by_one_worker_at_a_time():
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


def test_mail_goes_out_while_a_file_is_made(mail_on, monkeypatch):
    """The worker as it runs: its own thread sends what waits, while the rest of it is busy."""
    mail = queue_mail(
        to=with_address(make_user("safety", Role.SAFETY)), kind="account-changed", context={"what": "x"}
    )
    monkeypatch.setattr(loops, "JOBS", {})
    monkeypatch.setattr(loops, "LOOK_EVERY", 0.02)

    def a_long_export(queues: list[str], interval: float) -> None:
        for _ in range(1000):
            mail.refresh_from_db()
            if mail.state == MailState.SENT:
                return
            loops.time.sleep(0.01)

    monkeypatch.setattr("ecrf.exports.management.commands.work._work", a_long_export)
    call_command("work")
    assert mail.state == MailState.SENT
    assert len(outbox.outbox) == 1
