"""The first report of a process is made before anybody looks, and a failure to make it stops nothing."""

import logging

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


def test_each_worker_begins_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(warming, "warm_beside", lambda: begun.append(True))
    server.post_worker_init(object())
    assert begun == [True]
