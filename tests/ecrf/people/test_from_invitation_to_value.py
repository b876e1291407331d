"""The whole way: an administrator invites, the mail goes out, its link is opened, a value is saved; no shell."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.access.models import User
from ecrf.casebook.models import Patient
from ecrf.mail.mailbox import delivered
from ecrf.mail.sending import send_due
from ecrf.web.mail_server import MailServer
from tests.ecrf.people.conftest import INVITATION

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.MAIL = MailServer(is_on=True, is_mailbox=True, public_url="http://testserver")
    settings.EMAIL_BACKEND = "ecrf.mail.mailbox.MailboxBackend"
    settings.SECOND_FACTOR_FOR = "none"


def test_who_is_invited_opens_the_link_chooses_a_password_and_adds_a_patient(admins, site):
    admins.post(reverse("invite"), INVITATION)
    send_due()
    mail = delivered().get()
    link = re.search(r"http://testserver(/invitation/\S+)", mail.text)
    assert link
    client, password = Client(), "a long enough new password"
    assert client.get(link[1]).status_code == 200
    client.post(link[1], {"username": "new.person", "password": password, "again": password})
    client.get("/", follow=True)
    client.post("/patients/add/", {"site": "01", "key": str(uuid.uuid4())})
    assert Patient.objects.filter(site=site).count() == 1
    assert User.objects.get(username="new.person").has_usable_password()
    page = admins.get(reverse("person", args=[User.objects.get(username="new.person").pk])).content.decode()
    assert "accepted" in page
    assert client.get(link[1]).status_code == 410
