"""What is not taken in a table is said below it: so each message names its cell."""

import uuid

import pytest
from django.urls import reverse
from django.utils.html import escape
from lxml import html

from ecrf.casebook.labels import form_title
from ecrf.casebook.models import Entry
from ecrf.checks.models import Discrepancy
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db

TYPED = "98765.4"


@pytest.fixture
def refused(site, coordinator, client):
    """The answer to a value of one item that no table takes."""
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    client.force_login(coordinator)
    items = f"/patients/{visit.patient.number}/W01/"
    return lambda form, address, item: client.post(
        f"{items}{form}/{address}/{item}/", {"value": TYPED}
    ).content.decode()


def test_each_cell_of_a_grid_says_which_one_it_is(refused):
    items = {
        name: item for name, item in CRFS["grip-strength"].items.items() if ", " in str(item.verbose_name)
    }
    cells = {name: item for name, item in items.items() if item.kind == "number" and not item.rule}
    assert len(cells) >= 6
    for name, item in cells.items():
        answer = refused("grip-strength", "1", name)
        assert f"<b>{item.verbose_name}</b>" in answer, name


def test_message_at_an_item_itself_does_not_name_it_again(refused):
    answer = refused("vital-signs", "1", "pulse")
    assert "note-error" in answer
    label = str(CRFS["vital-signs"].items["pulse"].verbose_name)
    assert label not in answer.partition("note-error")[2].partition("</p>")[0]


def columns_of(form):
    definition = CRFS[form]
    return {name: item for name, item in definition.column_items.items() if not item.rule}


@pytest.fixture
def log_refused(site, coordinator, client):
    """The answer to a value that no item takes, for one of a new row of a log."""
    patient = a_patient(site, coordinator)
    client.force_login(coordinator)

    def answer(form, item):
        page = f"/patients/{patient.number}/casebook/{form}/"
        if not Entry.objects.filter(patient=patient, crf=form).exists():
            assert client.post(f"{page}add/", {"key": uuid.uuid4()}).status_code == 302
        return client.post(f"{page}1/{item}/", {"value": "98765.4.3"}).content.decode()

    return answer


LOGS = protocol().logs


@pytest.mark.parametrize("form", LOGS)
def test_each_column_of_a_log_says_which_one_it_is(log_refused, form):
    columns = columns_of(form)
    refusable = {name: item for name, item in columns.items() if item.kind not in ("line", "prose")}
    for name, item in refusable.items():
        answer = log_refused(form, name)
        assert f"<b>{escape(item.verbose_name)}</b> · " in answer.partition("note-error")[2], name
    others = [
        name
        for name, item in CRFS[form].items.items()
        if name not in columns and not item.rule and item.kind in ("day", "number", "choice")
    ]
    for name in others:
        said = log_refused(form, name).partition("note-error")[2].partition("</p>")[0]
        assert said
        assert str(CRFS[form].items[name].verbose_name) not in said, name


def test_question_below_the_row_of_a_log_says_which_column_it_is_about(site, coordinator, client):
    patient = a_patient(site, coordinator)
    for number in (1, 2):
        enter(patient, "adverse-event", coordinator, number=number, term="Headache", started_on="2026-11-20")
    question = Discrepancy.objects.get()
    client.force_login(coordinator)
    page = f"/patients/{patient.number}/casebook/adverse-event/"
    label = escape(CRFS["adverse-event"].items[question.item].verbose_name)
    named = f"<b>{label}</b> · {escape(question.text)}"
    assert named in client.get(page).content.decode()
    asked = {"asked": question.identity}
    confirmed = client.post(f"/discrepancies/{question.pk}/confirm/", asked).content.decode()
    assert f"✓ <b>{label}</b> · " in confirmed
    assert f"✓ <b>{label}</b> · " in client.get(page).content.decode()


@pytest.mark.parametrize("page", ["read", "print"])
def test_question_below_a_table_to_read_names_row_and_item(site, coordinator, monitor, client, page):
    visit = a_visit(a_patient(site, coordinator), "W01", coordinator)
    enter(visit, "infusion", coordinator, infused_on="2026-11-20", started_at="09:00")
    enter(visit, "infusion-vitals", coordinator, parent=1, number=2, pulse="200")
    question = Discrepancy.objects.filter(entry__crf="infusion-vitals").first()
    assert question
    label = f"{form_title(question.entry)}: {CRFS['infusion-vitals'].items[question.item].verbose_name}"
    client.force_login(monitor)
    url = (
        reverse("monitor:casebook_visit_change", args=[visit.pk])
        if page == "read"
        else reverse("print-visit", args=[visit.patient.number, visit.code])
    )
    words = " ".join(html.fromstring(client.get(url).content.decode()).text_content().split())
    assert question.text in words.partition(f"{label}: ? To answer")[2][: len(question.text) + 5]
