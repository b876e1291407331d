"""A visit with a complete scale and an investigator who may sign."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM
from ecrf.casebook.models import Entry
from ecrf.casebook.services import complete_entries
from ecrf.signatures.services import chain_length, sign
from ecrf.signatures.signers import confirm_identity
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import PASSWORD

QUESTIONS = tuple(f"question_{number}" for number in range(1, 13))
"""Of the stub's scale."""
BOTH = {"username": "investigator", "password": PASSWORD, "declares": "yes"}


def complete(where, crf, by, number=1, **values) -> Entry:
    """Enter a form and complete it."""
    enter(where, crf, by, number=number, **values)
    place = a_place(where, crf, number)
    assert (
        complete_entries(
            patient=place.patient, places=[place], by=by.acting_at(place.patient.site, Right.ENTER)
        )
        == []
    )
    return Entry.objects.get(patient=place.patient, visit=place.visit, crf=crf, number=number, parent=None)


def complete_scale(visit, by) -> Entry:
    given = dict.fromkeys(QUESTIONS, "4")
    return complete(visit, "scale", by, assessor="A1", assessed_at="09:30", before_dose="yes", **given)


def change(visit, by, value="3", item=QUESTIONS[0], reason="Misread") -> None:
    assert item in enter(visit, "scale", by, reason=reason, **{item: value}).changed


def checked(user: User) -> User:
    confirm_identity(user=user, confirmed_by="Synthetic manager", how="Invented", by=SYSTEM, source="test")
    return user


def signed(covering, scope, by, seen=None, **more):
    """Sign as the page does; `covering` is the patient, the visit or the entry."""
    patient = covering if scope == "casebook" else covering.patient
    where = {} if scope == "casebook" else {"visit" if scope == "visit" else "entry": covering}
    return sign(
        patient=patient,
        scope=scope,
        **where,
        seen=chain_length(patient) if seen is None else seen,
        by=by,
        actor=by.acting_at(patient.site, Right.SIGN),
        **{"declares": True, **more},
    )


def at(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def investigator(investigator):
    """Whose identity somebody has made sure of."""
    return checked(investigator)


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W04", coordinator)


@pytest.fixture
def scale(visit, coordinator) -> Entry:
    return complete_scale(visit, coordinator)


@pytest.fixture
def url(visit, scale) -> str:
    return reverse("sign-visit", args=[visit.patient.number, visit.code])


@pytest.fixture
def signing_client(investigator):
    """The investigator's browser."""
    return at(investigator)


def words(response) -> str:
    main = response.content.decode().split("<main", 1)[-1].split("</main>")[0]
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())
    return re.sub(r" ([,.:;])", r"\1", text)


def seen(client, url) -> str:
    return re.search(r'name="seen" value="(\d+)"', client.get(url).content.decode())[1]


def post(client, url, **more):
    """Sign as the page does, with what it showed."""
    given = {**BOTH, **more}
    return client.post(url, {"seen": seen(client, url), **given} if "seen" not in given else given)
