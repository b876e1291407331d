"""Mail in the language of whom it goes to, from the invitation on, whoever does what it tells of."""

import pytest
from django.core import mail as outbox
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from ecrf.access.models import User
from ecrf.account import invitations
from ecrf.account.mails import tell_changed
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.models import Mail
from ecrf.mail.sending import send_due
from tests.conftest import make_user
from tests.ecrf.mail.conftest import with_address


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
