"""The cast: two sites, and one person of each role."""

from collections.abc import Iterator
from datetime import date

import dj_database_url
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import AT_A_SITE, AT_SITES_OR_ALL, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.demo import ROOT
from ecrf.people.logins import page_count
from ecrf.upkeep.languages.compiling import compile_what_is_old
from tests import as_web
from tests.postgres import fresh_database

PASSWORD = "correct horse battery staple"

compile_what_is_old()


def make_site(code: str, time_zone: str = "Asia/Tokyo", **more) -> Site:
    more = {"active_from": date(2000, 1, 1), **more}
    with acting(SYSTEM, source="test"):
        return Site.objects.create(code=code, name=f"Synthetic hospital {code}", time_zone=time_zone, **more)


def make_user(username: str, role: str, *sites: Site) -> User:
    with acting(SYSTEM, source="test"):
        user = User.objects.create_user(username, f"Synthetic {username}", PASSWORD)
        named = role in AT_A_SITE or (role in AT_SITES_OR_ALL and sites)
        ends_on = date(2099, 12, 31) if role == Role.INSPECTOR else None
        for site in sites if named else (None,):
            Membership.objects.create(user=user, role=role, site=site, ends_on=ends_on)
    return user


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What waits most begins first: the image's tour at the first worker, the journeys at the second.

    Each worker begins with its share of the list. The others take over the end of a share, down to the test after the
    one that runs: behind the tour, that is the one that has a use for the same image.
    """
    tour, image, journeys, others = [], [], [], []
    for item in items:
        fixtures, folder = getattr(item, "fixturenames", ()), item.path.relative_to(ROOT / "tests").parts[0]
        if "installation" in fixtures:
            tour.append(item)
        elif "image" in fixtures:
            image.append(item)
        else:
            (journeys if folder == "browser" else others).append(item)
    workers = getattr(config, "workerinput", {}).get("workercount", 2)
    share = max(len(items) // workers - len(tour) - len(image), 0)
    items[:] = [*tour, *image, *others[:share], *journeys, *others[share:]]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """In place of pytest-django's: a copy of the migrated template, one for each worker."""
    with fresh_database() as url, as_web.role_of_pages(url):
        # Not only this thread's connection reads its name from here, but every later one.
        connection.settings_dict["NAME"] = dj_database_url.parse(url)["NAME"]
        as_web.bind(connection.settings_dict["NAME"])
        yield
        with django_db_blocker.unblock():
            connection.close()


as_web.serve_pages_so()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """One transaction around a module's tests, for a world that is built once; each test's own is a savepoint in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> Iterator[None]:
    """Also while a module's world is built: passwords that are checked quickly, static files as they lie there."""
    with override_settings(
        WHITENOISE_AUTOREFRESH=True,  # or each new test client reads the whole folder of static files
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(autouse=True)
def _nobody_is_locked_out() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _no_page_is_counted_yet() -> None:
    """The process counts by account, and databases give the same number to another one: what was counted a minute ago
    would be written by a page of this test."""
    page_count._counted.clear()


@pytest.fixture
def site(db):
    return make_site("01")


@pytest.fixture
def other_site(db):
    return make_site("02")


@pytest.fixture
def investigator(site):
    return make_user("investigator", Role.INVESTIGATOR, site)


@pytest.fixture
def coordinator(site):
    return make_user("coordinator", Role.COORDINATOR, site)


@pytest.fixture
def monitor(site):
    return make_user("monitor", Role.MONITOR, site)


@pytest.fixture
def data_manager(db):
    return make_user("data_manager", Role.DATA_MANAGER)


@pytest.fixture
def safety(db):
    return make_user("safety", Role.SAFETY)


@pytest.fixture
def statistician(db):
    return make_user("statistician", Role.STATISTICIAN)


@pytest.fixture
def administrator(db):
    return make_user("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def sub_investigator(site):
    return make_user("sub_investigator", Role.SUB_INVESTIGATOR, site)


@pytest.fixture
def inspector(site):
    """Of one named site, for a limited time."""
    return make_user("inspector", Role.INSPECTOR, site)


@pytest.fixture
def outsider(other_site):
    """An investigator of another site."""
    return make_user("outsider", Role.INVESTIGATOR, other_site)
