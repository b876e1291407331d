"""The trial in other languages: read in the reader's language; what is stored or exported never moves."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from lxml import html

from ecrf.access.language import each_language, in_master
from ecrf.access.models import LANGUAGE_NAMES, Site, User
from ecrf.access.roles import Right
from ecrf.audit.actor import SYSTEM, acting
from ecrf.casebook.laboratory.services import NewRange, add_ranges
from ecrf.casebook.services import complete_entries
from ecrf.checks.models import Discrepancy
from ecrf.exports.rebuild import rebuild
from ecrf.exports.tables.description import describe
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.imports.plan.places import code_in
from ecrf.listings.definition import ColumnCondition, Definition, Narrowing
from ecrf.listings.reading.reader import listing_reader
from ecrf.listings.reading.rows import ListingRows
from ecrf.listings.reading.statement import ListingStatement
from ecrf.queries.models import Query
from ecrf.queries.quotes import quoted, quoted_as_read
from tests.builders import a_place, enter
from tests.ecrf.exports.conftest import _one_connection, cut_named, exports_folder, files_in, take  # noqa: F401
from tests.ecrf.imports.conftest import a_file

pytestmark = pytest.mark.django_db

CALM = {
    "systolic": "120",
    "diastolic": "70",
    "temperature": "36.5",
    "respiration": "16",
    "spo2": "98",
    "weight_kg": "60.0",
}


def client_in(user: User, code: str) -> Client:
    with acting(SYSTEM, source="test"):
        user.language = code
        user.save(update_fields=["language"])
    client = Client()
    client.force_login(user)
    return client


def test_each_reader_gets_the_form_in_the_own_language_one_after_another(
    at, patient, coordinator, investigator
):
    enter(at("W01"), "visit", coordinator, occurrence="done")
    address = f"/patients/{patient.number}/W01/"
    pages = [
        client_in(user, code).get(address).content.decode()
        for user, code in (
            (coordinator, "en"),
            (investigator, "ja"),
            (coordinator, "zh-hans"),
            (investigator, "en"),
        )
    ]
    words = ["Systolic", "収縮期血圧", "收缩压", "Systolic"]
    for page, own in zip(pages, words, strict=True):
        assert own in page
        assert not any(other in page for other in words if other != own)


def test_definitions_are_said_in_the_readers_language_and_stay_as_they_were_written():
    form = CRFS["vital-signs"]
    fingerprint = form.fingerprint
    with translation.override("ja"):
        assert form.title == "バイタルサインと体重"
        assert form.items["systolic"].verbose_name == "収縮期血圧"
        form.__dict__.pop("fingerprint")
        assert form.fingerprint == fingerprint
        with in_master():
            assert form.title == "Vital signs and weight"
    assert form.items["systolic"].verbose_name == "Systolic"


def test_question_is_stored_in_english_and_read_in_the_readers_language(at, coordinator):
    kept = []
    for code, visit in (("en", "W01"), ("ja", "W04")):
        with translation.override(code):
            enter(at(visit), "vital-signs", coordinator, pulse="160")
        found = Discrepancy.objects.get(check_id="VS-002", entry__visit__code=visit)
        kept.append((found.text_as_asked, found.parameters, found.identity))
    assert kept[0] == kept[1]
    assert kept[0][0] == "Pulse is 160 /min; 40 to 150 is usual."
    with translation.override("ja"):
        assert found.text == "脈拍数が160 /minです。通常は40～150です。"


def test_what_is_refused_is_said_in_the_readers_language(at, coordinator):
    with translation.override("ja"):
        refused = enter(at("W01"), "vital-signs", coordinator, systolic="80", diastolic="90").refused
    assert any("収縮期血圧80は拡張期血圧90" in words for words in refused.values())


def test_row_of_a_grid_is_in_the_readers_language(at, patient, coordinator):
    at("W01")
    page = client_in(coordinator, "ja").get(f"/patients/{patient.number}/W01/").content.decode()
    assert "手関節背屈" in page
    assert "data-body-figure" in page, "A template knows its sections in any language."


RANGE = "lab-result.reference_range"
AT_MOST = {"en": "at most 1", "ja": "1以下", "zh-hans": "至多1"}


@pytest.mark.parametrize("code", AT_MOST)
def test_range_of_a_result_is_in_the_readers_language_wherever_it_is_read(
    code, at, patient, site, coordinator, monitor
):
    """D-dimer has an upper limit alone, so that its range is said in words; it is stored in English."""
    row = [test.code for test in protocol().lab_tests].index("DDIMER") + 1
    given = NewRange("DDIMER", "µg/mL", None, Decimal(1), "", date(2024, 1, 1))
    add_ranges(site=site, given=[given], by=coordinator)
    enter(at("W01"), "laboratory", coordinator, collected_on="2024-02-03")
    with translation.override(code):
        enter(at("W01"), "lab-result", coordinator, number=row, parent=1, value="2.5")
    stored = CRFS["lab-result"].model.objects.get()
    assert stored.reference_range == AT_MOST["en"]
    number, others = patient.number, [words for words in AT_MOST.values() if words != AT_MOST[code]]
    places = {
        coordinator: (f"/patients/{number}/W01/", reverse("print-visit", args=[number, "W01"])),
        monitor: (
            reverse("monitor:casebook_visit_change", args=[at("W01").pk]),
            reverse("ready-listing", args=["laboratory-outside-range"]),
        ),
    }
    for user, addresses in places.items():
        client = client_in(user, code)
        for address in addresses:
            page = html.fromstring(client.get(address, follow=True).content.decode()).text_content()
            assert AT_MOST[code] in page, address
            assert not [words for words in others if words in page], address
    with translation.override(code):
        assert quoted_as_read("reference_range", quoted(stored, "reference_range")) == AT_MOST[code]


@pytest.mark.parametrize("code", AT_MOST)
@pytest.mark.parametrize(
    ("narrowing", "by_words"),
    [
        (Narrowing(), False),
        (Narrowing(conditions=(ColumnCondition(RANGE, "filled", ""),)), False),
        (Narrowing(conditions=(ColumnCondition(RANGE, "has", "1"),)), True),
        (Narrowing(sort=RANGE), True),
    ],
)
def test_words_of_all_ranges_are_read_only_where_they_are_others_than_stored_and_compared(
    code, narrowing, by_words, at, site, coordinator, data_manager
):
    row = [test.code for test in protocol().lab_tests].index("DDIMER") + 1
    given = NewRange("DDIMER", "µg/mL", None, Decimal(1), "", date(2024, 1, 1))
    add_ranges(site=site, given=[given], by=coordinator)
    enter(at("W01"), "laboratory", coordinator, collected_on="2024-02-03")
    enter(at("W01"), "lab-result", coordinator, number=row, parent=1, value="2.5")
    with translation.override(code), CaptureQueriesContext(connection) as captured:
        asked_for = Definition("lab-result", (RANGE,), narrowing=narrowing)
        listed = ListingRows(ListingStatement(asked_for, listing_reader(data_manager)))
        words = [line.cells[0][0].words for line in listed.page(0, 10)]
    assert words == [AT_MOST[code]]
    read = [one["sql"] for one in captured if "SELECT DISTINCT" in one["sql"]]
    assert len(read) == (by_words and code != "en")


def test_calculated_texts_say_nothing_that_is_not_translated():
    """Of each that is stored, what the product says in it is known; units of a laboratory are the same everywhere."""
    texts = {
        f"{form.key}.{name}": item
        for form in CRFS.values()
        for name, item in form.calculated.items()
        if item.kind in ("line", "prose")
    }
    assert {name for name, item in texts.items() if not item.says} == {"lab-result.result_unit"}


def test_description_of_exports_is_english_whoever_asks():
    english = describe(protocol())
    with translation.override("ja"), in_master():
        assert describe(protocol()) == english


def test_plural_and_numbered_names_follow_the_language():
    assert CRFS["adverse-event"].plural == "Adverse events"
    with translation.override("ja"):
        plan = protocol().plan("UNS-2")
        assert plan.label.endswith(" 2")


@pytest.mark.parametrize("code", ["ja", "zh-hans"])
def test_cut_asked_for_in_another_language_is_the_same_to_the_byte(
    at, coordinator, statistician, tmp_path, code
):
    enter(at("W01"), "visit", coordinator, occurrence="done")
    with translation.override(code):
        enter(at("W01"), "vital-signs", coordinator, pulse="160")
        export = take(statistician, formats=("csv", "odm"))
    assert export.is_done, export.outcome
    files = {name: content.decode(errors="replace") for name, content in files_in(export).items()}
    odm = "".join(content for name, content in files.items() if name.startswith("odm/"))
    codebook = "".join(content for name, content in files.items() if name.startswith("codebook/"))
    others = "".join(content for name, content in files.items() if not name.startswith(("odm/", "codebook/")))
    assert "Systolic" in others
    for words in ("収縮期血圧", "收缩压"):
        assert words in odm
        assert words in codebook
        assert words not in others
    for name, again in (("en", "en"), ("other", code)):
        (tmp_path / name).mkdir()
        with translation.override(again):
            assert rebuild(cut_named(), tmp_path / name, tmp_path / f"{name}.zip").is_same


def test_fields_that_read_what_is_typed_speak_the_readers_language_whoever_was_first():
    form = CRFS["vital-signs"]
    labels = []
    for language in ("ja", "en", "zh-hans", "ja"):
        with translation.override(language):
            labels.append(form.form_fields["systolic"].label)
    assert labels == ["収縮期血圧", "Systolic", "收缩压", "収縮期血圧"]


def test_what_is_kept_for_all_is_kept_for_each_language():
    kept = each_language(lambda: CRFS["vital-signs"].title)
    with translation.override("ja"):
        assert kept() == "バイタルサインと体重"
    assert kept() == "Vital signs and weight"


def test_a_file_may_call_a_visit_by_its_name_in_any_language():
    for language in LANGUAGE_NAMES:
        with translation.override(language):
            label = protocol().plan("W04").label
        assert code_in(label) == "W04"


def test_query_of_a_check_is_stored_in_english_whoever_completes_the_form(at, coordinator):
    visit = at("W01")
    with translation.override("ja"):
        enter(visit, "vital-signs", coordinator, pulse="160", **CALM)
        place, by = a_place(visit, "vital-signs"), coordinator.acting_at(visit.patient.site, Right.ENTER)
        gaps = complete_entries(patient=visit.patient, places=[place], by=by)
    assert gaps == []
    query = Query.objects.get(check_id="VS-002")
    words = "Pulse is 160 /min; 40 to 150 is usual."
    assert query.text_as_asked == words
    assert [message.text for message in query.messages.all()] == [words]


def looked_at(content: str, by: User, site: Site, form: str, language: str) -> list[tuple[str, object]]:
    with translation.override(language):
        batch = a_file(content, by, site=site, form=form)
    return list(batch.rows.order_by("number", "place").values_list("kind", "result"))


def test_file_is_read_alike_whatever_the_language_of_who_brings_it(at, coordinator):
    patient = at("W01").patient
    name = CRFS["lab-result"].row_names[0]
    with translation.override("ja"):
        japanese = CRFS["lab-result"].row_names[0]
    assert japanese != name
    for row in (
        f"W01,{name},13.5,,g/dL",
        f"W01,{japanese},13.5,,g/dL",
        f"W01,{name},,Not done,",
        f"W01,{name},,未実施,",
    ):
        content = f"patient,visit,row_name,value,value_missing,unit\n{patient.number},{row}\n"
        english, *others = (
            looked_at(content, coordinator, patient.site, "lab-result", code)
            for code in ("en", "ja", "zh-hans")
        )
        assert [kind for kind, _result in english] == ["new"], english
        assert others == [english, english]
