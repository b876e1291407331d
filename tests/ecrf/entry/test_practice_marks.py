"""A patient for practice is marked where one types and reads, and on lists that show the study's patients too."""

import re

import pytest
from django.urls import reverse

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Entry
from tests.builders import a_patient, a_visit, enter
from tests.conftest import make_site
from tests.ecrf.queries.builders import asked, complete

pytestmark = pytest.mark.django_db
MARK = "tag-practice"


@pytest.fixture
def practice(investigator, coordinator, monitor):
    """A practice site of people who also work at a site of the study."""
    made = make_site("90", is_practice=True)
    with acting(SYSTEM, source="test"):
        for user, role in (
            (investigator, Role.INVESTIGATOR),
            (coordinator, Role.COORDINATOR),
            (monitor, Role.MONITOR),
        ):
            Membership.objects.create(user=user, role=role, site=made)
    return made


@pytest.fixture
def visits(site, practice, coordinator):
    """{whether it is for practice: a visit with a complete form}"""
    coordinator = User.objects.get(pk=coordinator.pk)
    found = {}
    for is_practice, at in ((False, site), (True, practice)):
        visit = a_visit(a_patient(at, coordinator), "W01", coordinator)
        values = dict.fromkeys(("value_2", "value_3", "value_4", "value_5", "value_6"), "31")
        enter(visit, "reading", coordinator, device="SYN-1", assessor="A1", value_1="31", **values)
        complete(visit, "reading", coordinator)
        enter(visit.patient, "adverse-event", coordinator, term="Headache")
        found[is_practice] = visit
    return found


def addresses(visit) -> list[tuple[str, str]]:
    """(who, a page with the patient's head)"""
    number = visit.patient.number
    entry = Entry.objects.get(visit=visit, crf="reading")
    return [
        ("coordinator", f"/patients/{number}/W01/"),
        ("coordinator", reverse("log", args=[number, "adverse-event"])),
        ("investigator", reverse("sign-visit", args=[number, "W01"])),
        ("monitor", reverse("monitor:casebook_visit_change", args=[visit.pk])),
        ("monitor", reverse("monitor:casebook_entry_change", args=[entry.pk])),
    ]


def test_the_head_that_stays_in_sight_says_so(client, visits, coordinator, investigator, monitor):
    people = {"coordinator": coordinator, "investigator": investigator, "monitor": monitor}
    for is_practice, visit in visits.items():
        for who, address in addresses(visit):
            client.force_login(User.objects.get(pk=people[who].pk))
            page = client.get(address, follow=True).content.decode()
            head = page.partition('<div class="whose">')[2].partition("</h1>")[0]
            assert head, address
            assert (MARK in head) == is_practice, address


def lines_of(page: str, number: str) -> list[str]:
    """Each line of a list or a table that names the patient in an element of its own."""
    lines = re.findall(r"(?s)<(?:li|tr)\b.*?</(?:li|tr)>", page)
    return [line for line in lines if re.search(rf">\s*{number}\s*<", line)]


def test_lists_of_queries_and_of_what_is_to_be_signed_mark_it(
    client, visits, coordinator, investigator, monitor
):
    for visit in visits.values():
        entry = Entry.objects.select_related("patient__site").get(visit=visit, crf="reading")
        asked(entry, User.objects.get(pk=monitor.pk), item="value_1")
    for user, address in (
        (coordinator, "/"),
        (investigator, "/"),
        (coordinator, reverse("queries")),
        (monitor, reverse("monitor:queries_query_changelist")),
    ):
        client.force_login(User.objects.get(pk=user.pk))
        page = client.get(address).content.decode()
        for is_practice, visit in visits.items():
            lines = lines_of(page, visit.patient.number)
            assert lines, address
            assert {MARK in line for line in lines} == {is_practice}, (address, lines)
