"""A mail server that takes everything, and a kind of mail that only tests send."""

from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage

from ecrf.access.models import User
from ecrf.audit.actor import SYSTEM, acting
from ecrf.mail.kinds import KINDS, MailKind, register
from ecrf.web.mail_server import MailServer
from tests.ecrf.mail.mail_server import HERE, Inbox, serving

URL = "https://ecrf.example.org"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def with_address(user: User, email: str = "") -> User:
    with acting(SYSTEM, source="test"):
        user.email = email or f"{user.username}@example.org"
        user.save(update_fields=["email"])
    return user


@pytest.fixture
def mail_on(settings) -> None:
    """Mail goes out; without `smtp`, into Django's outbox of tests."""
    settings.MAIL = MailServer(is_on=True, public_url=URL)


@pytest.fixture
def smtp(settings, mail_on) -> Iterator[Inbox]:
    """A server that listens, by settings as production has them."""
    inbox = Inbox()
    with serving(inbox) as port:
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, HERE, port
        settings.EMAIL_TIMEOUT = 5
        yield inbox


@pytest.fixture
def person(coordinator) -> User:
    return with_address(coordinator)


@pytest.fixture
def kind() -> Iterator[MailKind]:
    """Told by the texts of a change of the account, which need `what`."""
    made = register(MailKind("account-changed-in-a-test", "Test", "About {what}", why="A test."))
    yield made
    del KINDS[made.key]


@pytest.fixture(autouse=True)
def _texts(monkeypatch) -> None:
    """Kinds of tests have no templates of their own."""
    from ecrf.mail import message

    rendered = message._rendered

    def borrowed(name: str, given: dict, *, autoescape: bool) -> str:
        return rendered(name.replace("-in-a-test", ""), given, autoescape=autoescape)

    monkeypatch.setattr(message, "_rendered", borrowed)


def html_of(mail: EmailMessage) -> str:
    return mail.get_body(("html",)).get_content()
