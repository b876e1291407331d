"""A query, a question or a note has one name wherever somebody reads it: its number in the study, `Q1042`."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from ecrf.access.roles import Right
from ecrf.prints.pdf.casebook import casebook_pdf
from ecrf.queries import conversations
from ecrf.queries.models import QueryKind
from tests.bench.counting import client_of
from tests.builders import a_patient, a_place, a_visit
from tests.ecrf.queries.builders import act, answered, asked, complete, vital_signs
from tests.printed import pdf_words

pytestmark = pytest.mark.django_db

OTHER_NAME = re.compile(r"\b(query|note) \d+", re.IGNORECASE)
"""By the number at the patient, or by a bare key. Not "question": forms have items of that name."""


def words(page: str) -> str:
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = " ".join(re.findall(r'(?:aria-label|title)="([^"]*)"', page))
    return " ".join(html.unescape(f"{spoken} {re.sub(r'<[^>]*>', ' ', page)}").split())


@pytest.fixture
def conversations_of(site, coordinator, monitor):
    """{what it is: one at the pulse of a patient who is not the first of the study to be asked about}"""
    first = a_visit(a_patient(site, coordinator), "W04", coordinator)
    vital_signs(first, coordinator)
    entry = complete(first, "vital-signs", coordinator)
    for text in ("A", "B", "C", "D"):
        asked(entry, monitor, text)

    visit = a_visit(a_patient(site, coordinator), "W04", coordinator)
    vital_signs(visit, coordinator)
    entry = complete(visit, "vital-signs", coordinator)
    made = {
        "query": asked(entry, monitor, "Please check"),
        "answered": answered(asked(entry, monitor, "And this?"), coordinator, "As in the source"),
        "closed": asked(entry, monitor, "Nothing"),
    }
    act("close", made["closed"], monitor, text="Seen")
    for kind in QueryKind:
        made[kind.value] = conversations.open_here(
            place=a_place(visit, "vital-signs"),
            item="pulse",
            kind=kind,
            text="Which arm?",
            by=coordinator,
            actor=coordinator.acting_at(site, Right.ANSWER),
        )
    assert all(one.code != f"Q{one.number}" for one in made.values())
    return made


def site_pages(made):
    query = made["query"]
    number = query.patient.number
    at_form = reverse("visit", args=[number, "W04"])
    history = reverse("item-history", args=[number, "W04", "vital-signs", "1", "pulse"])
    everything = set(made)
    yield at_form, everything
    yield history, everything
    yield reverse("patient-trail", args=[number]), everything
    yield reverse("print-visit", args=[number, "W04"]), everything
    yield reverse("print-casebook", args=[number]), everything
    for turn, of_it in (
        ("site", {"query"}),
        ("review", {"answered"}),
        ("closed", {"closed"}),
        ("asked", {"question"}),
        ("notes", {"note"}),
    ):
        yield f"{reverse('queries')}?turn={turn}", of_it
    for name, one in made.items():
        yield reverse("answer-query", args=[number, one.number]), {name}


def review_pages(made):
    query, everything = made["query"], set(made)
    yield reverse("monitor:casebook_visit_change", args=[query.entry.visit_id]), everything
    yield reverse("monitor:casebook_entry_change", args=[query.entry_id]), everything
    yield reverse("monitor:casebook_patient_change", args=[query.patient_id]), {"query", "answered"}
    yield reverse("monitor:open-query", args=[query.entry_id, "pulse"]), {"query", "answered", "closed"}
    yield reverse("monitor:queries_query_changelist"), {"query", "answered"}
    for name, one in made.items():
        yield reverse("monitor:queries_query_change", args=[one.pk]), {name}


@pytest.mark.requirement("R-015")
@pytest.mark.parametrize(("person", "pages"), [("coordinator", site_pages), ("monitor", review_pages)])
def test_everybody_calls_it_by_its_number_in_the_study(conversations_of, person, pages, request):
    client = client_of(request.getfixturevalue(person))
    for url, shown in pages(conversations_of):
        answer = client.get(url)
        assert answer.status_code == 200, url
        said = words(answer.content.decode().split("<main", 1)[-1])
        for name in shown:
            assert re.search(rf"\b{conversations_of[name].code}\b", said), (url, name)
        assert not (found := OTHER_NAME.search(said)), (url, found[0])


def test_casebook_on_paper_calls_it_the_same(conversations_of):
    said = pdf_words(casebook_pdf(conversations_of["query"].patient, made_at=timezone.now()))
    for one in conversations_of.values():
        assert one.name in said
    assert not (found := OTHER_NAME.search(said)), found[0]
