"""A burst of wrong passwords from many processes gets no more guesses than one after the other."""

import pytest
from django.test import Client

from ecrf.access.lockout import WRONG_TRIES
from ecrf.access.login_log import LoginEvent, What
from ecrf.access.roles import Role
from ecrf.audit.chain import verify
from tests.conftest import make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-054")]


@pytest.mark.parametrize("name", ["safety", "nobody-at-all"])
def test_burst_of_wrong_passwords_gets_eight_guesses(name):
    make_user("safety", Role.SAFETY)

    def guess() -> int:
        return Client().post("/login/", {"username": name, "password": "wrong"}).status_code

    assert set(at_once(*[guess] * 14)) == {200}
    whats = list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))
    assert whats == [What.WRONG] * WRONG_TRIES + [What.LOCKED] + [What.REFUSED] * (14 - WRONG_TRIES)
    assert verify().faults == []
