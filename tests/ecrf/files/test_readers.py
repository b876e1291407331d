"""Of a site's document, whoever has the role at that site, or at all sites, is asked to read it, and nobody else."""

import uuid

import pytest
from django.urls import reverse

from ecrf.access.models import Membership, Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.files.models import FileKind, FileReceipt, FileVersion
from ecrf.files.receipts import readers_of
from ecrf.files.services import FilePlace, add_file
from tests.conftest import make_user
from tests.ecrf.files.builders import a_page, flat

pytestmark = pytest.mark.django_db


def published(site: Site, by: User, *roles: str) -> FileVersion:
    return add_file(
        place=FilePlace(site=site),
        kind=FileKind.CERTIFICATE,
        title="Certificate of our laboratory",
        version=flat(a_page()),
        by=by,
        actor=by.acting_at(site, Right.ENTER),
        request_key=uuid.uuid4(),
        roles=roles,
    )


def give(user: User, role: str, site: Site) -> None:
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=user, role=role, site=site)


def asked(client, user: User, version: FileVersion) -> bool:
    """Whether the list, the page and the answer to a confirmation say so, which agree, and so do the readers named."""
    client.force_login(user)
    confirm = reverse("confirm-file", args=[version.pk])
    listed = client.get(reverse("site-documents", args=[version.file.of_site.code])).content.decode()
    page = client.get(reverse("file", args=[version.file_id])).content.decode()
    named = user in [reader.membership.user for reader in readers_of(version)]
    says = {"to read and confirm" in listed, confirm in page, named, client.post(confirm).status_code == 302}
    assert len(says) == 1
    return says.pop()


@pytest.mark.parametrize("roles", [("monitor",), ("coordinator", "monitor"), ("data-manager",)])
def test_person_of_two_sites_is_asked_by_the_role_at_that_site(
    client, site, other_site, coordinator, data_manager, roles
):
    """Each person has one role here and another, or the same, at the other site."""
    here, there = published(site, coordinator, *roles), make_user("there", "coordinator", other_site)
    people = {
        ("coordinator", "monitor"): make_user("first", "coordinator", site),
        ("monitor", "coordinator"): make_user("second", "monitor", site),
        ("monitor", "monitor"): make_user("third", "monitor", site, other_site),
    }
    give(people["coordinator", "monitor"], "monitor", other_site)
    give(people["monitor", "coordinator"], "coordinator", other_site)
    elsewhere = published(other_site, there, *roles)
    for (role_here, role_there), person in people.items():
        assert asked(client, person, here) == (role_here in roles)
        assert asked(client, person, elsewhere) == (role_there in roles)
    assert asked(client, data_manager, here) == ("data-manager" in roles)


def test_confirmation_is_given_in_the_role_at_that_site(client, site, other_site):
    person = make_user("both", "coordinator", site)
    give(person, "monitor", other_site)
    there = make_user("there", "coordinator", other_site)
    version = published(other_site, there, "coordinator", "monitor")
    assert asked(client, person, version)
    assert FileReceipt.objects.get(version=version).confirmed_by == person
    event = AuditEvent.objects.get(table="files_filereceipt")
    assert (event.actor, event.role) == (person.username, "monitor")
