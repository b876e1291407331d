"""Roles given and ended, each at the next request: never two that exclude each other, never without administrator."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from ecrf.access.models import Membership, User
from ecrf.access.roles import Right, Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.people.accounts.services import close_account
from ecrf.people.memberships.deciding import decide
from ecrf.people.memberships.rules import WantedRole, working_administrators
from ecrf.people.memberships.services import end_role, give_roles
from ecrf.people.models import AdministratorRequest, ConsentOutcome
from tests.conftest import make_user
from tests.ecrf.casebook.record.test_concurrency import _django_db_helper, at_once  # noqa: F401  (the first is a fixture)

pytestmark = pytest.mark.django_db


def give(user: User, role: str, by: User, site=None, **days):
    return give_roles(user=user, wanted=[WantedRole(role, site, **days)], reason="Asked for", by=by)[0]


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def nobody(db) -> User:
    """An account without a role."""
    return make_user("nobody", Role.COORDINATOR)


# --- the next request -----------------------------------------------------------------------------


@pytest.mark.requirement("R-057")
def test_role_given_and_ended_takes_effect_at_the_next_request(admins, nobody, site, browse):
    theirs = browse(nobody)
    assert theirs.get("/queries/").status_code == 403
    data = {"role": "coordinator", "site": "01", "reason": "Began work"}
    admins.post(reverse("give-role", args=[nobody.pk]), data)
    assert theirs.get("/queries/").status_code == 200
    role = nobody.memberships.get()
    admins.post(reverse("end-role", args=[nobody.pk, role.pk]), {"reason": "Other work"})
    assert theirs.get("/queries/").status_code == 403


def test_ending_a_role_in_two_tabs_is_calm(admins, coordinator):
    url = reverse("end-role", args=[coordinator.pk, coordinator.memberships.get().pk])
    admins.post(url, {"reason": "Other work"})
    answer = admins.post(url, {"reason": "Other reason"}, follow=True)
    assert "had ended already" in words(answer)
    assert coordinator.memberships.get().end_reason == "Other work"


def test_role_of_somebody_else_is_not_found_at_a_persons_address(admins, coordinator, monitor):
    url = reverse("end-role", args=[monitor.pk, coordinator.memberships.get().pk])
    assert admins.post(url, {"reason": "Other work"}).status_code == 404
    assert coordinator.memberships.get().is_current


def test_same_role_given_twice_by_a_double_click_is_one(administrator, nobody, site):
    assert give(nobody, Role.COORDINATOR, administrator, site) == give(
        nobody, Role.COORDINATOR, administrator, site
    )


def test_role_that_is_held_is_not_given_with_other_days(administrator, coordinator, site):
    with pytest.raises(ValidationError, match="has this role there already"):
        give(coordinator, Role.COORDINATOR, administrator, site, ends_on=date(2099, 1, 1))


def test_role_that_ran_out_is_given_again_as_another_row(administrator, nobody, site):
    over = site.today() - timedelta(days=3)
    with acting(SYSTEM, source="test"):
        old = Membership.objects.create(user=nobody, role=Role.COORDINATOR, site=site, ends_on=over)
    new = give(nobody, Role.COORDINATOR, administrator, site)
    old.refresh_from_db()
    assert new.pk != old.pk
    assert old.end_reason == f"Its last day was {over}; it is given again."


def test_closed_account_gets_no_role(administrator, coordinator, site):
    close_account(user=coordinator, reason="Left", by=administrator)
    with pytest.raises(ValidationError, match="account is closed"):
        give(coordinator, Role.MONITOR, administrator, site)


def test_all_roles_or_none(administrator, nobody, site):
    wanted = [WantedRole(Role.COORDINATOR, site), WantedRole(Role.COORDINATOR, None)]
    with pytest.raises(ValidationError):
        give_roles(user=nobody, wanted=wanted, reason="Asked for", by=administrator)
    assert not nobody.memberships.exists()


# --- what excludes each other ---------------------------------------------------------------------


@pytest.mark.requirement("R-073")
@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.SUB_INVESTIGATOR, Role.COORDINATOR])
def test_nobody_enters_or_signs_data_and_manages_accounts(administrator, second, nobody, site, role):
    with pytest.raises(ValidationError, match="the two roles exclude each other"):
        give(second, role, administrator, site)
    give(nobody, role, administrator, site)
    with pytest.raises(ValidationError, match="the two roles exclude each other"):
        give(nobody, Role.ADMINISTRATOR, administrator)


@pytest.mark.requirement("R-073")
def test_role_of_a_later_day_excludes_too(administrator, nobody, site):
    give(nobody, Role.COORDINATOR, administrator, site, starts_on=date(2098, 1, 1))
    with pytest.raises(ValidationError, match="exclude each other"):
        give(nobody, Role.ADMINISTRATOR, administrator)


@pytest.mark.requirement("R-073")
def test_both_given_at_the_same_moment_leave_one(administrator, second, nobody, site):
    refused = []

    def put(role: str, by: User, where=None):
        try:
            give(nobody, role, by, where)
        except ValidationError:
            refused.append(role)

    at_once(
        lambda: put(Role.ADMINISTRATOR, administrator), lambda: put(Role.COORDINATOR, second, site)
    )  # fmt: skip
    assert len(refused) == 1
    assert nobody.memberships.count() == 1


@pytest.mark.requirement("R-073")
def test_nobody_gives_a_role_to_the_own_account_while_another_administrator_could(
    admins, administrator, second
):
    answer = admins.post(
        reverse("give-role", args=[administrator.pk]), {"role": "data-manager", "reason": "Quicker"}
    )
    assert answer.status_code == 422
    assert "another administrator does" in words(answer)
    assert administrator.memberships.count() == 1


# --- the last administrator -----------------------------------------------------------------------


def test_last_administrator_cannot_end_its_own_role(admins, administrator):
    role = administrator.memberships.get()
    answer = admins.post(reverse("end-role", args=[administrator.pk, role.pk]), {"reason": "Tired"})
    assert answer.status_code == 422
    assert "only administrator who can log in" in words(answer)
    assert administrator.memberships.get().is_current


@pytest.mark.parametrize("how", ["not yet", "no more"])
def test_administrator_whose_days_are_others_does_not_count(administrator, nobody, how):
    with acting(SYSTEM, source="test"):
        days = {"starts_on": date(2099, 1, 1)} if how == "not yet" else {"ends_on": date(2020, 1, 1)}
        Membership.objects.create(user=nobody, role=Role.ADMINISTRATOR, **days)
    with pytest.raises(ValidationError, match="only administrator"):
        close_account(user=administrator, reason="Left", by=administrator)


def test_administrator_who_was_invited_again_and_has_not_come_does_not_count(administrator, second):
    with acting(SYSTEM, source="test"):
        second.set_unusable_password()
        second.last_login = timezone.now()
        second.save()
    with pytest.raises(ValidationError, match="only administrator"):
        close_account(user=administrator, reason="Left", by=administrator)


def test_two_administrators_who_close_each_other_at_the_same_moment_leave_one(administrator, second):
    refused = []

    def close(user: User, by: User):
        try:
            close_account(user=user, reason="Not trusted", by=by)
        except (PermissionDenied, ValidationError):
            refused.append(by)

    at_once(lambda: close(second, administrator), lambda: close(administrator, second))
    assert len(refused) == 1
    assert len(working_administrators()) == 1


def test_two_administrators_who_end_their_own_roles_at_the_same_moment_leave_one(administrator, second):
    def end(user: User):
        try:
            end_role(membership=user.memberships.get(), reason="Tired", by=user)
        except ValidationError:
            return

    at_once(lambda: end(administrator), lambda: end(second))
    assert len(working_administrators()) == 1


# --- four eyes ------------------------------------------------------------------------------------


@pytest.fixture
def agree(settings) -> None:
    settings.ADMINISTRATORS_AGREE = True


def test_administrator_role_waits_for_a_second_administrator(agree, administrator, second, nobody):
    request = give(nobody, Role.ADMINISTRATOR, administrator)
    assert isinstance(request, AdministratorRequest)
    assert not nobody.memberships.exists()
    assert decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)
    role = nobody.memberships.get()
    assert (role.granted_by, role.reason) == (administrator, "Asked for")
    request.refresh_from_db()
    assert (request.decided_by, request.outcome) == (second, "consented")


def test_who_asked_does_not_consent(agree, admins, administrator, second, nobody):
    request = give(nobody, Role.ADMINISTRATOR, administrator)
    for name in ("consent-administrator", "refuse-administrator"):
        assert admins.post(reverse(name, args=[request.pk])).status_code == 403
    assert not nobody.memberships.exists()


def test_request_is_listed_and_another_administrator_consents_on_the_page(
    agree, admins, administrator, second, nobody, browse
):
    data = {"role": "administrator", "reason": "For the holidays"}
    answer = admins.post(reverse("give-role", args=[nobody.pk]), data, follow=True)
    assert "waits for the consent of another administrator" in words(answer)
    theirs = browse(second)
    assert "For the holidays" in words(theirs.get("/people/"))
    url = reverse("consent-administrator", args=[AdministratorRequest.objects.get().pk])
    theirs.post(url)
    assert Right.MANAGE_ACCOUNTS in User.objects.get(pk=nobody.pk).rights
    assert "decided before" in words(theirs.post(url, follow=True))


def test_refused_request_gives_nothing(agree, administrator, second, nobody):
    request = give(nobody, Role.ADMINISTRATOR, administrator)
    decide(request=request, outcome=ConsentOutcome.REFUSED, by=second)
    assert not nobody.memberships.exists()


def test_same_request_twice_is_one(agree, administrator, second, nobody):
    assert give(nobody, Role.ADMINISTRATOR, administrator) == give(nobody, Role.ADMINISTRATOR, administrator)


def test_end_of_the_administrator_role_waits_too(agree, administrator, second):
    request = end_role(membership=second.memberships.get(), reason="Left", by=administrator)
    assert second.memberships.get().is_current
    decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)
    assert not second.memberships.get().is_current


def test_closing_an_administrator_is_no_way_round(agree, administrator, second):
    with pytest.raises(ValidationError, match="ask for the end of that role first"):
        close_account(user=second, reason="Left", by=administrator)


def test_consent_to_what_excludes_another_role_meanwhile_is_refused(
    agree, administrator, second, nobody, site
):
    request = give(nobody, Role.ADMINISTRATOR, administrator)
    give(nobody, Role.COORDINATOR, administrator, site)
    with pytest.raises(ValidationError, match="exclude each other"):
        decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)
    request.refresh_from_db()
    assert request.outcome is None


def test_request_of_who_is_administrator_no_more_is_void(agree, administrator, second, nobody):
    request = give(nobody, Role.ADMINISTRATOR, administrator)
    with acting(SYSTEM, source="test"):
        administrator.memberships.update(is_current=False)
    with pytest.raises(ValidationError, match="no administrator any more"):
        decide(request=request, outcome=ConsentOutcome.CONSENTED, by=second)


def test_only_administrator_acts_alone_and_the_page_says_so(agree, admins, administrator, nobody):
    assert "You are the only one who can log in" in words(admins.get(reverse("person", args=[nobody.pk])))
    assert isinstance(give(nobody, Role.ADMINISTRATOR, administrator), Membership)


def test_other_roles_need_no_consent(agree, administrator, second, nobody, site):
    assert isinstance(give(nobody, Role.MONITOR, administrator, site), Membership)
