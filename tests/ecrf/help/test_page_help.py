"""Help of a page: from its head, as a page and as a piece, and who is named to be asked."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from ecrf.help.topics.pages import topic_of

pytestmark = pytest.mark.django_db
ASKED = "Study desk, desk@example.org"


def test_link_in_the_head_leads_to_the_help_of_the_page(client, coordinator):
    client.force_login(coordinator)
    for page, topic in (("today", "today"), ("training", "training"), ("queries", "queries")):
        address = reverse("help-page", args=[topic])
        assert f'href="{address}"' in client.get(reverse(page)).content.decode()
        assert str(topic_of(page).title) in client.get(address).content.decode()


def test_page_that_there_is_not_leads_to_all_of_help(client, coordinator):
    client.force_login(coordinator)
    page = client.get("/nothing/here/")
    assert page.status_code == 404
    assert f'class="help-link" href="{reverse("help")}"' in page.content.decode()


def test_piece_has_the_words_of_the_page_and_no_frame(client, coordinator):
    client.force_login(coordinator)
    address = reverse("help-page", args=["visit"])
    piece = client.get(address, headers={"HX-Request": "true"}).content.decode()
    page = client.get(address).content.decode()
    assert "<html" not in piece
    assert "data-page-help-close" in piece
    for words in (str(topic_of("visit").title), "<strong>ten</strong> steps", "A mistake?"):
        assert words in piece
        assert words in page


def test_trial_adds_its_lines_to_its_topics_only(client, coordinator):
    client.force_login(coordinator)
    assert "In this trial" in client.get(reverse("help-page", args=["visit"])).content.decode()
    assert "In this trial" not in client.get(reverse("help-page", args=["today"])).content.decode()


def test_before_the_login_only_the_help_of_the_account_is_open(client):
    page = client.get(reverse("help-page", args=["log-in"]))
    assert page.status_code == 200
    assert reverse("help-chapter", args=["everybody", "account"]) in page.content.decode()
    assert client.get(reverse("help-chapter", args=["everybody", "account"])).status_code == 200
    for closed in (reverse("help-page", args=["visit"]), reverse("help-chapter", args=["site", "entering"])):
        assert client.get(closed).url.startswith(reverse("login"))
        assert client.get(closed, headers={"HX-Request": "true"}).status_code == 401


def test_who_still_has_to_set_up_a_second_factor_reads_how(client, coordinator, settings):
    settings.SECOND_FACTOR_FOR = "all"
    client.force_login(coordinator)
    assert client.get(reverse("help-page", args=["ways-in"])).status_code == 200
    assert client.get(reverse("help-chapter", args=["everybody", "account"])).status_code == 200
    assert client.get(reverse("help")).url == reverse("second-factor-setup")


@pytest.mark.parametrize("address", ["/help/page/nothing/", "/help/site/nothing/", "/help/nothing/first-day/",
                                     "/help/nothing/manual.pdf", "/help/monitor/entering/"])  # fmt: skip
def test_help_that_there_is_not_is_404(client, coordinator, address):
    client.force_login(coordinator)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("contact", "words"), [("", "the administrator of this study"), (ASKED, "Study desk")]
)
def test_whom_to_ask_stands_on_help_the_login_and_the_pages_for_bad_days(
    client, coordinator, settings, contact, words
):
    settings.HELP_CONTACT = contact
    assert words in client.get(reverse("login")).content.decode()
    for template in ("400.html", "500.html", "errors/database_away.html"):
        assert words in render_to_string(template)
    client.force_login(coordinator)
    for address in (reverse("help"), reverse("help-page", args=["today"]), "/nothing/", reverse("people")):
        assert words in client.get(address).content.decode()


def test_whom_to_ask_is_text_with_addresses_as_links(client, settings):
    settings.HELP_CONTACT = f"<b>{ASKED}</b>"
    page = client.get(reverse("login")).content.decode()
    assert "&lt;b&gt;Study desk" in page
    assert 'href="mailto:desk@example.org"' in page
