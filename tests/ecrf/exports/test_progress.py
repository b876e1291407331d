"""What the page says while a file is made: how much of how much, the place in the queue, whether anybody is at it."""

import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.urls import reverse

from ecrf.audit.actor import SYSTEM, acting
from ecrf.exports.choice import CutChoice
from ecrf.exports.formats.registry import offered
from ecrf.exports.models import Export, ExportKind, ExportState
from ecrf.exports.services import ask, ask_for_cut
from ecrf.exports.work import tasks
from ecrf.exports.work.presence import alive, is_worker_there
from tests.ecrf.exports.conftest import take
from tests.ecrf.exports.test_pages import client_of

pytestmark = [pytest.mark.django_db]
NO_WORKER = "No worker is running"


def asked(by, name="First") -> Export:
    return ask_for_cut(
        name=name,
        reason="Interim look",
        identifiers_reason="",
        choice=CutChoice().as_json,
        by=by,
        request_key=uuid.uuid4(),
    )


class Counted:
    """In place of what writes on a connection of its own, which does not see the test's rows."""

    done = expected = 0

    def __init__(self, export_id):
        self.connection = connection.copy()
        Counted.done = Counted.expected = 0

    def __call__(self, what, steps=1):
        Counted.done += steps

    def expects(self, steps):
        Counted.expected += steps


@pytest.fixture
def counted(monkeypatch):
    monkeypatch.setattr(tasks, "ProgressRow", Counted)


def page_of(export, user) -> str:
    answer = client_of(user).get(reverse("export", args=[export.request_key]))
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("name", offered())
def test_steps_that_were_expected_are_those_that_are_done(study, statistician, counted, name):
    export = take(statistician, formats=[name])
    assert export.is_done, export.outcome
    assert Counted.done == Counted.expected > 1


def test_a_sites_copy_counts_its_steps_too(study, coordinator, counted, site):
    given = {"kind": ExportKind.SITE_COPY, "title": "Copy", "right": "enter", "site": site}
    export = ask(by=coordinator, request_key=uuid.uuid4(), **given)
    call_command("work", once=True)
    export.refresh_from_db()
    assert export.is_done, export.outcome
    assert Counted.done == Counted.expected > 1


def test_page_says_how_many_steps_of_how_many(study, statistician):
    export = asked(statistician)
    running(export, progress="CSV: Sites", steps_done=3, steps=61)
    page = page_of(export, statistician)
    assert "CSV: Sites" in page
    assert "(3 of 61 steps)" in page
    assert '<progress class="made" max="61" value="3"' in page


def running(export: Export, **more) -> None:
    with acting(SYSTEM, source="test"):
        Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, **more)


def test_what_waits_knows_its_place(study, statistician):
    first, second, third = (asked(statistician, name) for name in ("First", "Second", "Third"))
    assert "It is the next." in page_of(first, statistician)
    assert "1 file before it." in page_of(second, statistician)
    running(first)
    assert "2 files before it." in page_of(third, statistician)


def test_page_says_that_no_worker_runs_and_what_the_operator_does(study, statistician):
    export = asked(statistician)
    overview = reverse("exports")
    assert not is_worker_there()
    for page in (page_of(export, statistician), client_of(statistician).get(overview).content.decode()):
        assert NO_WORKER in page
        assert "docker compose up -d worker" in page
    with alive("exports"):
        assert is_worker_there()
        assert NO_WORKER not in page_of(export, statistician)
        assert NO_WORKER not in client_of(statistician).get(overview).content.decode()
    assert NO_WORKER in page_of(export, statistician)


def test_nobody_is_told_of_a_worker_where_nothing_waits(study, statistician):
    assert NO_WORKER not in page_of(take(statistician), statistician)
    assert NO_WORKER not in client_of(statistician).get(reverse("exports")).content.decode()


def test_a_worker_whose_database_was_away_is_there_again():
    with alive("exports") as still_here:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(l.pid, 5000) FROM pg_locks l WHERE l.locktype = 'advisory'"
                " AND l.classid = hashtext('ecrf.worker')::oid AND l.pid <> pg_backend_pid() AND l.database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        assert not is_worker_there()
        with pytest.raises(DatabaseError):
            still_here()
        still_here()
        assert is_worker_there()
