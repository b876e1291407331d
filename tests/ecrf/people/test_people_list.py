"""The list of people: searched, filtered, sorted, by pages, in the same statements for few and for many."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from ecrf.access.roles import Role
from ecrf.people.accounts.list import PAGE_ROWS, PeopleFilter, people
from tests.bench.counting import client_of, statements
from tests.bench.people.accounts import add_accounts
from tests.conftest import make_user
from tests.ecrf.people.conftest import INVITATION

pytestmark = pytest.mark.django_db


def found(**wanted: str) -> list[str]:
    return [line.user.username for line in people(PeopleFilter(**wanted), 1)]


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]


def test_search_finds_name_user_name_and_address(admins, coordinator, monitor):
    data = {"full_name": "合成 花子", "email": "hanako@hospital.example", "reason": "Told by phone"}
    admins.post(reverse("correct-person", args=[monitor.pk]), data)
    assert found(search="花子") == found(search="HANAKO@") == found(search="MONIT") == ["monitor"]
    assert found(search="%") == []


def test_filters_by_role_site_and_state(admins, coordinator, monitor, outsider, site):
    admins.post(reverse("invite"), INVITATION)
    admins.post(reverse("close-account", args=[outsider.pk]), {"reason": "Left"})
    assert found(role=Role.MONITOR) == ["monitor"]
    assert set(found(site="01")) == {"administrator", "coordinator", "monitor", "new.person"}
    assert found(state="invited") == ["new.person"]
    assert found(state="closed") == ["outsider"]
    assert set(found(state="active")) == {"administrator", "coordinator", "monitor"}
    assert found(role=Role.COORDINATOR, state="invited") == ["new.person"]


def test_sorts_by_name_and_by_last_login(administrator, coordinator, client):
    client.post("/login/", {"username": "coordinator", "password": "correct horse battery staple"})
    assert found(sort="last-login")[0] == "coordinator"
    assert found(sort="name") == ["administrator", "coordinator"]


@pytest.mark.parametrize(
    "query", ["?page=999", "?page=x", "?role=king&site=99;--&state=odd&sort=password", "?q=%00"]
)
def test_odd_addresses_give_the_list(admins, query):
    assert admins.get(f"/people/{query}").status_code == 200


def test_list_goes_on_by_pages(administrator, site):
    add_accounts(PAGE_ROWS + 5)
    assert len(people(PeopleFilter(), 1).object_list) == PAGE_ROWS
    assert len(people(PeopleFilter(), 2).object_list) == 6


@pytest.mark.parametrize(
    "address", ["/people/", "/people/?q=person&role=coordinator", "/people/?state=active", "/sites/"]
)
def test_pages_cost_the_same_statements_for_ten_accounts_and_for_hundreds(administrator, site, address):
    add_accounts(10)
    few = statements(lambda: client_of(administrator).get(address))
    add_accounts(300)
    many = statements(lambda: client_of(administrator).get(address))
    assert few.count == many.count, "\n".join(many.sql)


def test_a_person_page_costs_the_same_for_one_role_and_for_many(administrator, site, other_site):
    user = make_user("many", Role.MONITOR, site)
    url = reverse("person", args=[user.pk])
    client = client_of(administrator)
    few = statements(lambda: client.get(url))
    for role in (Role.COORDINATOR, Role.INVESTIGATOR):
        client.post(
            reverse("give-role", args=[user.pk]), {"role": role, "site": ["01", "02"], "reason": "Asked"}
        )
    many = statements(lambda: client.get(url))
    assert few.count == many.count, "\n".join(many.sql)


def test_no_command_is_needed_once_there_is_an_administrator(monkeypatch):
    monkeypatch.setenv("NEW_PASSWORD", "a long enough first password")
    call_command("add_user", "first", "--role", "administrator", "--full-name", "Synthetic first")
    assert found() == ["first"]


def test_administrator_is_led_to_people(admins):
    assert admins.get("/").headers["Location"] == "/people/"
    assert 'href="/people/"' in admins.get("/places/").content.decode()


def test_who_sees_access_is_led_there_and_to_no_account(data_manager, browse):
    page = browse(data_manager).get("/places/").content.decode()
    assert 'href="/people/access/"' in page
    assert 'href="/people/"' not in page


def test_line_of_a_person_names_each_role_once_with_all_its_sites(admins, site, other_site):
    make_user("of_two_sites", Role.MONITOR, site, other_site)
    page = admins.get(reverse("people"), {"q": "of_two_sites"}).content.decode()
    assert "Monitor, 01, 02" in page
