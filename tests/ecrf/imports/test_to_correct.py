"""A file of which rows are refused is given back with the reasons, corrected, and brought again."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.models import Patient
from ecrf.forms.registry import CRFS
from ecrf.imports.models import Import, ImportDownload
from ecrf.imports.pages.to_correct import given_back as given_back_cell
from ecrf.imports.reading.cells import AS_BROUGHT, CellRefused, CellWays, cell_text, plain_text
from ecrf.trail.download.csv_file import NUMBER
from tests.builders import a_patient, a_visit, enter
from tests.database import tamper
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
        [patient.number, "W01", "'?=A1+1", "70"],
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
        row[1:] for row in given_back(wrong, coordinator)
    ]


def test_corrected_it_comes_in(wrong, patient, site, coordinator):
    head, right, *_others = given_back(wrong, coordinator)
    corrected = ["Pulse: …", patient.number, "W01", "60,5", "71"]
    batch = a_file(as_file([head, right, corrected]), coordinator, site=site)
    assert bring_it_in(batch, coordinator).state == "done"
    assert sorted(CRFS["vital-signs"].model.objects.values_list("pulse", flat=True)) == [70, 71]


TEXTS = {
    "'=1+1": "=1+1",
    "'01-Mar": "01-Mar",
    " '01-Mar": "01-Mar",
    "'1.0E+05": "1.0E+05",
    "-abc": "-abc",
    "'-abc": "-abc",
    "- ’tis": "- ’tis",
    "'tis": "'tis",
    "''tis": "'tis",
    "''=1+1": "'=1+1",
    "+81 3 (synthetic)": "+81 3 (synthetic)",
    "?=see note": "?=see note",
    "''?=see note": "'?=see note",
}
"""As a text stands in a file, and what is meant."""
DOUBTFUL = ("=see note", "@SUM(A1)", "+A1", "＝1+1", " =1", "-1.0E+05", "\t01-Mar", "\t#REF!", "01-Mar")


SIGNS = st.text(st.sampled_from(" '’＇?=＝+＋-－−@\t\r\n\u00a0\u3000015,.EeMar#REF!<>a"), max_size=12)


def as_read(cell: str, kind: str) -> str | None:
    """None: refused."""
    try:
        return cell_text(cell, kind, CellWays(",", "day"))
    except CellRefused:
        return None


@given(st.one_of(SIGNS, st.text(max_size=12), st.sampled_from([*TEXTS, *DOUBTFUL, "\t", "\r\n"])))
def test_no_cell_is_read_otherwise_or_run_when_it_is_given_back(cell):
    for kind in ("line", "prose", "link", "choice", "number", "day", "partial-day", "clock"):
        assert as_read(given_back_cell(cell), kind) == as_read(cell, kind)
    assert plain_text(given_back_cell(cell)) == plain_text(cell)
    assert given_back_cell(given_back_cell(cell)) == given_back_cell(cell)
    begins = given_back_cell(cell).lstrip()[:1]
    assert begins not in tuple("=+-@＝＋－＠") or NUMBER.fullmatch(given_back_cell(cell))


def in_three_rounds(table, by, site, **of) -> list[Import]:
    """Brought, and three times given back and brought again as it is. Its last row makes sure that it is refused."""
    batches = [a_file(as_file(table), by, site=site, **of)]
    for _round in range(3):
        batches.append(a_file(as_file(given_back(batches[-1], by)), by, site=site, **of))
    return batches


def events(patient, *terms):
    """Adverse events with these terms, and one of nobody."""
    head = ["patient", "number", "term"]
    rows = [[patient.number, str(at), term] for at, term in enumerate(terms, 1)]
    return [head, *rows, ["99-999", "1", "Synthetic"]]


def test_texts_are_read_as_they_were_meant_however_often_they_are_given_back(patient, site, coordinator):
    for batch in in_three_rounds(events(patient, *TEXTS), coordinator, site, form="adverse-event"):
        *rows, _refused = batch.rows.order_by("number")
        assert [row.given["values"]["term"] for row in rows] == list(TEXTS.values())
        assert {row.kind for row in rows} == {"new"}
        assert not any(why for why, *_cells in given_back(batch, coordinator)[1:-1])


def test_what_is_refused_until_somebody_decides_stays_refused_and_says_how(patient, site, coordinator):
    for batch in in_three_rounds(events(patient, *DOUBTFUL), coordinator, site, form="adverse-event"):
        *rows, _other = batch.rows.order_by("number")
        assert [row.kind for row in rows] == ["refused"] * len(DOUBTFUL)
        for (why, *_place, cell), brought in zip(given_back(batch, coordinator)[1:-1], DOUBTFUL, strict=True):
            is_risky = brought != "01-Mar"
            assert cell == f"{AS_BROUGHT if is_risky else ''}{brought}"
            assert ("take out the ?" in why) == is_risky


def test_what_is_decided_to_be_a_text_is_one(patient, site, coordinator):
    head, *rows = given_back(
        a_file(as_file(events(patient, *DOUBTFUL)), coordinator, form="adverse-event", site=site), coordinator
    )
    decided = [[*row[:3], row[3].replace(AS_BROUGHT, "'")] for row in rows if AS_BROUGHT in row[3]]
    batch = a_file(as_file([head, *decided]), coordinator, form="adverse-event", site=site)
    assert set(kinds(batch)) == {"new"}, whys(batch)
    found = [row.given["values"]["term"] for row in batch.rows.order_by("number")]
    assert found == [text for text in DOUBTFUL if text != "01-Mar"]


def test_a_guard_before_a_number_says_nothing_of_it(patient, visit, site, coordinator):
    """Of one that is written as the file says numbers are, and one that is no number."""
    table = [HEAD.split(";"), [patient.number, "W01", "-1.060,5", ""], [patient.number, "W01", "'=1", "70"]]
    first, *others = in_three_rounds(table, coordinator, site, decimal=",")
    assert first.rows.get(number=2).given["values"]["weight_kg"] == "-1060.5"
    assert "formula" in first.rows.get(number=3).given["faults"]["weight_kg"]
    for batch in others:
        assert [row.given for row in batch.rows.order_by("number")] == [
            row.given for row in first.rows.order_by("number")
        ]


@pytest.mark.parametrize("words", ["-broken", "=see note", "'tis", "'=broken", "'01-Mar", "@home", "plain"])
def test_places_reasons_and_remarks_are_read_without_the_guard(words, patient, visit, site, coordinator):
    head = ["patient", "visit", "weight_kg_missing", "weight_kg_missing_comment", "pulse"]
    table = [head, [patient.number, "W01", "unknown", words, "70"], [words, words, words, "", "70"]]
    meant = words.removeprefix("'") if words[1:] != "tis" else words
    for batch in in_three_rounds(table, coordinator, site):
        right, wrong = batch.rows.order_by("number")
        assert right.given["values"]["weight_kg"] == ["unknown", meant]
        assert (wrong.patient_number, wrong.given["visit"]) == (meant, meant)
        assert f"“{meant}” is no reason" in wrong.given["faults"]["weight_kg"]


def test_a_laboratorys_columns_and_tests_are_known_when_its_file_comes_back(patient, visit, data_manager):
    """Though they are called so that a spreadsheet might run them."""
    enter(visit, "laboratory", data_manager, collected_on="2026-01-05")
    columns = {"patient": "-Subject", "day": "Collected", "test": "=Test", "value": "Result", "unit": "+Unit"}
    target = {"form": "lab-result", "value": "value", "unit": "unit", "day": "collected_on"}
    mapping = {"columns": {**columns, "visit": ""}, "target": target, "tests": {"+Hb": 1, "=Hb": 1}}
    rows = [[patient.number, "2026-01-05", *row] for row in (("+Hb", "7", "g/dL"), ("=Hb", "=7", "g/dL"))]
    table = [list(columns.values()), *rows]
    for batch in in_three_rounds(table, data_manager, None, file_format="laboratory", mapping=mapping):
        assert kinds(batch) == ["new", "refused"], whys(batch)


def test_the_column_of_reasons_is_known_however_its_name_is_written(wrong, site, coordinator):
    head, *rows = given_back(wrong, coordinator)
    for name in ("Why_Refused", "ＷＨＹ_ＲＥＦＵＳＥＤ"):
        again = a_file(as_file([[name, *head[1:]], *rows]), coordinator, site=site)
        assert given_back(again, coordinator)[0] == head
        assert [row[1:] for row in given_back(again, coordinator)[1:]] == [row[1:] for row in rows]


def test_it_is_offered_where_rows_of_a_table_are_refused_and_to_who_may_bring_it(
    wrong, lines, site, visit, coordinator, monitor
):
    right = a_file(lines("W01,60.5,70"), coordinator, site=site)
    client = logged_in(coordinator)
    for batch, is_offered in ((wrong, True), (right, False)):
        page = client.get(reverse("import", args=[batch.request_key])).content.decode()
        assert ('value="to-correct"' in page) == is_offered
    address = reverse("import-rows-csv", args=[right.request_key])
    answer = client.post(address, {"kind": "to-correct"}, follow=True)
    assert "meanwhile" in "".join(str(one) for one in answer.context["messages"])
    address = reverse("import-rows-csv", args=[wrong.request_key])
    assert logged_in(monitor).post(address, {"kind": "to-correct"}).status_code in (403, 404)
    assert not ImportDownload.objects.exists()


def test_it_is_not_offered_of_more_rows_than_are_built_in_time(wrong, coordinator, monkeypatch):
    monkeypatch.setattr("ecrf.imports.pages.to_correct.MOST", wrong.counts["all"] - 1)
    client, address = logged_in(coordinator), reverse("import", args=[wrong.request_key])
    assert 'value="to-correct"' not in client.get(address).content.decode()
    answer = client.post(reverse("import-rows-csv", args=[wrong.request_key]), {"kind": "to-correct"})
    assert answer.status_code == 302


@pytest.mark.parametrize(("language", "words"), [("", "its SHA-256 is another one"), ("ja", "運用担当者")])
def test_of_an_altered_file_it_is_said_why_there_is_none(wrong, coordinator, language, words):
    with acting(SYSTEM, source="test"):
        coordinator.language = language
        coordinator.save(update_fields=["language"])
    tamper("UPDATE imports_importfilepiece SET content = overlay(content placing '9'::bytea from 1)")
    answer = logged_in(coordinator).post(
        reverse("import-rows-csv", args=[wrong.request_key]), {"kind": "to-correct"}, follow=True
    )
    assert words in "".join(str(one) for one in answer.context["messages"])
    assert not ImportDownload.objects.exists()


def test_a_file_that_was_written_otherwise_is_read_when_it_comes_back_as_the_page_says(
    wrong, site, coordinator
):
    page = logged_in(coordinator).get(reverse("import", args=[wrong.request_key])).content.decode()
    help_ = page.split('id="to-correct-help"')[1].split("</p>")[0]
    assert "commas" in help_
    assert "UTF-8" in help_
    again = a_file(as_file(given_back(wrong, coordinator)), coordinator, site=site)
    assert (again.reading["found_delimiter"], wrong.reading["found_delimiter"]) == (",", ";")
    assert (again.reading["encoding"], wrong.reading["encoding"]) != ("cp1252", "cp1252")
