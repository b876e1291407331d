"""Accounts by page: invited, corrected, closed, opened again; each takes effect at the next request."""

import logging

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from ecrf.access.models import Membership, User
from ecrf.access.roles import Role
from ecrf.account.links import address_of, make_link
from ecrf.account.models import LinkKind, SecretLink
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.mail.models import Mail
from ecrf.people.accounts.services import ask_for_new_second_factor
from ecrf.signatures.models import IdentityCheck
from tests.conftest import PASSWORD, make_user
from tests.ecrf.account.conftest import give_phone
from tests.ecrf.people.conftest import INVITATION

pytestmark = pytest.mark.django_db


def invite(client, **changes):
    return client.post(reverse("invite"), {**INVITATION, **changes})


def act(client, name: str, person: User, *more: int, **data: str):
    return client.post(reverse(name, args=[person.pk, *more]), data)


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def close(client, person: User, reason: str = "Left the hospital"):
    return act(client, "close-account", person, reason=reason)


# --- invited --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-016")
def test_invitation_makes_account_role_and_link_with_the_reason_in_the_trail(admins, administrator, site):
    answer = invite(admins)
    person = User.objects.get(username="new.person")
    assert answer.headers["Location"] == reverse("person", args=[person.pk])
    role = person.memberships.get()
    assert (role.role, role.site, role.granted_by, role.reason) == (
        Role.COORDINATOR, site, administrator, "Asked for by letter",
    )  # fmt: skip
    assert SecretLink.objects.get(user=person).kind == LinkKind.INVITATION
    event = AuditEvent.objects.get(table="access_user", row=str(person.pk), operation="INSERT")
    assert (event.actor, event.role, event.reason) == (
        "administrator",
        "administrator",
        "Asked for by letter",
    )


@pytest.mark.requirement("R-050")
def test_nobody_knows_the_password_of_who_is_invited(admins, site):
    invite(admins)
    assert not User.objects.get(username="new.person").has_usable_password()


def test_invitation_of_the_same_click_twice_makes_one_account_and_one_link(admins, site):
    invite(admins)
    answer = admins.post(reverse("invite"), INVITATION, follow=True)
    assert "was invited already" in words(answer)
    assert User.objects.filter(username="new.person").count() == 1
    assert SecretLink.objects.count() == 1
    assert Membership.objects.filter(user__username="new.person").count() == 1


def test_role_at_several_sites_with_days(admins, site, other_site):
    invite(admins, site=["01", "02"], starts_on="2099-01-01", ends_on="2099-12-31")
    roles = Membership.objects.filter(user__username="new.person").order_by("site__code")
    assert [(role.site.code, str(role.starts_on), str(role.ends_on)) for role in roles] == [
        ("01", "2099-01-01", "2099-12-31"), ("02", "2099-01-01", "2099-12-31"),
    ]  # fmt: skip


def test_identity_of_who_signs_is_recorded_with_who_made_sure(admins, site):
    invite(admins, role="investigator", identity="Passport seen at the site")
    check = IdentityCheck.objects.get(user__username="new.person")
    assert (check.how, check.confirmed_by) == ("Passport seen at the site", "Synthetic administrator")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("username", "new person", "letters, digits and @ . + - _ only, and no blank"),
        ("username", "", "This is needed"),
        ("username", "new\r\nBcc: all@hospital.example", "line break"),
        ("username", "n" * 151, "At most 150 characters"),
        ("full_name", "", "This is needed"),
        ("full_name", "Synthetic\r\nBcc: all@hospital.example", "line break"),
        ("full_name", "Synthetic\u2028person", "line break"),
        ("full_name", "Synthetic\x00person", "null character"),
        ("full_name", "n" * 201, "At most 200 characters"),
        ("email", "", "This is needed"),
        ("email", "new.person", "no e-mail address"),
        ("email", "new.person@hospital.example\nBcc: all@hospital.example", "line break"),
        ("role", "", "Choose a role."),
        ("role", "superuser", "Select a valid choice"),
        ("site", [], "held at a site"),
        ("site", "99", "Select a valid choice"),
        ("role", "statistician", "holds for all sites"),
        ("starts_on", "tomorrow", "This is no date"),
        ("starts_on", "2020-01-01", "This day is over"),
        ("starts_on", "1999-01-01", "Write a day from"),
        ("ends_on", "2020-01-01", "This day is over"),
        ("reason", "", "Say why"),
        ("reason", "n" * 501, "Shorten it"),
    ],
)
def test_what_cannot_stand_is_refused_in_words_with_everything_kept(admins, site, field, value, said):
    answer = invite(admins, **{field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert not User.objects.filter(email=INVITATION["email"]).exists()
    kept = {"username": "new.person", "full_name": "Synthetic new person", "reason": "Asked for by letter"}
    assert all(f'value="{value}"' in answer.content.decode() for name, value in kept.items() if name != field)


def test_days_backwards_are_refused(admins, site):
    answer = invite(admins, starts_on="2099-12-31", ends_on="2099-01-01")
    assert "The last day is before the first." in words(answer)


def test_inspector_without_a_last_day_is_refused(admins, site):
    assert "limited time" in words(invite(admins, role="inspector", site=[]))


def test_line_break_in_a_name_is_logged(admins, site, caplog):
    with caplog.at_level(logging.WARNING, "ecrf.people"):
        invite(admins, full_name="Synthetic\nBcc: all@hospital.example")
    assert "line break refused" in caplog.text
    assert "hospital.example" not in caplog.text


@pytest.mark.parametrize("name", ["合成 太郎", "Synthetic 🧪 Person", "Sÿnthétic-Ő’Person"])
def test_names_of_any_script_are_taken(admins, site, name):
    assert invite(admins, full_name=name).status_code == 302
    assert User.objects.get(username="new.person").full_name == name


@pytest.mark.requirement("R-036")
def test_user_name_in_another_case_is_taken(admins, site, coordinator):
    assert "as coordinator: capital letters do not count" in words(invite(admins, username="Coordinator"))


@pytest.mark.requirement("R-036")
def test_user_name_of_a_closed_account_is_never_given_again(admins, site, coordinator):
    close(admins, coordinator)
    answer = words(invite(admins, username="COORDINATOR"))
    assert "belongs to a closed account (Synthetic coordinator)" in answer
    assert "one person for ever" in answer


def test_address_of_another_account_is_refused_by_its_name(admins, site, coordinator):
    act(admins, "correct-person", coordinator, full_name="Synthetic coordinator",
        email="New.Person@hospital.example", reason="Told by phone")  # fmt: skip
    assert "belongs to the account coordinator" in words(invite(admins))


# --- sent again, withdrawn ------------------------------------------------------------------------


def test_new_invitation_makes_the_link_before_it_void(admins, site):
    invite(admins)
    person = User.objects.get(username="new.person")
    act(admins, "send-invitation", person)
    links = SecretLink.objects.filter(user=person).order_by("pk")
    assert [link.withdrawn_at is None for link in links] == [False, True]


def test_withdrawn_invitation_opens_nothing_and_a_second_click_is_calm(admins, site):
    invite(admins)
    person = User.objects.get(username="new.person")
    act(admins, "withdraw-invitation", person)
    assert SecretLink.objects.get(user=person).withdrawn_at
    answer = admins.post(reverse("withdraw-invitation", args=[person.pk]), follow=True)
    assert "done before" in words(answer)


def test_who_has_a_password_gets_no_invitation(admins, coordinator):
    answer = admins.post(reverse("send-invitation", args=[coordinator.pk]), follow=True)
    assert "has chosen a password already" in words(answer)
    assert not SecretLink.objects.exists()


# --- corrected ------------------------------------------------------------------------------------


def test_new_address_is_told_to_the_old_one_and_the_new_one(admins, coordinator):
    for address in ("old@hospital.example", "new@hospital.example"):
        act(admins, "correct-person", coordinator, full_name="Synthetic coordinator", email=address,
            reason="Told by phone")  # fmt: skip
    told = list(
        Mail.objects.filter(kind="account-changed").order_by("pk").values_list("to_address", flat=True)
    )
    assert told == ["old@hospital.example", "old@hospital.example", "new@hospital.example"]


@pytest.mark.requirement("R-059")
def test_links_that_went_to_a_wrong_address_open_nothing_once_it_is_corrected(admins, site, client):
    invite(admins)
    person = User.objects.get(username="new.person")
    wrong = address_of(SecretLink.objects.get(user=person))
    act(admins, "correct-person", person, full_name=person.full_name, email="right@hospital.example",
        reason="A slip in the address")  # fmt: skip
    assert client.get(wrong).status_code == 410
    assert client.get(address_of(SecretLink.objects.get(user=person, withdrawn_at=None))).status_code == 200


@pytest.mark.requirement("R-059")
def test_account_that_is_opened_again_is_not_opened_by_a_link_of_before(admins, site, coordinator):
    act(admins, "correct-person", coordinator, full_name="Synthetic coordinator", email="c@hospital.example",
        reason="Told by phone")  # fmt: skip
    with acting(SYSTEM, source="test"):
        for kind in (LinkKind.RESET, LinkKind.NEW_ADDRESS):
            make_link(kind, coordinator, None)
    close(admins, coordinator)
    act(admins, "reopen-account", coordinator, role="coordinator", site="01", reason="Back again")
    open_links = SecretLink.objects.filter(user=coordinator, withdrawn_at=None)
    assert [link.kind for link in open_links] == [LinkKind.INVITATION]


@pytest.mark.requirement("R-016")
def test_corrected_name_stands_in_the_trail_beside_the_old_one(admins, coordinator):
    act(admins, "correct-person", coordinator, full_name="Synthetic married", email="", reason="Married")
    event = AuditEvent.objects.filter(table="access_user", row=str(coordinator.pk)).latest("position")
    assert event.changes["full_name"] == ["Synthetic coordinator", "Synthetic married"]
    assert event.reason == "Married"


def test_correcting_nothing_writes_nothing(admins, coordinator):
    before = AuditEvent.objects.count()
    act(admins, "correct-person", coordinator, full_name="Synthetic coordinator", email="", reason="Checked")
    assert AuditEvent.objects.count() == before


# --- closed ---------------------------------------------------------------------------------------


@pytest.mark.requirement("R-057")
def test_closed_account_is_logged_out_at_its_next_request(admins, coordinator, browse):
    theirs = browse(coordinator)
    assert theirs.get("/").status_code == 200
    close(admins, coordinator)
    assert theirs.get("/").headers["Location"].startswith("/login/")
    assert not coordinator.memberships.filter(is_current=True).exists()
    assert "or the account is closed" in words(
        admins.__class__().post("/login/", {"username": "coordinator", "password": PASSWORD})
    )


def test_closing_keeps_account_and_roles_with_who_and_why(admins, coordinator, administrator):
    close(admins, coordinator)
    role = coordinator.memberships.get()
    assert (role.ended_by, role.end_reason) == (administrator, "Left the hospital")
    assert User.objects.filter(pk=coordinator.pk, is_active=False).exists()


def test_closing_without_a_reason_is_refused(admins, coordinator):
    assert close(admins, coordinator, "").status_code == 422
    assert User.objects.get(pk=coordinator.pk).is_active


def test_closing_twice_is_calm(admins, coordinator):
    close(admins, coordinator)
    answer = admins.post(reverse("close-account", args=[coordinator.pk]), {"reason": "Again"}, follow=True)
    assert "done before" in words(answer)


def test_all_that_is_wrong_with_an_invitation_is_said_at_once(admins, coordinator):
    """What only the database knows too: no second round for a name that is taken, or a role without its site."""
    answer = invite(admins, username="coordinator", site=[], reason="")
    assert answer.status_code == 422
    page = words(answer)
    for fault in ("Say why", "This user name is taken", "this role is held at a site"):
        assert page.count(fault) == 1


def test_last_administrator_cannot_close_itself(admins, administrator):
    answer = close(admins, administrator)
    assert answer.status_code == 422
    assert "only administrator who can log in" in words(answer)
    assert User.objects.get(pk=administrator.pk).is_active


def test_administrator_who_was_invited_and_never_came_does_not_count(admins, administrator, site):
    invite(admins, role="administrator", site=[])
    assert close(admins, administrator).status_code == 422


def test_taking_ones_own_second_factor_away_logs_out(admins, administrator):
    give_phone(administrator)
    answer = act(admins, "take-second-factor", administrator, reason="Phone is lost")
    assert answer.headers["Location"] == reverse("login")


def test_one_of_two_administrators_may_close_itself(admins, administrator, second):
    assert close(admins, administrator).headers["Location"] == reverse("login")
    assert admins.get("/people/").headers["Location"].startswith("/login/")


@pytest.mark.requirement("R-036")
def test_reopened_account_needs_a_new_password_and_gets_only_new_roles(admins, coordinator):
    data = {"full_name": "Synthetic coordinator", "email": "c@hospital.example", "reason": "Told by phone"}
    act(admins, "correct-person", coordinator, **data)
    close(admins, coordinator)
    role = {"role": "monitor", "site": "01", "reason": "Came back"}
    answer = act(admins, "reopen-account", coordinator, **role)
    now = User.objects.get(pk=coordinator.pk)
    assert answer.status_code == 302
    assert now.is_active
    assert not now.has_usable_password()
    assert [one.role for one in now.memberships.filter(is_current=True)] == ["monitor"]
    assert SecretLink.objects.filter(user=now, kind=LinkKind.INVITATION).count() == 1


def test_account_without_address_is_not_reopened(admins, coordinator):
    close(admins, coordinator)
    answer = act(admins, "reopen-account", coordinator, role="monitor", site="01", reason="Came back")
    assert "No e-mail address is known" in words(answer)
    assert not User.objects.get(pk=coordinator.pk).is_active


# --- sessions, locks, second factor ---------------------------------------------------------------


@pytest.mark.requirement("R-058")
def test_ended_sessions_are_over_at_the_next_request(admins, coordinator, browse):
    theirs = browse(coordinator)
    theirs.get("/")
    act(admins, "end-sessions", coordinator)
    assert theirs.get("/").headers["Location"].startswith("/login/")


def test_ending_ones_own_sessions_keeps_this_one(admins, administrator, browse):
    elsewhere = browse(administrator)
    act(admins, "end-sessions", administrator)
    assert admins.get("/people/").status_code == 200
    assert elsewhere.get("/people/").status_code == 302


def test_administrator_unlocks_an_account(admins, coordinator, client):
    for _ in range(8):
        client.post("/login/", {"username": "coordinator", "password": "wrong"})
    assert "Locked" in words(admins.get("/people/?state=locked"))
    act(admins, "unlock-account", coordinator)
    assert client.post("/login/", {"username": "coordinator", "password": PASSWORD}).status_code == 302


def test_second_factor_that_does_not_exist_is_not_taken_away(admins, coordinator, administrator):
    """No session ends, and nobody is told of a change."""
    for person in (coordinator, administrator):
        for answer in (
            admins.get(reverse("take-second-factor", args=[person.pk])),
            act(admins, "take-second-factor", person, reason="Phone is lost"),
        ):
            assert answer.headers["Location"] == reverse("person", args=[person.pk])
        with pytest.raises(ValidationError, match="nothing to take away"):
            ask_for_new_second_factor(user=person, reason="Phone is lost", by=administrator)
    assert "has no second factor" in words(admins.get(reverse("person", args=[coordinator.pk])))
    assert not Mail.objects.exists()


def test_person_without_a_role_is_said_to_log_in_only_if_that_is_so(admins, coordinator):
    with acting(SYSTEM, source="test"):
        coordinator.memberships.update(is_current=False)
    page = reverse("person", args=[coordinator.pk])
    assert "this person can log in and sees nothing" in words(admins.get(page))
    close(admins, coordinator)
    closed = words(admins.get(page))
    assert "can log in" not in closed
    assert "the account is closed: nobody logs in with it" in closed


def test_new_second_factor_wants_a_reason(admins, coordinator):
    give_phone(coordinator)
    assert act(admins, "take-second-factor", coordinator, reason="").status_code == 422
    assert act(admins, "take-second-factor", coordinator, reason="Phone is lost").status_code == 302


def test_no_page_of_an_account_has_a_field_for_a_password(admins, coordinator, site):
    for name in ("person", "correct-person", "reopen-account", "give-role", "take-second-factor"):
        assert 'type="password"' not in words(admins.get(reverse(name, args=[coordinator.pk])))
    assert 'type="password"' not in words(admins.get(reverse("invite")))


def test_account_that_lost_its_role_meanwhile_acts_no_more(admins, administrator, second, coordinator):
    with acting(SYSTEM, source="test"):
        administrator.memberships.update(is_current=False)
    assert close(admins, coordinator).status_code == 403


def test_page_of_a_person_shows_past_roles_too(admins, coordinator, site):
    role = coordinator.memberships.get()
    act(admins, "end-role", coordinator, role.pk, reason="Other work")
    page = words(admins.get(reverse("person", args=[coordinator.pk])))
    assert "Roles that have ended" in page
    assert "Other work" in page


def test_person_who_does_not_exist_is_not_found(admins):
    assert admins.get("/people/999999/").status_code == 404


def test_hostile_name_is_shown_as_text(admins, site):
    make_user("x", Role.COORDINATOR, site)
    act(admins, "correct-person", User.objects.get(username="x"),
        full_name="<script>alert(1)</script>", email="", reason="A test")  # fmt: skip
    for page in (admins.get("/people/"), admins.get("/people/access/")):
        assert "<script>alert" not in page.content.decode()
        assert "&lt;script&gt;alert" in page.content.decode()


@pytest.mark.requirement("R-050")
def test_new_installation_has_no_account(db):
    """No migration makes one: nobody knows a password before somebody has typed it."""
    assert not User.objects.exists()
