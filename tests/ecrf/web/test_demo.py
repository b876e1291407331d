"""The demo's folder: what an earlier version left there is recognised before anything is done to it."""

import pytest

from ecrf.demo import is_from_before_the_release
from tests.postgres import cursor_on, fresh_database


def test_database_of_this_version_goes_on():
    with fresh_database() as url:
        assert not is_from_before_the_release(url)


@pytest.mark.parametrize("migration", [("reports", "0001_calendar_feed"), ("audit", "0002_audit_write")])
def test_database_made_by_migrations_that_are_gone_is_recognised(migration):
    with fresh_database() as url, cursor_on(url) as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", migration)
        assert is_from_before_the_release(url)


def test_new_folder_goes_on():
    with fresh_database() as url, cursor_on(url) as cursor:
        cursor.execute("DROP TABLE django_migrations")
        assert not is_from_before_the_release(url)
