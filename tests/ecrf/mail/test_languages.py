"""Mail in the language of whom it goes to, from the invitation on, whoever does what it tells of."""

import ast

import pytest
from django.core import mail as outbox
from django.urls import reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.account import invitations
from ecrf.account.mails import tell_changed
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.models import Mail
from ecrf.mail.queue import queue_mail
from ecrf.mail.sending import send_due
from tests.bench.counting import client_of
from tests.conftest import make_user
from tests.ecrf.mail.conftest import with_address
from tests.rules.test_repository import files, name


@pytest.fixture
def in_japan(coordinator) -> User:
    with acting(SYSTEM, source="test"):
        coordinator.language = "ja"
        coordinator.save(update_fields=["language"])
    return with_address(coordinator)


def test_a_change_is_told_in_the_words_of_whom_it_is_told_to(in_japan):
    words = gettext_lazy("The passkey “{name}” was added")
    with translation.override("zh-hans"), acting(SYSTEM, source="test"):
        tell_changed(in_japan, format_lazy(words, name="Phone"))
        chinese = str(words).format(name="Phone")
    told = Mail.objects.get(to_user=in_japan).context["what"]
    with translation.override("ja"):
        assert told == gettext("The passkey “{name}” was added").format(name="Phone")
    assert told != chinese


def test_an_invitation_is_in_the_language_of_the_site_that_one_is_invited_to(site, administrator, mail_on):
    with acting(SYSTEM, source="test"):
        site.language = "ja"
        site.save(update_fields=["language"])
    invited = with_address(make_user("newcomer", "coordinator", site))
    with acting(SYSTEM, source="test"):
        invited.set_unusable_password()
        invited.save(update_fields=["password"])
    invitations.invite(user=invited, by=administrator.acting_at(None, None), invited_by=administrator)
    send_due()
    (sent,) = outbox.outbox
    with translation.override("ja"):
        assert gettext("Your account") in sent.subject
        assert gettext("Somebody who runs this study has made an account for you.") in sent.body
    assert "Your account" not in sent.subject


def why_not_sent(source: str) -> list[ast.expr]:
    """What each refusal to send a mail is given."""
    raised = (node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise))
    return [
        call.args[0]
        for call in raised
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("NotNeeded", "Undeliverable")
    ]


def test_why_a_mail_was_not_sent_is_never_put_into_words_where_it_is_found_out():
    """There it would be in the language of the mail: it is kept in English, and read by whoever looks."""
    given = [
        (name(path), why) for path in files("ecrf", ends=(".py",)) for why in why_not_sent(path.read_text())
    ]
    assert len(given) > 10
    for path, why in given:
        is_lazy = isinstance(why, ast.Name) or getattr(getattr(why, "func", None), "id", "") in (
            "gettext_lazy",
            "words_of",
        )
        assert is_lazy, f"{path}: {ast.unparse(why)}"
    assert why_not_sent("raise NotNeeded('over')")
    assert not why_not_sent("raise ValueError('over')")


@pytest.mark.parametrize("language", ["en", "ja", "zh-hans"])
def test_why_a_mail_was_not_sent_is_kept_in_english_and_read_in_the_readers_language(
    in_japan, administrator, mail_on, language
):
    with acting(SYSTEM, source="test"):
        queue_mail(to=in_japan, kind="account-changed", context={"what": "the address"})
        in_japan.email = ""
        in_japan.save(update_fields=["email"])
    with translation.override("ja"):
        send_due()
    mail = Mail.objects.get()
    assert mail.last_error == "The account has no e-mail address."
    client = client_of(administrator)
    client.cookies["language"] = language
    with translation.override(language):
        said = gettext("The account has no e-mail address.")
    assert (said == mail.last_error) is (language == "en")
    assert said in client.get(reverse("mails")).content.decode()
