"""In which language one is spoken to: one's own choice, the browser's, the site's, or what the browser asks for."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from ecrf.access.language import (
    answered_in_master,
    as_the_page_is_read,
    asked_for,
    each_language,
    in_every_language,
    in_master,
    language_of,
    readers_language,
    speaking_to,
)
from ecrf.access.models import Membership
from ecrf.access.roles import Role
from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from tests.bench.counting import statements
from tests.conftest import make_site, make_user

pytestmark = pytest.mark.django_db


def language_of_page(client: Client, address: str = "/account/", **headers: str) -> str:
    body = client.get(address, headers=headers).content.decode()
    return re.search(r'<html lang="([\w-]+)">', body)[1]


def choose(client: Client, code: str, **more: str):
    return client.post(reverse("choose-language"), {"language": code, **more})


def speak(owner, code: str) -> None:
    with acting(SYSTEM, source="test"):
        owner.language = code
        owner.save(update_fields=["language"])


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,en;q=0.5", "ja"),
        ("en-GB,ja;q=0.9", "en"),
        ("fr,ja;q=0.3", "ja"),
        ("fr-FR, fr;q=0.9", "en"),
        ("zh", "zh-hans"),
        ("zh-CN", "zh-hans"),
        ("zh-Hans-SG", "zh-hans"),
        ("zh-TW", "en"),
        ("zh-Hant-HK, ja;q=0.5", "ja"),
        ("en;q=0, ja", "ja"),
        ("*", "en"),
        ("ja;q=nonsense", "en"),
        ("x" * 5000, "en"),
        ("日本語", "en"),
    ],
)
def test_browser_gets_what_it_asks_for_or_english(asked, given):
    assert asked_for(asked) == given


def test_login_is_in_the_language_of_the_browser(client):
    page = client.get("/login/", headers={"Accept-Language": "ja"})
    assert '<html lang="ja">' in page.content.decode()
    assert "パスワード" in page.content.decode()
    assert "Accept-Language" in page.headers["Vary"]


def test_switch_at_the_login_holds_in_this_browser_and_leads_back(client):
    response = choose(client, "zh-hans", next="/login/?next=/account/")
    assert response.headers["Location"] == "/login/?next=/account/"
    cookie = response.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert language_of_page(client, "/login/", **{"Accept-Language": "ja"}) == "zh-hans"


def test_switch_leads_to_no_other_server(client):
    for elsewhere in ("https://evil.example/", "W01", "2026-02-30", "login", '["\\ud800"]', "//evil.example"):
        assert choose(client, "ja", next=elsewhere).headers["Location"] == "/login/"


@pytest.mark.parametrize("code", ["", "de", "JA", "../ja", "\x00"])
def test_language_that_there_is_not_is_not_taken(client, coordinator, code):
    assert settings.LANGUAGE_COOKIE_NAME not in choose(client, code).cookies or code == ""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
    assert language_of_page(client, "/login/") == "en"
    client.force_login(coordinator)
    client.post(reverse("own-language"), {"language": code})
    coordinator.refresh_from_db()
    assert coordinator.language is None


def test_own_choice_comes_before_all_others(client, coordinator, site):
    client.force_login(coordinator)
    assert language_of_page(client, **{"Accept-Language": "fr"}) == "en"
    speak(site, "zh-hans")
    assert language_of_page(client, **{"Accept-Language": "en"}) == "zh-hans"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert language_of_page(client) == "en"
    speak(coordinator, "ja")
    assert language_of_page(client) == "ja"


def test_who_belongs_to_no_site_is_answered_as_the_browser_asks(client, data_manager):
    client.force_login(data_manager)
    assert language_of_page(client, **{"Accept-Language": "ja"}) == "ja"


def test_one_site_does_not_choose_for_who_monitors_several(client, site, monitor):
    """A monitor reads English while the staff of a site that is visited reads Japanese."""
    other, practice = make_site("02"), make_site("90", is_practice=True)
    for added in (other, practice):
        with acting(SYSTEM, source="test"):
            Membership.objects.create(user=monitor, role=Role.MONITOR, site=added)
    staff = make_user("of-both", Role.COORDINATOR, site)
    with acting(SYSTEM, source="test"):
        Membership.objects.create(user=staff, role=Role.COORDINATOR, site=other)
    speak(other, "ja")
    for user, language in ((monitor, "en"), (staff, "ja")):
        client.force_login(user)
        assert language_of_page(client, **{"Accept-Language": "en"}) == language
    speak(site, "ja")
    client.force_login(monitor)
    assert language_of_page(client, **{"Accept-Language": "en"}) == "ja"


def test_person_changes_the_own_language_and_the_trail_says_so(client, coordinator):
    client.force_login(coordinator)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = client.post(reverse("own-language"), {"language": "ja"}, follow=True)
    assert "言語を変更しました。" in page.content.decode()
    coordinator.refresh_from_db()
    assert coordinator.language == "ja"
    event = AuditEvent.objects.filter(table="access_user", row=str(coordinator.pk)).latest("id")
    assert event.actor == "coordinator"
    assert "language" in str(event.changes)
    assert not verify().faults
    # To follow the site again, what was chosen in this browser is forgotten too.
    client.post(reverse("own-language"), {"language": ""})
    assert language_of_page(client) == "en"


def test_no_request_leaves_its_language_to_the_next_one(client, coordinator):
    speak(coordinator, "ja")
    client.force_login(coordinator)
    assert language_of_page(client) == "ja"
    assert translation.get_language() == "en"
    assert language_of_page(Client(), "/login/") == "en"


def test_pages_cost_no_statement_more_in_another_language(client, coordinator):
    client.force_login(coordinator)
    client.get("/account/")
    english = statements(lambda: client.get("/account/")).count
    speak(coordinator, "ja")
    assert statements(lambda: client.get("/account/")).count == english


def test_program_speaks_to_a_person_and_writes_in_english(coordinator, site):
    speak(site, "ja")
    assert language_of(coordinator) == "ja"
    with speaking_to(coordinator):
        assert translation.get_language() == "ja"
        with in_master():
            assert translation.get_language() == "en"
        assert translation.get_language() == "ja"
    with speaking_to(None):
        assert translation.get_language() == "en"


def test_file_in_english_knows_in_which_language_its_page_is_read_and_the_next_one_its_own():
    @answered_in_master
    def view(request) -> tuple[str, ...]:
        with as_the_page_is_read():
            of_page = translation.get_language()
        return readers_language(), of_page, translation.get_language()

    with translation.override("ja"):
        assert view(None) == ("ja", "ja", "en")
        assert translation.get_language() == "ja"
    with translation.override("zh-hans"):
        assert readers_language() == "zh-hans"
    with translation.override(None):  # nobody speaks any
        assert view(None) == ("en", "en", "en")
        assert readers_language() == "en"


def test_words_are_kept_for_each_language_by_itself():
    made = []

    @each_language
    def words(of: str) -> str:
        made.append(of)
        return f"{of} {translation.gettext('Help')}"

    found = {}
    for _twice in range(2):
        for code in in_every_language():
            found.setdefault(code, set()).add(words("a"))
    assert set(found) == set(dict(settings.LANGUAGES))
    assert len({next(iter(one)) for one in found.values()}) == 3
    assert {len(one) for one in found.values()} == {1}
    assert len(made) == 3
    assert words("b").startswith("b ")


def test_threads_speak_each_their_own_language():
    together = Barrier(3, timeout=30)

    def said(code: str) -> tuple[str, str, str | None]:
        before = translation.get_language()
        with translation.override(code):
            together.wait()
            return before, str(translation.gettext("Help")), translation.get_language()

    with translation.override("zh-hans"), ThreadPoolExecutor(3) as threads:
        found = list(threads.map(said, ("en", "ja", "zh-hans")))
        assert translation.get_language() == "zh-hans"
    # A thread begins in the language of the settings, whatever its maker speaks.
    assert [before for before, _words, _code in found] == ["en"] * 3
    assert [code for _before, _words, code in found] == ["en", "ja", "zh-hans"]
    assert len({words for _before, words, _code in found}) == 3
