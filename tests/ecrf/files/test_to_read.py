"""Who is asked to read a document is told so on the first page and in the menu of all places, until it is read."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.files.models import FileVersion
from ecrf.files.receipts import CONFIRMING
from ecrf.files.to_read import documents_to_read
from tests.bench.counting import client_of, statements
from tests.conftest import make_user
from tests.ecrf.files.builders import a_pdf
from tests.ecrf.files.test_pages import a_document

pytestmark = pytest.mark.django_db

MARK = re.compile(r"Documents \((\d+) to read\)")


def marked(client: Client) -> int:
    """How many wait to be read, by the menu of all places."""
    found = MARK.search(client.get(reverse("places")).content.decode())
    return int(found[1]) if found else 0


@pytest.fixture
def published(client, data_manager):
    def publish(title: str = "Protocol", roles: list[str] | None = None) -> FileVersion:
        client.force_login(data_manager)
        sent = a_document(title=title, roles=roles or Role.values)
        assert client.post(reverse("add-document"), sent).status_code == 302
        return FileVersion.objects.latest("pk")

    return publish


@pytest.mark.requirement("R-133")
@pytest.mark.parametrize("role", [role.value for role in CONFIRMING])
def test_first_page_of_each_role_and_the_menu_say_it_until_it_is_read(client, site, published, role):
    version = published()
    user = make_user(f"reader-{role}", role, site)
    client.force_login(user)
    page = client.get(reverse("today"), follow=True)
    assert page.status_code == 200
    text = page.content.decode()
    assert "1 document to read" in text
    assert reverse("file", args=[version.file_id]) in text
    assert marked(client) == 1
    assert client.post(reverse("confirm-file", args=[version.pk])).status_code == 302
    text = client.get(reverse("today"), follow=True).content.decode()
    assert "to read" not in text
    assert marked(client) == 0


def test_a_new_version_is_asked_anew_and_a_struck_one_is_not(client, data_manager, published, coordinator):
    version = published()
    client.force_login(coordinator)
    client.post(reverse("confirm-file", args=[version.pk]))
    client.force_login(data_manager)
    anew = {**a_document(a_pdf(pages=4)), "reason": "Amendment 1"}
    client.post(reverse("new-file-version", args=[version.file_id]), anew)
    reader = User.objects.get(pk=coordinator.pk)
    assert [one.number for one in documents_to_read(reader)] == [2]
    client.post(reverse("strike-file", args=[version.file_id]), {"reason": "Withdrawn by the sponsor"})
    assert documents_to_read(reader) == []


def test_a_sites_document_is_asked_of_that_site_alone(client, site, other_site, coordinator, monitor):
    client.force_login(coordinator)
    sent = a_document(title="Certificate", kind="certificate")
    assert client.post(reverse("add-site-document", args=[site.code]), sent).status_code == 302
    elsewhere = make_user("elsewhere", "coordinator", other_site)
    for user, count in ((coordinator, 1), (elsewhere, 0)):
        assert len(documents_to_read(User.objects.get(pk=user.pk))) == count
    client.force_login(elsewhere)
    assert marked(client) == 0


def test_who_inspects_is_asked_nothing(client, site, published):
    published(roles=["inspector", "monitor"])
    client.force_login(make_user("inspecting", "inspector", site))
    assert marked(client) == 0
    assert FileVersion.objects.get().file.roles == ["monitor"]


def test_however_many_there_are_it_is_one_statement(published, coordinator):
    client = client_of(coordinator)
    published()
    few = statements(lambda: client.get(reverse("today"))).count
    for number in range(7):
        published(f"Manual {number}")
    assert statements(lambda: client.get(reverse("today"))).count == few
    text = client.get(reverse("today")).content.decode()
    assert marked(client) == 8
    assert "and 3 more" in text
    assert client.get(reverse("documents")).content.decode().count("Manual 6") == 2
