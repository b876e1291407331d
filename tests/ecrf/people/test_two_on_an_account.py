"""Where administrators agree: what opens the account of who administers or signs is changed by two of them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import RIGHTS, Right, Role
from ecrf.account.factors import has_second_factor
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.mail.models import Mail
from ecrf.people.accounts.services import ask_for_new_second_factor, close_account, correct_person
from ecrf.people.memberships.deciding import decide
from ecrf.people.models import AdministratorRequest, ConsentOutcome
from tests.conftest import make_user
from tests.ecrf.account.conftest import give_address, give_phone

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-038"), pytest.mark.requirement("R-059")]

NEW = "other@hospital.example"
GUARDED = [role for role in Role if RIGHTS[role] & {Right.SIGN, Right.MANAGE_ACCOUNTS}]


@pytest.fixture(autouse=True)
def _administrators_agree(settings, administrator, second) -> None:
    settings.ADMINISTRATORS_AGREE = True


def person(role: str, site) -> User:
    """With an address and an authenticator."""
    user = give_address(make_user("person", role, site))
    give_phone(user)
    return user


def change(user: User, by: User, email: str | None = NEW, full_name: str = ""):
    name = full_name or user.full_name
    return correct_person(user=user, full_name=name, email=email, reason="Told by phone", by=by)


def take(user: User, by: User):
    return ask_for_new_second_factor(user=user, reason="Phone is lost", by=by)


@pytest.mark.parametrize("role", GUARDED)
def test_another_address_waits_for_a_second_administrator(role, site, administrator, second):
    user = person(role, site)
    request = change(user, administrator)
    assert isinstance(request, AdministratorRequest)
    user.refresh_from_db()
    assert user.email == "person@example.org"
    told = [mail.context["what"] for mail in Mail.objects.filter(to_user=user)]
    assert told == ["An administrator has asked that its mail goes to another address"]
    assert decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)
    user.refresh_from_db()
    assert user.email == NEW
    event = AuditEvent.objects.filter(table="access_user", row=str(user.pk)).latest("position")
    assert (event.actor, event.reason) == ("second", "Told by phone")


@pytest.mark.parametrize("role", GUARDED)
def test_second_factor_is_taken_away_by_two(role, site, administrator, second):
    user = person(role, site)
    request = take(user, administrator)
    assert has_second_factor(user)
    assert decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)
    assert not has_second_factor(user)
    assert user.authenticators.get().ended_by == administrator


@pytest.mark.parametrize("role", [role for role in Role if role not in GUARDED and role != Role.INSPECTOR])
def test_of_others_one_administrator_changes_it(role, site, administrator):
    user = person(role, site)
    assert change(user, administrator) is True
    assert take(user, administrator) is None
    user.refresh_from_db()
    assert user.email == NEW
    assert not has_second_factor(user)


def test_without_the_setting_or_a_second_administrator_it_is_done_at_once(
    settings, site, administrator, second
):
    user = person(Role.INVESTIGATOR, site)
    with acting(SYSTEM, source="test"):
        second.memberships.update(is_current=False)
    assert change(user, administrator) is True
    with acting(SYSTEM, source="test"):
        second.memberships.update(is_current=True)
    settings.ADMINISTRATORS_AGREE = False
    assert take(user, administrator) is None


def test_closing_the_account_first_is_no_way_round(site, administrator, second):
    user = person(Role.INVESTIGATOR, site)
    close_account(user=user, reason="Left", by=administrator)
    request = change(user, administrator)
    assert isinstance(request, AdministratorRequest)
    user.refresh_from_db()
    assert user.email == "person@example.org"
    with pytest.raises(ValidationError, match="closed meanwhile"):
        decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)


def test_name_is_corrected_at_once_and_the_address_waits(site, administrator):
    user = person(Role.INVESTIGATOR, site)
    change(user, administrator, full_name="Synthetic married")
    user.refresh_from_db()
    assert (user.full_name, user.email) == ("Synthetic married", "person@example.org")


def test_who_asks_for_two_addresses_is_told_which_one_waits(site, administrator, second):
    user = person(Role.INVESTIGATOR, site)
    assert change(user, administrator) == change(user, administrator)
    with pytest.raises(ValidationError, match=f"asked already for the address {NEW}"):
        change(user, administrator, email="third@hospital.example")
    with pytest.raises(ValidationError, match="has asked for this already"):
        change(user, second)
    assert AdministratorRequest.objects.count() == 1


def test_address_that_another_account_has_by_then_is_not_given(site, administrator, second):
    request = change(person(Role.INVESTIGATOR, site), administrator)
    other = make_user("other", Role.SAFETY)
    with acting(SYSTEM, source="test"):
        User.objects.filter(pk=other.pk).update(email=NEW)
    with pytest.raises(ValidationError, match="belongs to the account other"):
        decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)
    request.refresh_from_db()
    assert request.outcome is None


def test_pages_say_that_it_waits_and_what_is_asked(site, administrator, second, browse):
    user = person(Role.INVESTIGATOR, site)
    mine, theirs = browse(administrator), browse(second)
    for name in ("correct-person", "take-second-factor"):
        page = " ".join(mine.get(reverse(name, args=[user.pk])).content.decode().split())
        assert "This person administers or signs, or did" in page
    typed = {"full_name": user.full_name, "email": NEW, "reason": "Told by phone"}
    answer = mine.post(reverse("correct-person", args=[user.pk]), typed, follow=True)
    assert "The address: it waits for the consent of another administrator" in answer.content.decode()
    answer = mine.post(
        reverse("take-second-factor", args=[user.pk]), {"reason": "Phone is lost"}, follow=True
    )
    assert "It waits for the consent of another administrator" in answer.content.decode()
    page = " ".join(theirs.get("/people/").content.decode().split())
    assert f", to {NEW}" in page
    assert "take the second factor away" in page
    for request in AdministratorRequest.objects.all():
        assert mine.post(reverse("consent-administrator", args=[request.pk])).status_code == 403
        assert theirs.post(reverse("consent-administrator", args=[request.pk])).status_code == 302
    user.refresh_from_db()
    assert user.email == NEW
    assert not has_second_factor(user)
    page = " ".join(mine.get(reverse("person", args=[user.pk])).content.decode().split())
    assert f"asked to change the e-mail address to {NEW}" in page
