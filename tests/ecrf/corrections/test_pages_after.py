"""After each act of putting right, leaving and asking: every page that shows the patient still does, and says the same;
and three acts in a row where the third is held against the first."""

import re
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.urls import reverse

from ecrf.prints.pdf.casebook import casebook_pdf
from ecrf.queries.models import Query
from tests.ecrf.corrections.pairs import ACTS, REFUSALS, a_world, at_site, now, user
from tests.ecrf.corrections.whole import whatever_came_of_it
from tests.printed import pdf_words

pytestmark = pytest.mark.django_db

SITES = ("today", "grid", "calendar", "queries", "struck-patients")
OF_PATIENT = ("patient", "patient-trail", "print-casebook", "casebook-files")
REVIEW = ("monitor:index", "grid", "calendar", "moved-patients")


@pytest.fixture(scope="module")
def world(module_db):
    return a_world()


@pytest.mark.parametrize("act", ACTS)
def test_every_page_still_shows_the_patient(world, db, client, act):
    ACTS[act](world)
    patient = now(world)
    client.force_login(at_site(patient) if act != "leave staff" else user("investigator"))
    for name in SITES:
        assert client.get(reverse(name)).status_code == 200, name
    for name in OF_PATIENT:
        assert client.get(reverse(name, args=[patient.number])).status_code == 200, name
    client.force_login(user("data_manager"))
    for name in REVIEW:
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get(reverse("monitor:casebook_patient_change", args=[patient.pk])).status_code == 200


@pytest.mark.parametrize("act", ["strike", "strike patient", "move", "move away", "hand over", "withdraw"])
def test_casebook_as_pdf_tells_what_was_struck_out_and_where_it_went(world, db, act):
    ACTS[act](world)
    words = re.sub(r"\s+", " ", pdf_words(casebook_pdf(now(world), made_at=datetime(2027, 3, 1, tzinfo=UTC))))
    said = {
        "strike": "Done by mistake",
        "strike patient": "Done by mistake",
        "move": "Moved to 01-001, Unscheduled visit 1",
        "move away": "Moved to 01-002, Week 4",
        "hand over": "Moved from site 01 to site 02",
        "withdraw": "Withdrawal by patient",
    }
    assert said[act] in words
    assert "Headache" in words


@pytest.mark.parametrize(
    ("first", "second", "third", "why"),
    [
        ("strike", "withdraw", "restore", "after the withdrawal of consent"),
        ("withdraw", "strike", "restore", "after the withdrawal of consent"),
        ("move", "withdraw", "restore", "it would stand twice"),
        ("move", "strike patient", "restore", "is struck out"),
        ("move away", "hand over", "restore", "it would stand twice"),
        ("strike", "freeze", "restore", "is frozen since"),
        ("strike patient", "lock", "restore patient", "is locked since"),
        ("strike", "leave staff", "restore", "role does not let you"),
        ("strike", "strike patient", "restore patient", ""),
        ("move", "strike patient", "restore patient", ""),
        ("withdraw", "strike patient", "restore patient", ""),
        ("strike", "hand over", "restore", ""),
        ("hand over", "strike patient", "restore patient", ""),
        ("hand over", "hand over", "save", ""),
        ("die", "strike", "restore", ""),
        ("question", "strike", "restore", ""),
        ("query", "move away", "hand over", ""),
    ],
)
def test_third_act_is_held_against_the_first(world, db, first, second, third, why):
    for act in (first, second):
        ACTS[act](world)
    if why:
        with transaction.atomic(), pytest.raises(REFUSALS, match=why):
            ACTS[third](world)
    else:
        ACTS[third](world)
    whatever_came_of_it()


@pytest.mark.parametrize("asked", ["question", "query"])
@pytest.mark.parametrize("struck", ["strike", "strike patient", "move away"])
def test_what_was_asked_of_it_is_still_reached_from_the_lists_and_closed_there(
    world, db, client, asked, struck
):
    """By whoever asked: a site its question, a monitor the query."""
    ACTS[asked](world)
    ACTS[struck](world)
    query = Query.every.get()
    by = user("coordinator" if asked == "question" else "monitor")
    client.force_login(by)
    assert query.turn == ("site" if asked == "question" else "monitor")
    if asked == "query":
        assert query.text_as_asked in client.get(reverse("monitor:queries_query_changelist")).text
        assert client.get(reverse("monitor:queries_query_change", args=[query.pk])).status_code == 200
        return
    (line,) = client.get(reverse("queries"), {"turn": "answered"}).context["list"].lines
    page = client.get(line.address)
    assert page.status_code == 200
    (shown,) = re.findall(r'href="(/patients/[^"]+)">Question 1<', page.text)
    assert client.get(shown).status_code == 200
    client.post(reverse("finish-asking", args=["01-001", query.number]), {"said": query.last_said})
    assert not Query.every.exclude(turn="").exists()
