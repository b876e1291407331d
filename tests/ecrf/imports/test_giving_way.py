"""A dry run lets nobody wait who saves for a patient of the file, and shows what was saved meanwhile."""

import threading
import time

import pytest
from django.db import connection

from ecrf.forms.registry import CRFS
from ecrf.imports.models import ImportState
from ecrf.imports.plan import carrying_out
from ecrf.imports.work import giving_way
from tests.builders import enter
from tests.ecrf.casebook.record.test_concurrency import (  # noqa: F401  (fixtures)
    _django_db_helper,
    committed,
)
from tests.ecrf.imports.conftest import a_file, kinds

pytestmark = pytest.mark.django_db


def wait_until_somebody_waits() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize(("often", "shown"), [(6, ["changed", "new"]), (0, ["new", "new"])])
def test_who_saves_meanwhile_goes_first_and_the_dry_run_shows_what_was_saved(
    committed,  # noqa: F811
    monkeypatch,
    often,
    shown,
):
    """Unless it has given way so often that it would never end."""
    monkeypatch.setattr(giving_way, "HOLDS_FOR", 0)
    monkeypatch.setattr(giving_way, "ASKS_EVERY", 0)
    monkeypatch.setattr(giving_way, "GIVES_WAY", often)
    by, other = committed.people

    def save() -> None:
        try:
            enter(committed.visit, "vital-signs", other, pulse="80")
        finally:
            connection.close()

    writer = threading.Thread(target=save)
    carry = carrying_out._carry

    def carried(*given, **more):
        carry(*given, **more)
        if writer.ident is None:
            writer.start()
            wait_until_somebody_waits()

    monkeypatch.setattr(carrying_out, "_carry", carried)
    number = committed.patient.number
    content = f"patient,visit,visit_date,pulse\n{number},W01,,70\n{number},W04,2026-01-26,71\n"
    batch = a_file(content, by, site=committed.site)
    writer.join(20)
    assert (batch.state, kinds(batch)) == (ImportState.CHECKED, shown)
    assert CRFS["vital-signs"].model.objects.get(entry__visit=committed.visit).pulse == 80
