"""A file of which rows are refused is given back with the reasons, corrected, and brought again."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from ecrf.casebook.models import Patient
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, ImportDownload
from tests.builders import a_patient, a_visit
from tests.ecrf.imports.conftest import a_file, bring_it_in, kinds, whys

pytestmark = pytest.mark.django_db
HEAD = "patient;visit;weight_kg;pulse"


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def given_back(batch: Import, user) -> list[list[str]]:
    answer = logged_in(user).post(
        reverse("import-rows-csv", args=[batch.request_key]), {"kind": "to-correct"}
    )
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def as_file(table: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
    return out.getvalue().encode("utf-8-sig")


@pytest.fixture
def other(site, coordinator) -> Patient:
    return a_visit(a_patient(site, coordinator), "W01", coordinator).patient


@pytest.fixture
def wrong(patient, other, visit, site, coordinator) -> Import:
    """One row that could come in, a blank one, and one for each way in which a row does not fit."""
    number = patient.number
    rows = (
        *(f"{other.number};W01;60,5;70", ";;;", f"{number};W01;60,5;7e1", "99-999;W01;60,5;70"),
        *(f"{number};W01;60,5", f"{number};W01;60,5;70;;too much", f"{number};W01;=A1+1;70"),
        f'{number};"W\n01";60,5;70',
    )
    return a_file("\n".join([HEAD, *rows]).encode("cp1252"), coordinator, site=site)


def test_rows_come_back_as_they_were_with_the_reasons_before_them(wrong, patient, other, coordinator):
    head, *rows = given_back(wrong, coordinator)
    assert head == ["why_refused", *HEAD.split(";")]
    assert rows[0] == ["", other.number, "W01", "60,5", "70"]
    assert [row[1:] for row in rows[1:]] == [
        [patient.number, "W01", "60,5", "7e1"],
        ["99-999", "W01", "60,5", "70"],
        [patient.number, "W01", "60,5"],
        [patient.number, "W01", "60,5", "70", "", "too much"],
        [patient.number, "W01", "'=A1+1", "70"],
        [patient.number, "W\n01", "60,5", "70"],
    ]
    assert all(row[0] for row in rows[1:])
    assert "without E" in rows[1][0]
    assert ImportDownload.objects.get().what == "the file to correct"


def test_uncorrected_it_refuses_the_same_rows_and_takes_one_column_of_reasons(wrong, site, coordinator):
    again = a_file(as_file(given_back(wrong, coordinator)), coordinator, site=site)
    assert kinds(again) == kinds(wrong)
    assert kinds(again).count("refused") == 6
    for at, words in enumerate(("", "without E", "no patient", "is missing", "has no name", "", "no visit")):
        assert words in whys(wrong)[at]
        assert words in whys(again)[at]
    assert [row[1:] for row in given_back(again, coordinator)] == [
        [cell.replace("'=", "''=") for cell in row[1:]] for row in given_back(wrong, coordinator)
    ]


def test_corrected_it_comes_in(wrong, patient, site, coordinator):
    head, right, *_others = given_back(wrong, coordinator)
    corrected = ["Pulse: …", patient.number, "W01", "60,5", "71"]
    batch = a_file(as_file([head, right, corrected]), coordinator, site=site)
    assert bring_it_in(batch, coordinator).state == "done"
    assert sorted(CRFS["vital-signs"].model.objects.values_list("pulse", flat=True)) == [70, 71]


def test_it_is_offered_where_rows_of_a_table_are_refused_and_to_who_may_bring_it(
    wrong, lines, site, visit, coordinator, monitor
):
    right = a_file(lines("W01,60.5,70"), coordinator, site=site)
    client = logged_in(coordinator)
    for batch, is_offered in ((wrong, True), (right, False)):
        page = client.get(reverse("import", args=[batch.request_key])).content.decode()
        assert ('value="to-correct"' in page) == is_offered
    address = reverse("import-rows-csv", args=[right.request_key])
    assert client.post(address, {"kind": "to-correct"}).status_code == 302
    address = reverse("import-rows-csv", args=[wrong.request_key])
    assert logged_in(monitor).post(address, {"kind": "to-correct"}).status_code in (403, 404)
    assert not ImportDownload.objects.exists()


def test_it_is_not_offered_of_more_rows_than_are_built_in_time(wrong, coordinator, monkeypatch):
    monkeypatch.setattr("ecrf.imports.pages.to_correct.MOST", wrong.counts["all"] - 1)
    client, address = logged_in(coordinator), reverse("import", args=[wrong.request_key])
    assert 'value="to-correct"' not in client.get(address).content.decode()
    answer = client.post(reverse("import-rows-csv", args=[wrong.request_key]), {"kind": "to-correct"})
    assert answer.status_code == 302
