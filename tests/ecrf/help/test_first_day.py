"""The first day: the steps of each role, what ticks them off, and that each link opens."""

import pytest
from django.urls import reverse

from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.help.first_day import parts_of
from ecrf.help.topics.topic import LONGEST_LINE
from tests.builders import a_patient, a_visit
from tests.conftest import make_site, make_user

pytestmark = pytest.mark.django_db


def done(user) -> dict[str, bool | None]:
    return {line.step.title: line.is_done for _part, lines in parts_of(user) for line in lines}


@pytest.mark.requirement("R-154")
@pytest.mark.parametrize("role", Role)
def test_every_step_leads_to_a_page_that_the_role_may_open(client, site, role):
    user = make_user(f"new-{role}", role, site)
    client.force_login(user)
    page = client.get(reverse("help-first-day"))
    assert page.status_code == 200
    for _part, lines in parts_of(user):
        for line in lines:
            assert len(line.step.words) <= LONGEST_LINE
            if line.step.page:
                address = reverse(line.step.page)
                assert f'href="{address}"' in page.content.decode()
                assert client.get(address, follow=True).status_code == 200, line.step.page


@pytest.mark.requirement("R-154")
def test_practice_is_ticked_off_by_what_was_done_at_the_practice_site(site, coordinator):
    assert done(coordinator)["Add a patient"] is False
    a_patient(site, coordinator)
    assert done(coordinator)["Add a patient"] is False, "That patient is of the study."
    practice = make_site("90", is_practice=True)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=coordinator, role=Role.COORDINATOR, site=practice)
    patient = a_patient(practice, coordinator)
    assert done(coordinator)["Add a patient"] is True
    assert done(coordinator)["Open a visit"] is False
    a_visit(patient, "W01", coordinator)
    assert done(coordinator)["Open a visit"] is True
    assert done(coordinator)["Enter a form and complete it"] is False


def test_somebody_elses_practice_ticks_nothing_off(coordinator, investigator):
    practice = make_site("90", is_practice=True)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=investigator, role=Role.INVESTIGATOR, site=practice)
    a_patient(practice, investigator)
    assert done(coordinator)["Add a patient"] is False


def test_only_who_signs_is_shown_how_to_sign(coordinator, investigator):
    assert "Read what your signature means" in done(investigator)
    assert "Read what your signature means" not in done(coordinator)
