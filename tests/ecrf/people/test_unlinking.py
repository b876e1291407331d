"""Unlinking single sign-on leaves somebody who can administer."""

import pytest
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.account.sso.services import identity_of, link
from ecrf.audit.actor import SYSTEM, acting
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-058")]


@pytest.fixture(autouse=True)
def _is_on(settings) -> None:
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://login.hospital.example", "Hospital login"


def by_single_sign_on(username: str, role: str, *, password: bool = False) -> User:
    """Linked, and logged in before."""
    user = make_user(username, role)
    with acting(SYSTEM, source="test"):
        user.last_login = timezone.now()
        if not password:
            user.set_unusable_password()
        user.save()
    link(user=user, subject=username)
    return user


def unlink(admins, user: User):
    return admins.post(reverse("sso-unlink", args=[user.pk]), {"reason": "Has left the hospital"})


def test_last_administrator_is_not_unlinked_from_the_only_way_in(browse):
    only = by_single_sign_on("only", Role.ADMINISTRATOR)
    answer = unlink(browse(only), only)
    assert answer.status_code == 422
    assert "only is the only administrator who can log in" in answer.content.decode()
    assert "Has left the hospital" in answer.content.decode()
    assert identity_of(only) is not None


@pytest.mark.parametrize(
    ("role", "password", "others"),
    [
        (Role.ADMINISTRATOR, True, False),  # who has a password has another way in
        (Role.ADMINISTRATOR, False, True),
        (Role.SAFETY, False, False),
    ],
)
def test_anybody_else_is_unlinked(browse, role, password, others):
    user = by_single_sign_on("person", role, password=password)
    needs_another = others or role != Role.ADMINISTRATOR
    by = make_user("other", Role.ADMINISTRATOR) if needs_another else user
    assert unlink(browse(by), user).status_code == 302
    assert identity_of(user) is None
