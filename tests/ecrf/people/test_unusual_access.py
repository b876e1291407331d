"""What is unusual in the log of logins: each rule with its threshold; found once, told once."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from ecrf.access.kept_words import as_read
from ecrf.access.login_log import LoginEvent, What, note
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.models import Mail
from ecrf.people.logins import page_count
from ecrf.people.logins.looking import look_through_log
from ecrf.people.logins.rules import (
    PAGES_AT_MOST,
    RULES,
    TRIES_AT_MOST,
    Activity,
    Login,
    PagesInHour,
    unusual,
)
from ecrf.people.logins.telling import tell_unusual_access
from ecrf.people.models import PageCount

pytestmark = pytest.mark.django_db

TOKYO = ZoneInfo("Asia/Tokyo")
NOON = datetime(2026, 3, 5, 12, tzinfo=TOKYO)


def login(at: datetime = NOON, what: str = What.LOGGED_IN, pk: int = 1, **more) -> Login:
    return Login(pk, what, "coordinator", at, "192.0.2.1", TOKYO, **more)


def rules_of(*logins: Login, pages: int = 0) -> list[str]:
    activity = Activity(list(logins), [PagesInHour("coordinator", NOON, pages)] if pages else [])
    return [rule.key for rule, _found in unusual(activity)]


# --- the rules ------------------------------------------------------------------------------------


def test_login_at_noon_from_a_known_address_is_nothing_unusual():
    assert rules_of(login()) == []


def test_new_address_is_unusual():
    assert rules_of(login(is_new_address=True)) == ["new-address"]


@pytest.mark.parametrize(
    ("hour", "minute", "found"), [(0, 0, ["night"]), (4, 59, ["night"]), (5, 0, []), (23, 59, [])]
)
def test_night_is_on_the_clock_of_the_site(hour, minute, found):
    at = NOON.replace(hour=hour, minute=minute).astimezone(UTC)
    assert rules_of(login(at)) == found


def test_nobody_knows_the_night_of_who_belongs_to_no_site():
    assert rules_of(Login(1, What.LOGGED_IN, "safety", NOON.replace(hour=3), "192.0.2.1")) == []


def test_one_try_too_many_within_an_hour_is_told_once():
    wrong = [
        login(NOON + timedelta(minutes=number), What.WRONG, number) for number in range(TRIES_AT_MOST + 3)
    ]
    assert rules_of(*wrong[:TRIES_AT_MOST]) == []
    assert rules_of(*wrong) == ["tries"]


def test_tries_of_a_whole_day_are_nothing_unusual():
    wrong = [login(NOON + timedelta(hours=number), What.WRONG, number) for number in range(12)]
    assert rules_of(*wrong) == []


def test_more_pages_than_a_person_reads_in_an_hour_are_unusual():
    assert rules_of(pages=PAGES_AT_MOST) == []
    assert rules_of(pages=PAGES_AT_MOST + 1) == ["pages"]


def test_rules_have_names_of_their_own():
    assert len({rule.key for rule in RULES}) == len(RULES)
    assert all(rule.words and rule.title for rule in RULES)


def test_what_any_rule_finds_is_stored_in_english_and_told_in_the_readers_language():
    """Whoever reads when it is found: the words hold the facts, and come back in each language."""
    tries = [
        login(NOON + timedelta(minutes=number), What.WRONG, number) for number in range(TRIES_AT_MOST + 1)
    ]
    unknown = [replace(one, username="unknown", address=None) for one in tries]
    others = [login(is_new_address=True), login(NOON.replace(hour=3))]
    activity = Activity([*others, *tries, *unknown], [PagesInHour("coordinator", NOON, PAGES_AT_MOST + 1)])
    with translation.override("ja"):
        found = [one.words for _rule, one in unusual(activity)]
        told = [as_read(words) for words in found]
    assert len(found) == 5
    assert all(words.isascii() for words in found)
    assert not any(words.isascii() for words in told)
    for english, words in zip(found, told, strict=True):
        facts = re.findall(r"\d[\d.:]*\d", english)
        assert all(fact in words for fact in facts)
    assert [as_read(words) for words in found] == found
    assert as_read("Worded by another version.") == "Worded by another version."


# --- in the log -----------------------------------------------------------------------------------


@pytest.fixture
def from_home(coordinator, monkeypatch) -> None:
    """A person who has logged in at noon, always from the same address."""
    monkeypatch.setattr("ecrf.people.logins.rules.NIGHT", range(0))  # the database's clock says what it likes
    note(What.LOGGED_IN, "coordinator", "192.0.2.1")


def test_first_login_is_from_somewhere_and_the_next_place_is_new(from_home):
    assert look_through_log() == []
    note(What.LOGGED_IN, "coordinator", "192.0.2.1")
    note(What.LOGGED_IN, "coordinator", "198.51.100.7")
    assert [one.rule for one in look_through_log()] == ["new-address"]


def test_what_was_found_is_not_found_again(from_home):
    note(What.LOGGED_IN, "coordinator", "198.51.100.7")
    assert len(look_through_log()) == 1
    note(What.LOGGED_IN, "coordinator", "198.51.100.7")
    assert look_through_log() == []


def test_another_address_of_the_same_network_of_ipv6_is_the_same_place(from_home):
    for address in ("2001:db8::1", "2001:db8::2"):
        note(What.LOGGED_IN, "coordinator", address)
    assert len(look_through_log()) == 1


def test_administrators_are_told_once(from_home, administrator):
    with acting(SYSTEM, source="test"):
        type(administrator).objects.filter(pk=administrator.pk).update(email="admin@hospital.example")
    note(What.LOGGED_IN, "coordinator", "198.51.100.7")
    assert (tell_unusual_access(), tell_unusual_access()) == (1, 0)
    mail = Mail.objects.get(kind="unusual-access")
    assert mail.to_user == administrator
    assert "198.51.100.7" in mail.context["lines"][0]


def test_page_lists_what_was_found_and_the_rules(from_home, admins):
    note(What.LOGGED_IN, "coordinator", "198.51.100.7")
    look_through_log()
    page = admins.get(reverse("unusual-access")).content.decode()
    assert "from where this person never did before" in page
    assert all(str(rule.title) in page for rule in RULES)
    assert "198.51.100.7" in admins.get("/people/").content.decode()


# --- pages are counted ----------------------------------------------------------------------------


@pytest.fixture
def counts(monkeypatch) -> dict:
    """No pages of other tests; written from the third page on."""
    monkeypatch.setattr(page_count, "_counted", {})
    monkeypatch.setattr(page_count, "WRITE_EVERY_PAGES", 3)
    return page_count._counted


def test_pages_are_counted_by_the_hour_and_written_now_and_then(counts, coordinator, browse):
    client = browse(coordinator)
    for _ in range(7):
        client.get("/assumptions/")
    count = PageCount.objects.get()
    assert (count.user, count.pages) == (coordinator, 6)
    assert count.hour == timezone.now().replace(minute=0, second=0, microsecond=0)


def test_pages_are_written_after_a_minute_too(counts, coordinator, browse, monkeypatch):
    client = browse(coordinator)
    client.get("/assumptions/")
    counts[coordinator.pk].since -= page_count.WRITE_EVERY_SECONDS
    client.get("/assumptions/")
    assert PageCount.objects.get().pages == 2


HEADERS = [{}, {"HX-Request": "true"}, {"X-Unattended": "yes"}, {"HX-Request": "true", "HX-Boosted": "true"}]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_whatever_a_browser_says_of_itself_a_page_counts(counts, coordinator, browse, headers):
    client = browse(coordinator)
    for _ in range(3):
        client.get("/assumptions/", headers=headers)
    assert PageCount.objects.get().pages == 3


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_what_pages_ask_by_themselves_is_no_page_whatever_the_header(counts, coordinator, browse, headers):
    client = browse(coordinator)
    for path in ("/places/", "/account/session/", "/login/again/"):
        client.get(path, headers=headers)
    assert counts == {}


def test_whatever_a_template_asks_for_again_and_again_is_named():
    """Each element with `hx-trigger="every …"`: its address would else make a page that is left open unusual."""
    asked = set()
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        for element in re.findall(
            r"<[a-z]+\s[^>]*hx-trigger=\"[^\"]*every[^>]*>", template.read_text("utf-8")
        ):
            asked |= set(re.findall(r"{% url '([\w:-]+)'", element))
    assert asked
    assert asked <= page_count.NOT_OPENED


def test_saves_and_pages_of_nobody_are_not_counted(counts, coordinator, browse):
    client = browse(coordinator)
    client.post("/queries/")
    assert counts == {}
    Client().get("/login/")
    assert counts == {}


# --- the log as a page ----------------------------------------------------------------------------


def test_log_is_narrowed_by_person_act_and_day(admins, coordinator, monitor):
    note(What.LOGGED_IN, "coordinator", "192.0.2.1")
    note(What.WRONG, "coordinator", "192.0.2.2")
    note(What.LOGGED_IN, "monitor", "192.0.2.3")
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
        today = cursor.fetchone()[0]
    page = admins.get(
        reverse("login-log"), {"who": "coordinator", "what": "wrong", "day": today}
    ).content.decode()
    assert "192.0.2.2" in page
    assert "192.0.2.1" not in page
    assert "192.0.2.3" not in page
    before = {"day": today - timedelta(days=1)}
    assert "Nothing fits." in admins.get(reverse("login-log"), before).content.decode()


def test_log_goes_on_by_pages(admins, coordinator):
    with acting(SYSTEM, source="login"):
        LoginEvent.objects.bulk_create(
            LoginEvent(what=What.LOGGED_IN, username="coordinator", address="192.0.2.1") for _ in range(101)
        )
    page = admins.get(reverse("login-log"), {"who": "coordinator"})
    before = page.context["before"]
    assert len(page.context["events"]) == 100
    assert (
        len(admins.get(reverse("login-log"), {"who": "coordinator", "before": before}).context["events"]) == 1
    )


@pytest.mark.parametrize("day", ["yesterday", "0000-00-00", "9999-12-31"])
def test_day_that_is_none_is_said(day, admins):
    page = admins.get(reverse("login-log"), {"day": day})
    assert page.context["fault"]
    assert page.context["wanted"].day is None
    assert page.context["typed"] == day
