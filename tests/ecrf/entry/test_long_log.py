"""A long log is shown in pieces: each row is on the page that every link to it leads to, and a page weighs the same
however many rows there are."""

import html
import re
import uuid

import pytest
from django.urls import reverse

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.casebook import log_pieces
from ecrf.casebook.data import PatientData, stored_row
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.schedule import matrix as matrix_module
from ecrf.casebook.schedule.matrix import matrix
from ecrf.casebook.services import complete_entries
from ecrf.entry.addresses import PagePlace, page_url
from ecrf.entry.ending.to_finish import drafts
from ecrf.entry.queries.answers import address_of
from ecrf.entry.today.unfinished import unfinished
from ecrf.entry.visit.links import MOST_CHOICES, MOST_LINKING
from ecrf.files.pages.places import page_of_entry
from ecrf.imports.pages.links import RowLinks
from ecrf.imports.plan.outcome import RowOutcome
from ecrf.trail.page import place_url
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_place, enter
from tests.ecrf.entry.long_logs import KEY, fill
from tests.ecrf.queries.builders import asked

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _known_host(settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def patient(site, coordinator) -> Patient:
    return a_patient(site, coordinator)


@pytest.fixture
def client(coordinator):
    return client_of(coordinator)


@pytest.fixture
def short_pieces(monkeypatch) -> None:
    """Five rows a page, so that few rows make a long log."""
    monkeypatch.setattr(log_pieces, "ROWS", 5)
    monkeypatch.setattr(matrix_module, "LAST_ROWS", 5)


@pytest.fixture
def twelve(short_pieces, patient, coordinator) -> Patient:
    """A log of three pieces; every row complete but the seventh."""
    fill(patient, coordinator, 12)
    places = [a_place(patient, KEY, number) for number in range(1, 13) if number != 7]
    by = coordinator.acting_at(patient.site, Right.ENTER)
    assert complete_entries(patient=patient, places=places, by=by) == []
    return patient


def log_of(patient: Patient, piece: int = 1, kind: str = KEY) -> str:
    return reverse("log", args=[patient.number, kind]) + (f"?page={piece}" if piece > 1 else "")


def rows_on(answer) -> list[int]:
    """The numbers of the rows that a page shows in full."""
    return [int(number) for number in re.findall(rf'<tbody id="{KEY}-(\d+)"', answer.content.decode())]


def event(patient: Patient, number: int) -> Entry:
    return Entry.objects.get(patient=patient, crf=KEY, number=number)


def test_page_of_a_long_log_is_the_same_however_long_it_is(patient, site, coordinator, client):
    fill(patient, coordinator, 60)
    longer = a_patient(site, coordinator)
    fill(longer, coordinator, 600)
    first, same, last = (client.get(log_of(*place)) for place in ((patient,), (longer,), (longer, 12)))
    assert rows_on(first) == rows_on(same) == list(range(1, 51))
    assert rows_on(last) == list(range(551, 601))
    assert abs(len(same.content) - len(first.content)) < 1_000
    counted = [
        statements(lambda address=address: client.get(address)).count
        for address in (log_of(patient), log_of(longer), log_of(longer, 12))
    ]
    assert len(set(counted)) == 1
    pages = [reverse("patient", args=[one.number]) for one in (patient, longer)]
    weights = [len(client.get(page).content) for page in pages]
    assert abs(weights[1] - weights[0]) < 1_000
    assert len({statements(lambda page=page: client.get(page)).count for page in pages}) == 1


def test_log_that_fits_on_a_page_says_nothing_of_pages_and_asks_nothing_for_them(
    short_pieces, patient, coordinator, client
):
    fill(patient, coordinator, 5)
    short, page = statements(lambda: client.get(log_of(patient))).count, client.get(log_of(patient))
    assert "log-pieces" not in page.content.decode()
    assert rows_on(page) == [1, 2, 3, 4, 5]
    fill(patient, coordinator, 6, first=6)
    assert statements(lambda: client.get(log_of(patient))).count == short + 1
    assert 'class="log-pieces"' in client.get(log_of(patient)).content.decode()


WAYS = {
    "the page's own address": lambda w, n: page_url(PagePlace(w.patient), a_place(w.patient, KEY, n)),
    "the address of a row": lambda w, n: reverse("log-form", args=[w.patient.number, KEY, n]),
    "a query": lambda w, n: address_of(w.queries[n]),
    "what is unfinished": lambda w, n: next(
        one.url for one in unfinished([w.patient.site], [], {}, 100)[0] if one.words.endswith(f" {n}")
    ),
    "the trail": lambda w, n: place_url(event(w.patient, n), w.user),
    "a file": lambda w, n: page_of_entry(w.user, event(w.patient, n), "term"),
    "what is left of an ending": lambda w, n: next(
        task.url for task in drafts(w.patient, w.matrix) if task.words.endswith(f"Synthetic {n}")
    ),
    "an import": lambda w, n: w.import_links(n),
    "the patient's page": lambda w, n: next(
        address
        for address in re.findall(r'<a href="([^"]+)">', w.patients_page)
        if address.endswith(f"#{KEY}-{n}")
    ),
}


class World:
    """A patient with a log of three pieces, for whom ways to its rows are looked up."""

    def __init__(self, patient: Patient, user: User, monitor: User, client) -> None:
        self.patient, self.user = patient, user
        numbers = (2, 7, 12)
        self.queries = {n: asked(event(patient, n), monitor, item="term") for n in numbers}
        data = PatientData(patient)
        self.matrix = matrix(patient, data)
        page = client.get(reverse("patient", args=[patient.number]))
        self.patients_page = html.unescape(page.content.decode())

    def import_links(self, number: int) -> str:
        links = RowLinks(self.user, [])
        links.patients, links.enters = {self.patient.number: self.patient}, {self.patient.number}
        outcome = RowOutcome(form=KEY, at=str(number))
        return links.item_of(links.page_of(self.patient.number, outcome), outcome, "term")


@pytest.mark.parametrize("number", [2, 7, 12])
@pytest.mark.parametrize("way", WAYS)
def test_every_link_to_a_row_arrives_on_the_page_that_shows_it(
    way, number, short_pieces, patient, coordinator, monitor, client, monkeypatch
):
    monkeypatch.setattr(matrix_module, "LAST_ROWS", 12)  # so that the patient's page lists them all
    fill(patient, coordinator, 12, outcome="")
    address = WAYS[way](World(patient, coordinator, monitor, client), number)
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert number in rows_on(answer)
    anchor = address.partition("#")[2] or answer.redirect_chain[-1][0].partition("#")[2]
    assert re.search(rf'id="[iy]?-?{anchor}"', answer.content.decode())


def press(client, address: str, user: User, action: str, **fields: str):
    """A button of the page, with what it showed in the fields that are sent."""
    page = html.unescape(client.get(address).content.decode())
    seen = dict(re.findall(r"name=\"(seen:[^\"]+)\" value='([^']*)'", page))
    return client.post(address, {"action": action, "page-user": user.pk, **seen, **fields})


def test_what_is_done_on_a_later_page_stays_there(twelve, coordinator, client):
    page, note = log_of(twelve, 2), {f"note:{KEY}-8": "Entered by mistake"}
    saved = press(client, page, coordinator, "save", **{f"{KEY}:7:term": "Rash"})
    assert saved.url == page
    assert stored_row(a_place(twelve, KEY, 7)).term == "Rash"
    for action, fields in (
        (f"complete-form:{KEY}-7", {}),
        (f"strike:{KEY}-8", note),
        (f"restore:{KEY}-8", note),
    ):
        answer = press(client, page, coordinator, action, **fields)
        assert answer.status_code == 302, action
        assert answer.url.partition("#")[0] == page
        assert rows_on(client.get(answer.url)) == [6, 7, 8, 9, 10]
    assert event(twelve, 7).is_done
    assert not event(twelve, 8).is_struck


def test_row_that_is_added_is_on_the_page_that_comes(twelve, coordinator, client):
    for address in (log_of(twelve), log_of(twelve, 2)):
        answer = press(client, address, coordinator, f"add:{KEY}:{uuid.uuid4()}")
        number = max(Entry.objects.filter(patient=twelve, crf=KEY).values_list("number", flat=True))
        assert answer.url.endswith(f"?page=3#{KEY}-{number}")
        assert number in rows_on(client.get(answer.url))
    key = {"key": str(uuid.uuid4())}
    answer = client.post(reverse("add-log-form", args=[twelve.number, KEY]), key)
    assert 15 in rows_on(client.get(answer.url))
    answer = client.post(reverse("add-log-form", args=[twelve.number, KEY]), {"key": str(uuid.uuid4())})
    assert answer.url.endswith(f"?page=4#{KEY}-16")
    assert rows_on(client.get(answer.url)) == [16]


def test_what_is_refused_on_a_later_page_stands_there_as_it_was_typed(twelve, coordinator, client):
    typed = {f"{KEY}:7:started_on": "long ago", f"{KEY}:7:term": "Rash"}
    answer = press(client, log_of(twelve, 2), coordinator, "save", **typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert rows_on(answer) == [6, 7, 8, 9, 10]
    assert 'value="long ago"' in text
    assert f'href="{log_of(twelve)}"' in text
    assert f'href="{log_of(twelve, 3)}"' in text
    assert stored_row(a_place(twelve, KEY, 7)).term == "Rash"


def test_complete_is_about_the_rows_that_are_shown(short_pieces, patient, coordinator, client):
    fill(patient, coordinator, 7)
    enter(patient, KEY, coordinator, number=2, outcome=None)
    answer = press(client, log_of(patient, 2), coordinator, "complete")
    assert answer.url == log_of(patient, 2)
    done = Entry.objects.filter(patient=patient, status="complete").order_by("number")
    assert list(done.values_list("number", flat=True)) == [6, 7]
    answer = press(client, log_of(patient), coordinator, "complete")
    assert answer.status_code == 422
    assert f'href="#f-{KEY}-2-outcome"' in answer.content.decode()


def test_page_says_what_is_unfinished_and_asked_on_others(twelve, coordinator, monitor, client):
    asked(event(twelve, 12), monitor, item="term")
    text = " ".join(client.get(log_of(twelve)).content.decode().split())
    nav = re.search(r'<nav class="log-pieces".*?</nav>', text)[0]
    assert "Rows in all: 12" in nav
    assert re.search(rf'1 row is not complete: <a href="{re.escape(log_of(twelve, 2))}"', nav)
    assert re.search(rf'asked in 1 row: <a href="{re.escape(log_of(twelve, 3))}"', nav)


@pytest.mark.parametrize(
    ("asked_for", "shown"),
    [
        ("", [1]),
        ("?page=2", [27]),
        ("?page=6", [27]),
        ("?page=7", [31]),
        ("?page=99", [31]),
        ("?page=0", [1]),
        ("?page=-2", [1]),
        ("?page=x%00", [1]),
        (f"?page={10**30}", [1]),
    ],
)
def test_any_page_that_is_asked_for_is_one_with_rows(
    asked_for, shown, short_pieces, patient, coordinator, client
):
    """Rows that came from elsewhere may have gaps in their numbers."""
    for number in (1, 27, 31):
        fill(patient, coordinator, number, first=number)
    assert rows_on(client.get(log_of(patient) + asked_for)) == shown


def test_row_with_a_very_high_number_is_saved_and_shown(patient, coordinator, client):
    fill(patient, coordinator, 1, first=1)
    fill(patient, coordinator, 1_204, first=1_204)
    address = f"/patients/{patient.number}/casebook/{KEY}/1204/term/"
    assert client.post(address, {"value": "Rash", "seen": "Synthetic 1204"}).status_code == 200
    row = client.get(reverse("log-form", args=[patient.number, KEY, 1_204]), follow=True)
    assert rows_on(row) == [1_204]
    assert 'value="Rash"' in row.content.decode()


def test_page_speaks_the_readers_language(twelve, coordinator, client):
    text = client.get(log_of(twelve, 2), headers={"Accept-Language": "ja"}).content.decode()
    nav = re.search(r'<nav class="log-pieces".*?</nav>', text, re.DOTALL)[0]
    assert "12" in nav
    assert re.search(r"[ぁ-ん]", nav)
    assert not re.search(r"[A-Za-z]{3}", re.sub(r"<[^>]+>", "", nav).replace("No.", ""))
    assert f'href="{log_of(twelve, 3)}"' in nav


def test_what_many_rows_may_name_is_offered_once_for_the_page(short_pieces, patient, coordinator, client):
    fill(patient, coordinator, MOST_CHOICES)
    fill(patient, coordinator, 3, kind="report", adverse_event="7", became_aware_on="2026-01-06")
    few = client.get(log_of(patient, kind="report")).content.decode()
    assert few.count('value="9">9 · Synthetic 9') == 3
    fill(patient, coordinator, MOST_CHOICES + 1, first=MOST_CHOICES + 1)
    many = client.get(log_of(patient, kind="report")).content.decode()
    assert many.count('value="9">9 · Synthetic 9') == 1
    assert many.count('list="rows-of-adverse-event" value="7"') == 3
    assert many.count("data-named>7 · Synthetic 7") == 3
    answer = press(
        client, log_of(patient, kind="report"), coordinator, "save", **{"report:1:adverse_event": "500"}
    )
    assert answer.status_code == 422
    assert 'value="500"' in answer.content.decode()
    answer = press(
        client, log_of(patient, kind="report"), coordinator, "save", **{"report:1:adverse_event": "9"}
    )
    assert stored_row(a_place(patient, "report", 1)).adverse_event == "9"


def test_patients_page_lists_the_last_rows_and_leads_to_the_others(twelve, client):
    text = client.get(reverse("patient", args=[twelve.number])).content.decode()
    listed = re.findall(rf'<th scope="row" class="num"><a href="[^"]*#{KEY}-(\d+)"', text)
    assert listed == ["8", "9", "10", "11", "12"]
    assert f'href="{log_of(twelve, 3)}"' in text
    assert f'href="{log_of(twelve)}"' in text
    assert "The last 5" in text


def test_of_a_patient_who_left_some_forms_of_a_log_are_named_and_the_others_counted(
    short_pieces, patient, coordinator
):
    fill(patient, coordinator, 25)
    named = [task for task in drafts(patient, matrix(patient)) if "Adverse event" in task.words]
    assert len(named) == 21
    assert named[-1].words.endswith("5 more to complete")
    assert named[-1].url == f"{log_of(patient, 5)}#{KEY}-21"


def test_who_signs_the_casebook_reads_the_first_rows_and_is_led_to_the_others(
    patient, coordinator, investigator
):
    fill(patient, coordinator, 52)
    fill(patient, coordinator, 120, first=120)
    page = reverse("sign-casebook", args=[patient.number])
    text = " ".join(client_of(investigator).get(page).content.decode().split())
    assert "Synthetic 50" in text
    assert "Synthetic 51" not in text.replace("Adverse event 51", "")
    assert "The first 50 of 53 forms" in text
    assert f'href="{log_of(patient, 2)}">No. 51 to 100<' in text
    assert f'href="{log_of(patient, 3)}">No. 101 to 150<' in text
    assert "53 forms" in text  # the signature covers all
    first = client_of(investigator).get(log_of(patient, 3))
    assert rows_on(first) == [120]


def test_row_that_very_many_name_says_the_first_of_them_and_how_many_more(patient, coordinator, client):
    fill(patient, coordinator, 1)
    fill(patient, coordinator, MOST_LINKING + 3, kind="report", adverse_event="1")
    text = " ".join(client.get(log_of(patient)).content.decode().split())
    named = re.search(r'<p class="linked">.*?</p>', text)[0]
    assert named.count("<a ") == MOST_LINKING
    assert "and 3 more" in named


def test_print_of_a_long_log_is_the_piece_that_was_shown(twelve, client):
    page = client.get(log_of(twelve, 2)).content.decode()
    print_url = reverse("print-log", args=[twelve.number, KEY])
    assert f'href="{print_url}?page=2"' in page
    paper = client.get(f"{print_url}?page=2").content.decode()
    assert re.findall(r"Synthetic (\d+)", paper) == ["6", "7", "8", "9", "10"]
    assert "Adverse events, No. 6 to 10" in paper
    assert f'href="{print_url}?page=3"' in paper
    assert f'href="{log_of(twelve, 2)}"' in paper
