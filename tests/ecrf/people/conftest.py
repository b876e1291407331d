"""A second administrator, a browser for each person, and what an invitation carries."""

from collections.abc import Callable

import pytest
from django.test import Client

from ecrf.access.models import User
from ecrf.access.roles import Role
from tests.conftest import make_user

INVITATION = {
    "username": "new.person",
    "full_name": "Synthetic new person",
    "email": "new.person@hospital.example",
    "role": "coordinator",
    "site": "01",
    "starts_on": "",
    "ends_on": "",
    "identity": "",
    "reason": "Asked for by letter",
}
"""What a complete invitation to a coordinator of site 01 carries."""


@pytest.fixture
def second(db) -> User:
    """Another administrator."""
    return make_user("second", Role.ADMINISTRATOR)


@pytest.fixture
def browse() -> Callable[[User], Client]:
    """A browser in which this person has logged in."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        return client

    return log_in


@pytest.fixture
def admins(administrator, browse) -> Client:
    """The administrator's browser."""
    return browse(administrator)
