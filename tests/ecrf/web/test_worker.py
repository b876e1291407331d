"""What each process of the server sets for its threads."""

import sys

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from ecrf.web.worker import SWITCHES_EVERY, Worker


@pytest.fixture
def as_before():
    before = sys.getswitchinterval()
    yield before
    sys.setswitchinterval(before)


def test_who_waits_is_let_on_soon_beside_one_who_computes(as_before, monkeypatch):
    monkeypatch.setattr(ThreadWorker, "init_process", lambda _: None)
    Worker(1, 1, [], None, 30, Config(), None).init_process()
    assert sys.getswitchinterval() == pytest.approx(SWITCHES_EVERY)
    assert as_before > SWITCHES_EVERY
