"""The first report of a process is made before anybody looks, and a failure to make it stops nothing."""

import logging
import threading
import time

import pytest

from ecrf.outcomes import warming
from ecrf.outcomes.report import ReportScope
from ecrf.web import server

pytestmark = pytest.mark.usefixtures("outcomes_asked_for")


@pytest.fixture
def outcomes_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked:
        outcomes = "some.maker"

    class Connection:
        @staticmethod
        def close() -> None:
            pass

    monkeypatch.setattr(warming, "protocol", Asked)
    monkeypatch.setattr(warming, "connection", Connection)


def test_the_study_s_report_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ReportScope] = []
    monkeypatch.setattr(warming, "current_report", made.append)
    warming.warm_beside().join()
    assert [(scope.site, scope.cut) for scope in made] == [(None, None)]


def test_a_failure_is_only_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_scope: ReportScope) -> None:
        raise RuntimeError("no database yet")

    monkeypatch.setattr(warming, "current_report", fail)
    with caplog.at_level(logging.ERROR):
        warming.warm()
    assert "no database yet" in caplog.text


def test_each_worker_has_it_before_its_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ReportScope] = []

    def make(scope: ReportScope) -> None:
        time.sleep(0.05)
        made.append(scope)

    monkeypatch.setattr(warming, "current_report", make)
    server.post_worker_init(object())
    assert len(made) == 1


def test_a_worker_does_not_wait_for_a_database_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(warming, "current_report", lambda _scope: answers.wait())
    monkeypatch.setattr(warming, "AT_MOST_S", 0.05)
    server.post_worker_init(object())
    assert not answers.is_set()
    answers.set()
