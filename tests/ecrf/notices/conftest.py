"""People with addresses, mail that goes into Django's outbox of tests, and a serious event."""

import re
import uuid

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.services import add_entry
from ecrf.forms.registry import CRFS
from ecrf.mail.scheduled import JOBS
from ecrf.mail.sending import send_due
from tests.builders import a_patient, enter
from tests.ecrf.mail.conftest import mail_on, with_address  # noqa: F401  (the first is a fixture)


@pytest.fixture(autouse=True)
def _people_with_addresses(mail_on, coordinator, investigator, safety, monitor) -> None:  # noqa: F811
    for user in (coordinator, investigator, safety, monitor):
        with_address(user)


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return a_patient(site, coordinator)


def an_event(patient: Patient, by: User, **values: str) -> Entry:
    place = add_entry(
        patient=patient,
        definition=CRFS["adverse-event"],
        visit=None,
        parent=None,
        by=by.acting_at(patient.site, Right.ENTER),
        request_key=uuid.uuid4(),
    )
    if values:
        assert enter(patient, "adverse-event", by, number=place.number, **values).is_clean
    return Entry.objects.get(patient=patient, crf="adverse-event", number=place.number)


def worker(name: str) -> list[EmailMultiAlternatives]:
    """One look of the worker for what this job looks for, and the mails that went out."""
    already = len(outbox.outbox)
    JOBS[name].run()
    send_due()
    return list(outbox.outbox[already:])


def recipients(mails: list[EmailMultiAlternatives]) -> list[str]:
    return sorted(re.sub(r".*<(.*)>", r"\1", mail.to[0]) for mail in mails)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
