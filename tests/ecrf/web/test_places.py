"""The places that the menu offers open, for every role."""

import pytest
from django.urls import reverse

from ecrf.access.roles import AT_A_SITE, Role
from ecrf.web.places import groups_of
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role.values)
def test_every_place_of_a_role_opens(role, site, client):
    user = make_user("somebody", role, *([site] if role in AT_A_SITE else []))
    client.force_login(user)
    assert client.get(reverse("places")).status_code == 200
    addresses = [address for group in groups_of(user) for _, address in group.places]
    assert addresses
    shut = {address: status for address in addresses if (status := client.get(address).status_code) >= 400}
    assert not shut
