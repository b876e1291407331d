"""The second factor at the login: a code once, in time, and nothing opens without it."""

import time
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from ecrf.access.login_log import LoginEvent, What
from ecrf.account.factors import has_second_factor, reset_second_factor
from ecrf.account.lockout import WRONG_TRIES
from ecrf.account.models import Authenticator, RecoveryCode, UserSession
from ecrf.account.second import authenticator
from ecrf.account.second.authenticator import add_authenticator, judge, new_secret, take_code
from ecrf.account.second.recovery_codes import make_codes, take_recovery_code
from ecrf.account.session_store import row_key
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from tests.conftest import PASSWORD
from tests.ecrf.account.conftest import STEP, Phone, give_address, give_phone, half_logged_in, is_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-053")]

GOOD = {"username": "coordinator", "password": PASSWORD}
SECOND = "/login/second-factor/"


def whats() -> list[str]:
    return list(LoginEvent.objects.order_by("pk").values_list("what", flat=True))


# --- the login ------------------------------------------------------------------------------------


def test_password_alone_opens_nothing(client, coordinator, phone):
    half_logged_in(client)
    assert not is_in(client)
    assert whats() == [What.PASSWORD_RIGHT]
    assert client.get(SECOND).status_code == 200


@pytest.mark.requirement("R-056")
def test_code_opens_under_a_new_session_and_leads_to_the_page_that_was_asked_for(client, phone):
    half_logged_in(client, next="/assumptions/?a=1")
    before = client.session.session_key
    answer = client.post(SECOND, {"code": phone.code()})
    assert answer.headers["Location"] == "/assumptions/?a=1"
    assert client.session.session_key != before
    assert whats() == [What.PASSWORD_RIGHT, What.LOGGED_IN]


@pytest.mark.parametrize("off", [-STEP, STEP])
def test_code_of_the_step_before_or_after_is_taken(client, phone, off):
    half_logged_in(client)
    assert client.post(SECOND, {"code": phone.code(off)}).status_code == 302


def test_code_with_a_blank_between_is_taken(client, phone):
    half_logged_in(client)
    code = phone.code()
    assert client.post(SECOND, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_code_is_taken_once(client, phone):
    code = phone.code()
    half_logged_in(client)
    client.post(SECOND, {"code": code})
    other = Client()
    half_logged_in(other)
    answer = other.post(SECOND, {"code": code})
    assert answer.status_code == 422
    assert "was used already" in answer.content.decode()
    assert not is_in(other)


def test_older_code_than_the_last_one_taken_is_not_taken(client, phone):
    half_logged_in(client)
    client.post(SECOND, {"code": phone.code(STEP)})
    other = Client()
    half_logged_in(other)
    assert other.post(SECOND, {"code": phone.code()}).status_code == 422


@pytest.mark.parametrize(
    ("off", "words"), [(120, "ahead by about 2 minutes"), (-120, "behind by about 2 minutes")]
)
def test_clock_that_is_off_by_two_minutes_is_said_and_lets_nobody_in(client, phone, off, words):
    half_logged_in(client)
    answer = client.post(SECOND, {"code": phone.code(off)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not is_in(client)


def test_code_that_came_too_early_is_not_taken_when_its_time_comes(coordinator, phone, monkeypatch):
    early, now = phone.code(120), authenticator.time.time()
    assert take_code(coordinator, early).verdict.value == "clock-off"
    monkeypatch.setattr(authenticator, "time", SimpleNamespace(time=lambda: now + 120))
    assert take_code(coordinator, early).verdict.value == "used"


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "1" * 400, "\x00" * 6])
def test_odd_code_is_a_wrong_one(client, phone, typed):
    half_logged_in(client)
    assert client.post(SECOND, {"code": typed}).status_code == 422


@pytest.mark.requirement("R-054")
def test_wrong_codes_lock_the_user_name_like_wrong_passwords(client, phone):
    half_logged_in(client)
    wrong = "000000" if phone.code() != "000000" else "000001"
    for _ in range(WRONG_TRIES):
        assert client.post(SECOND, {"code": wrong}).status_code == 422
    answer = client.post(SECOND, {"code": phone.code()})
    assert "nobody can log in with it" in answer.content.decode()
    assert whats().count(What.LOCKED) == 1
    assert "nobody can log in with it" in Client().post("/login/", GOOD).content.decode()


@pytest.mark.requirement("R-054")
def test_right_password_between_does_not_begin_the_count_of_wrong_codes_anew(client, phone):
    wrong = "000000" if phone.code() != "000000" else "000001"
    for _ in range(WRONG_TRIES):
        half_logged_in(client)
        client.post(SECOND, {"code": wrong})
    assert whats().count(What.LOCKED) == 1


def test_second_step_has_ten_minutes(client, phone, monkeypatch):
    half_logged_in(client)
    now = time.time()
    monkeypatch.setattr("ecrf.account.half_way.time.time", lambda: now + 601)
    answer = client.post(SECOND, {"code": phone.code()}, follow=True)
    assert "within ten minutes" in answer.content.decode()
    assert not is_in(client)


def test_second_step_is_void_once_the_password_changed_or_the_account_is_closed(client, coordinator, phone):
    half_logged_in(client)
    with acting(SYSTEM):
        coordinator.set_password("another long enough password")
        coordinator.save(update_fields=["password"])
    assert client.post(SECOND, {"code": phone.code()}).headers["Location"] == "/login/"
    assert not is_in(client)


def test_second_step_without_a_first_one_leads_to_the_login(client):
    assert client.get(SECOND).headers["Location"] == "/login/"
    assert client.post(SECOND, {"code": "123456"}).headers["Location"] == "/login/"


def test_secret_is_stored_encrypted_and_the_trail_shows_nothing_of_it(client, coordinator):
    secret = new_secret()
    add_authenticator(user=coordinator, secret=secret, step=1)
    row = Authenticator.objects.get(user=coordinator)
    assert secret not in row.secret
    event = AuditEvent.objects.filter(table="account_authenticator").latest("position")
    assert event.actor == "coordinator"
    assert row.secret not in str(event.changes)


# --- keys -----------------------------------------------------------------------------------------


def test_key_changes_while_both_are_named_and_the_command_writes_with_the_new_one(coordinator, settings):
    old, new = "o" * 50, "n" * 50
    settings.SECOND_FACTOR_KEYS = [old]
    phone = give_phone(coordinator)
    settings.SECOND_FACTOR_KEYS = [new, old]
    call_command("encrypt_authenticators_anew")
    settings.SECOND_FACTOR_KEYS = [new]
    assert take_code(coordinator, phone.code()).verdict.value == "right"


def test_secret_that_no_key_opens_is_said_in_words(client, coordinator, phone, settings):
    settings.SECOND_FACTOR_KEYS = ["x" * 50]
    half_logged_in(client)
    answer = client.post(SECOND, {"code": phone.code()})
    assert "a key of this installation has changed" in answer.content.decode()


# --- in place -------------------------------------------------------------------------------------


def test_login_in_place_asks_for_the_second_factor_too(client, coordinator, phone):
    first = client.post("/login/again/", GOOD)
    assert first.status_code == 200
    assert b'id="log-in-again"' in first.content
    assert not is_in(client)
    wrong = client.post("/login/again/", {"code": "1"})
    assert wrong.status_code == 422
    answer = client.post("/login/again/", {"code": phone.code()})
    assert (answer.status_code, answer.headers["X-User"]) == (204, "coordinator")
    assert is_in(client)


# --- added ----------------------------------------------------------------------------------------


def pending(client: Client) -> Phone:
    """The phone reads what the page shows."""
    page = client.get("/account/authenticator/").content.decode()
    shown = page.split('class="secret"')[1].split(">")[1].split("<")[0]
    return Phone(shown.replace(" ", ""))


def test_who_needs_one_and_has_none_is_led_to_it_and_nothing_else_opens(
    client, coordinator, everybody_needs_one
):
    assert client.post("/login/", GOOD).headers["Location"] == "/"
    setup = reverse("second-factor-setup")
    for page in ("/", "/assumptions/", "/account/", "/account/password/", "/places/"):
        assert client.get(page).headers["Location"] == setup
    assert client.post("/patients/add/", {"site": "01"}).headers["Location"] == setup
    fragment = client.get("/places/", headers={"HX-Request": "true"})
    assert fragment.status_code == 403
    assert "set up a second factor" in fragment.content.decode()
    assert client.get(setup).status_code == 200


def test_authenticator_is_added_by_its_first_code_and_that_code_is_used_up(
    client, coordinator, everybody_needs_one, mails
):
    client.post("/login/", GOOD)
    client.get("/assumptions/")
    phone = pending(client)
    code = phone.code()
    answer = client.post("/account/authenticator/", {"code": code})
    assert answer.headers["Location"] == reverse("recovery-codes")
    assert has_second_factor(coordinator)
    assert is_in(client)
    other = Client()
    half_logged_in(other)
    assert other.post(SECOND, {"code": code}).status_code == 422
    kept = client.post(reverse("recovery-codes-kept"))
    assert client.get(kept.headers["Location"]).headers["Location"] == "/assumptions/"


def test_wrong_first_code_adds_nothing_and_a_reload_shows_the_same_secret(client, coordinator):
    client.post("/login/", GOOD)
    phone = pending(client)
    answer = client.post("/account/authenticator/", {"code": "000000" if phone.code() != "000000" else "1"})
    assert answer.status_code == 422
    assert not has_second_factor(coordinator)
    assert pending(client).code() == phone.code()


def test_first_factor_ends_the_other_sessions(client, coordinator):
    other = Client()
    other.post("/login/", GOOD)
    client.post("/login/", GOOD)
    client.post("/account/authenticator/", {"code": pending(client).code()})
    assert is_in(client)
    assert not is_in(other)


def test_adding_and_removing_ask_for_the_password_ten_minutes_after_the_login(
    client, coordinator, monkeypatch
):
    client.post("/login/", GOOD)
    phone, now = pending(client), time.time()
    monkeypatch.setattr("ecrf.account.proof.time.time", lambda: now + 601)
    page = "/account/authenticator/"
    answer = client.post(page, {"code": phone.code(), "current_password": "wrong"})
    assert answer.status_code == 422
    assert "not your password" in answer.content.decode()
    assert not has_second_factor(coordinator)
    assert whats()[-1] == What.WRONG_HERE
    assert client.post(page, {"code": phone.code(), "current_password": PASSWORD}).status_code == 302


def test_last_factor_is_not_removed_where_one_is_needed(client, coordinator, phone, everybody_needs_one):
    half_logged_in(client)
    client.post(SECOND, {"code": phone.code()})
    answer = client.post(reverse("remove-authenticator"))
    assert answer.status_code == 422
    assert has_second_factor(coordinator)


def test_factor_is_removed_where_none_is_needed_and_its_owner_is_told(client, coordinator, phone, mails):
    give_address(coordinator)
    half_logged_in(client)
    client.post(SECOND, {"code": phone.code()})
    assert client.post(reverse("remove-authenticator")).headers["Location"] == "/account/"
    assert not has_second_factor(coordinator)
    assert "The authenticator app was removed" in mails()[-1].body


def test_session_of_before_a_factor_was_added_elsewhere_is_asked_for_it(
    client, coordinator, everybody_needs_one
):
    client.force_login(coordinator)
    phone = give_phone(coordinator)
    answer = client.get("/assumptions/")
    assert answer.headers["Location"] == SECOND
    assert client.post(SECOND, {"code": phone.code()}).headers["Location"] == "/assumptions/"


@pytest.mark.parametrize(
    ("setting", "needs"), [("monitor,coordinator", True), ("administrator", False), ("none", False)]
)
def test_setting_names_the_roles_that_need_one(client, coordinator, settings, setting, needs):
    settings.SECOND_FACTOR_FOR = setting
    client.post("/login/", GOOD)
    assert is_in(client) is not needs


# --- recovery codes -------------------------------------------------------------------------------


def test_recovery_code_opens_once_and_its_owner_is_told(client, coordinator, phone, mails):
    give_address(coordinator)
    [first, *others] = make_codes(coordinator)
    assert len({first, *others}) == 10
    half_logged_in(client)
    assert client.post(SECOND, {"recovery": first.lower().replace("-", " ")}).status_code == 302
    assert "A recovery code was used to log in; 9 are left" in mails()[-1].body
    other = Client()
    half_logged_in(other)
    assert other.post(SECOND, {"recovery": first}).status_code == 422
    assert whats().count(What.RECOVERY_CODE) == 1


def test_recovery_codes_are_hashed_and_shown_until_they_are_kept(client, coordinator, phone):
    half_logged_in(client)
    client.post(SECOND, {"code": phone.code()})
    client.post(reverse("recovery-codes"))
    page = client.get(reverse("recovery-codes")).content.decode()
    stored = list(RecoveryCode.objects.values_list("code", flat=True))
    shown = [part.split("</code>")[0] for part in page.split("<code>")[1:]]
    assert len(shown) == len(stored) == 10
    assert not [code for code in shown if code in str(stored) or code.replace("-", "") in str(stored)]
    assert shown[0] in client.get(reverse("recovery-codes")).content.decode()
    client.post(reverse("recovery-codes-kept"))
    assert shown[0] not in client.get(reverse("recovery-codes")).content.decode()
    assert "10 of 10 are left" in client.get(reverse("recovery-codes")).content.decode()


def test_new_set_takes_the_place_of_the_old_one(client, coordinator, phone):
    old = make_codes(coordinator)
    make_codes(coordinator)
    half_logged_in(client)
    assert client.post(SECOND, {"recovery": old[0]}).status_code == 422


# --- taken away -----------------------------------------------------------------------------------


@pytest.mark.requirement("R-057")
def test_reset_by_an_administrator_ends_factors_codes_and_sessions(client, coordinator, administrator, phone):
    codes = make_codes(coordinator)
    half_logged_in(client)
    client.post(SECOND, {"code": phone.code()})
    by = administrator.acting_at(None, None)
    reset_second_factor(user=coordinator, by=by, ended_by=administrator, reason="The phone is lost")
    assert not is_in(client)
    assert not has_second_factor(coordinator)
    assert not RecoveryCode.objects.filter(ended_at__isnull=True).exists()
    assert client.post("/login/", GOOD).headers["Location"] == "/"
    assert (
        not UserSession.objects.filter(user=coordinator)
        .exclude(session_key=row_key(client.session.session_key))
        .exists()
    )
    assert codes


def test_judge_knows_codes_by_their_step():
    secret = new_secret()
    found = judge(secret, Phone(secret).code())
    assert found.step == int(authenticator.time.time()) // STEP
    assert judge(secret, Phone(secret).code(), used_up_to=found.step).verdict.value == "used"


FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def test_codes_typed_by_an_input_method_open_too(coordinator):
    secret = new_secret()
    code = Phone(secret).code()
    assert judge(secret, f"{code[:3]}　{code[3:]}".translate(FULL_WIDTH)).verdict.value == "right"
    [first, *_others] = make_codes(coordinator)
    assert take_recovery_code(coordinator, first.lower().translate(FULL_WIDTH))


@pytest.mark.requirement("R-054")
def test_owner_is_told_of_a_lock_by_mail(client, coordinator, mails):
    give_address(coordinator)
    for _ in range(WRONG_TRIES):
        client.post("/login/", {**GOOD, "password": "wrong"})
    [mail] = mails()
    assert "Nobody can log in for 15 minutes" in mail.body


def test_second_click_adds_nothing_more_and_keeps_the_codes_of_the_first(client, coordinator):
    client.post("/login/", GOOD)
    secret = new_secret()
    step = judge(secret, Phone(secret).code()).step
    assert add_authenticator(user=coordinator, secret=secret, step=step)
    assert not add_authenticator(user=coordinator, secret=secret, step=step)
    for _ in range(2):
        client.post(reverse("recovery-codes"))
    assert RecoveryCode.objects.filter(user=coordinator).count() == 10


def test_authenticator_moves_to_another_phone_and_the_old_one_opens_nothing(client, coordinator, phone):
    half_logged_in(client)
    client.post(SECOND, {"code": phone.code()})
    new = pending(client)
    assert client.post("/account/authenticator/", {"code": new.code()}).status_code == 302
    other = Client()
    half_logged_in(other)
    assert other.post(SECOND, {"code": phone.code(STEP)}).status_code == 422
    assert other.post(SECOND, {"code": new.code(STEP)}).status_code == 302
