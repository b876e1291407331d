"""Whatever is typed, posted or clicked twice: a clear answer, nothing lost, nothing doubled, never a crash."""

import json
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone as django_timezone

from ecrf.access.roles import Role
from ecrf.audit.models import AuditEvent
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.models import Entry, Patient, Visit
from ecrf.casebook.services import complete_entries
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.conftest import make_site, make_user

pytestmark = pytest.mark.django_db

NUL = "\x00"


@pytest.fixture
def visit(site, coordinator):
    return a_visit(a_patient(site, coordinator), "W01", coordinator)


@pytest.fixture
def browser(client, coordinator):
    """The coordinator's browser; what would be a crash is an answer with status 500."""
    client.force_login(coordinator)
    client.raise_request_exception = False
    cache.clear()
    return client


@pytest.fixture
def post(browser, visit):
    """Post one item of the visit."""

    def _post(name="value_1", crf="reading", address="1", segment="W01", number=visit.patient.number, **data):
        return browser.post(f"/patients/{number}/{segment}/{crf}/{address}/{name}/", data)

    return _post


@pytest.fixture
def save(browser, visit):
    """Save the whole page without JavaScript: {"reading:1:value_1": "31.5", …}."""
    url = reverse("visit", args=[visit.patient.number, "W01"])
    return lambda data, **more: browser.post(url, {"action": "save", **data, **more})


def reading(visit):
    return CRFS["reading"].model.objects.filter(entry__visit=visit).first()


def outcome(response) -> str:
    return json.loads(response.headers["HX-Trigger"])["ecrf:outcome"]["outcome"]


def complete(visit, coordinator, *keys):
    by = coordinator.acting_at(visit.site, "enter")
    assert complete_entries(patient=visit.patient, places=[a_place(visit, key) for key in keys], by=by) == []


# --- what is named --------------------------------------------------------------------------------


UNKNOWN = [
        {"name": "nonsense"},
        {"name": "highest"},
        {"name": "entry"},
        {"name": "missing_reasons"},
        {"crf": "nonsense"},
        {"crf": "consent", "name": "signed_on"},
        {"crf": "adverse-event", "name": "term"},
        {"segment": "W04"},
        {"segment": "W99"},
        {"segment": "casebook"},
        {"number": "01-999"},
        {"number": "01-001 "},
        {"number": "' OR 1=1 --"},
    ]  # fmt: skip


def test_unknown_form_item_visit_or_patient_is_404(post):
    found = {str(where): post(value="1", **where).status_code for where in UNKNOWN}
    assert found == dict.fromkeys(found, 404)


ADDRESSES = ["0", "-1", "1.1", "1.1.1", "1.", ".1", "1e1", "１", "٢", "999999999999", "x", " "]  # fmt: skip


def test_address_that_cannot_be_is_404(post):
    found = {address: post(address=address, value="1").status_code for address in ADDRESSES}
    assert found == dict.fromkeys(ADDRESSES, 404)


@pytest.mark.parametrize("address", ["2", "999"])
def test_second_of_a_form_that_does_not_repeat_is_404(address, post, visit):
    assert post(address=address, value="1").status_code == 404
    assert not visit.entries.exists()


@pytest.mark.parametrize("address", ["6", "999"])
def test_repeat_that_nobody_added_is_404(address, post, visit):
    """Five dose days are planned in week 1; a sixth is added by its button."""
    assert post(crf="dose", name="given_g", address=address, value="1").status_code == 404
    assert not visit.entries.exists()


@pytest.mark.parametrize("address", ["1.2", "9.9", "999.1", "1.999"])
def test_row_that_nobody_added_is_404(address, post, visit):
    assert post(crf="dose-lot", name="lot_number", address=address, value="A").status_code == 404
    assert not visit.entries.exists()


def test_first_row_of_a_planned_repeat_is_saved_with_its_form(post, visit):
    assert post(crf="dose-lot", name="lot_number", address="5.1", value="A").status_code == 200
    assert sorted(visit.entries.values_list("crf", "number")) == [("dose", 5), ("dose-lot", 1)]


def test_log_entry_that_nobody_added_is_404(browser, visit):
    url = reverse("log-form", args=[visit.patient.number, "adverse-event", 57])
    assert browser.get(url).status_code == 404


@pytest.mark.parametrize(
    "code", ["W99", "UNS", "UNS-0", "UNS-2", "UNS-01", "UNS-100", "scr", "casebook", "W01 ", "💉", "W" * 300]
)
def test_visit_that_the_schedule_does_not_have_cannot_be_opened(code, browser, visit):
    assert browser.post(f"/patients/{visit.patient.number}/{code}/open/").status_code == 404
    assert Visit.objects.count() == 1


# --- null characters ------------------------------------------------------------------------------


def test_null_character_in_a_text_is_refused_in_words(post, visit):
    response = post(name="device", value=f"SYN{NUL}-1")
    assert response.status_code == 422
    assert "null character" in response.content.decode()
    assert not visit.entries.exists()


def test_null_character_in_a_number_is_refused_in_words(post):
    assert post(value=f"31{NUL}").status_code == 422


def test_null_character_in_a_comment_is_refused_in_words(post):
    assert post(missing="unknown", comment=f"a{NUL}b").status_code == 422


def test_null_character_in_the_reason_of_a_change_is_no_crash(post, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    complete(visit, coordinator, "visit")
    response = post(crf="visit", name="contact", value="home", reason=f"Typed{NUL} wrong")
    assert response.status_code in (200, 422)


def test_null_character_in_the_reason_of_a_whole_page_is_no_crash(save, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    complete(visit, coordinator, "visit")
    seen = json.dumps({"contact": "on-site"})
    response = save({"seen:visit-1": seen, "visit:1:contact": "home", "reason:visit:1:contact": f"a{NUL}b"})
    assert response.status_code in (302, 422)


@pytest.mark.parametrize(
    "path",
    ["/patients/01-001%00/", "/patients/01-001/W01%00/", "/patients/01-001%00/W01/reading/1/value_1/history/",
     "/patients/01-001/W01/reading/1%00/value_1/history/"],
)  # fmt: skip
def test_null_character_in_an_address_is_404(path, browser, visit):
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/?q=%00", "/?after=%00", "/?q=01%00-001"])
def test_null_character_in_a_search_is_no_crash(path, browser, visit):
    assert browser.get(path).status_code in (200, 302, 404)


def test_null_character_in_the_site_of_a_new_patient_is_no_crash(browser, site):
    answer = browser.post("/patients/add/", {"site": f"01{NUL}", "key": str(uuid.uuid4())})
    assert answer.status_code in (400, 404)


def test_null_character_in_the_code_of_a_visit_to_open_is_404(browser, visit):
    assert browser.post(f"/patients/{visit.patient.number}/W04%00/open/").status_code == 404


def test_null_character_in_a_field_name_is_no_crash(save, visit):
    assert save({f"reading:1:value_1{NUL}": "31.5", NUL: NUL}).status_code == 302
    assert not visit.entries.exists()


def test_null_character_in_a_button_is_no_crash(save):
    for action in (f"add:dose:{NUL}", f"complete-form:{NUL}", f"not-done:reading-1:{NUL}", NUL):
        assert save({}, action=action).status_code == 400


def test_null_character_in_the_confirmation_of_a_question_is_no_crash(browser, visit, coordinator):
    discrepancy = enter(visit, "scale", coordinator, before_dose="no").remarks[0]
    url = reverse("confirm-discrepancy", args=[discrepancy.pk])
    assert browser.post(url, {"asked": f"{discrepancy.identity}{NUL}"}).status_code == 409


# --- texts ----------------------------------------------------------------------------------------


def test_huge_text_is_refused_in_words_and_nothing_is_saved(post, visit):
    response = post(name="device", value="a" * 25_000)
    assert response.status_code == 422
    assert "Longer than 60 characters (25000). Shorten it." in response.content.decode()
    assert not visit.entries.exists()


def test_prose_keeps_ten_thousand_characters_and_refuses_twenty_five_thousand():
    from django.core.exceptions import ValidationError

    from ecrf.forms.items import Prose

    field = Prose("Narrative").formfield()
    assert field.clean("あ" * 10_000) == "あ" * 10_000
    with pytest.raises(ValidationError, match="Longer than 20000 characters"):
        field.clean("a" * 25_000)


def test_a_whole_page_of_huge_texts_is_refused_field_by_field(save, visit):
    response = save({"reading:1:device": "a" * 25_000, "reading:1:value_1": "31.5"})
    assert response.status_code == 422
    assert reading(visit).value_1 == Decimal("31.5")
    assert reading(visit).device is None


def test_request_beyond_the_limit_is_refused(browser, visit):
    url = reverse("visit", args=[visit.patient.number, "W01"])
    assert browser.post(url, {"x": "a" * 3_000_000}).status_code == 413
    assert browser.post(url, {f"f{n}": "" for n in range(6000)}).status_code == 400


TEXTS = ["💪🏽 grip", "握力計 ＡＢＣ", "O'Brien \"x\" \\ /", "<script>alert(1)</script>", "{{ 7*7 }}", "=1+1",
     "a\u202eb", "%s %(x)s", "é"]  # fmt: skip


def test_any_text_is_kept_as_typed_and_shown_as_text(post, browser, visit):
    for text in TEXTS:
        assert post(name="device", value=text).status_code == 200
        assert reading(visit).device == text
        page = browser.get(reverse("visit", args=[visit.patient.number, "W01"])).content.decode()
        assert "<script>alert" not in page
    assert verify().faults == []


def test_blanks_around_a_text_go_and_only_blanks_are_no_text(post, visit):
    post(name="device", value="  SYN-1\t")
    assert reading(visit).device == "SYN-1"
    assert post(name="device", value="   ").status_code == 200
    assert reading(visit).device is None


# --- numbers --------------------------------------------------------------------------------------


WAYS = ["31.5", "31,5", "３１．５", "３１，５", " 31.5 ", "+31.5", "031.5", "31.50", "31.5 kg"]  # fmt: skip


def test_every_way_to_write_the_number_is_the_number(post, visit):
    found = {}
    for text in WAYS:
        post(value="")
        post(value=text)
        found[text] = reading(visit) and reading(visit).value_1
    assert found == dict.fromkeys(WAYS, Decimal("31.5"))


NO_NUMBERS = ["31.55", "abc", "NaN", "inf", "-Infinity", "1e999", "3.15e1", "31.5 kPa", "31..5", "1,234.5", "-0.1",
     "200.1",
     "0x10", "--1", "1,2,3", "9" * 5000, "½", "31 .5"]  # fmt: skip


@pytest.mark.requirement("R-090")
def test_what_is_no_possible_number_is_refused_in_words(post, visit):
    answers = {text: post(value=text) for text in NO_NUMBERS}
    assert {text: answer.status_code for text, answer in answers.items()} == dict.fromkeys(NO_NUMBERS, 422)
    assert all("Not saved." in answer.content.decode() for answer in answers.values())
    assert not visit.entries.exists()


@pytest.mark.parametrize(("crf", "name"), [("reading", "value_1"), ("vital-signs", "systolic")])
def test_underscore_in_a_number_is_refused_not_read_over(crf, name, post, visit):
    """3_5 is a slip for 3.5 or 35; nobody knows which."""
    assert post(crf=crf, name=name, value="3_5").status_code == 422
    assert not visit.entries.exists()


@pytest.mark.parametrize("text", ["2147483648", "-1", "120.5", "1" * 400])
def test_impossible_whole_number_is_refused_in_words(text, post, visit):
    assert post(crf="vital-signs", name="systolic", value=text).status_code == 422
    assert not visit.entries.exists()


def test_number_too_long_for_its_column_is_refused_in_words(post):
    assert post(crf="vital-signs", name="temperature", value="99999999999").status_code == 422


def test_minus_zero_is_zero(post, visit):
    assert post(value="-0").status_code == 200
    assert reading(visit).value_1 == 0


@pytest.mark.requirement("R-094")
@pytest.mark.parametrize("text", ["٢٠٢٦", "२०२६-०१"])
def test_partial_date_in_other_digits_is_stored_in_iso_digits_or_refused(text, browser, site, coordinator):
    screening = a_visit(a_patient(site, coordinator), "SCR", coordinator)
    number = screening.patient.number
    response = browser.post(f"/patients/{number}/SCR/consent/1/born_on/", {"value": text})
    row = CRFS["consent"].model.objects.filter(entry__visit=screening).first()
    assert response.status_code == 422 or (row.born_on.isascii() and row.born_on.startswith("2026"))


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.requirement("R-090")
@pytest.mark.parametrize("text", ["maybe", "2", "ja", "yes;no"])
def test_answer_that_is_not_offered_is_refused(text, post):
    assert post(crf="scale", name="before_dose", value=text).status_code == 422


@pytest.mark.parametrize("text", ["DONE", "x" * 100, "done\n"])
def test_choice_that_is_not_offered_is_refused(text, post, visit):
    response = post(crf="visit", name="occurrence", value=text)
    assert response.status_code == (200 if text == "done\n" else 422)


@pytest.mark.parametrize("reason", ["tired", "not done", "NOT-DONE", "💤", "nd"])
def test_missing_reason_that_is_not_in_the_list_is_refused(reason, post, visit):
    response = post(missing=reason)
    assert response.status_code == 422
    assert "Choose why there is no value" in response.content.decode()
    assert not visit.entries.exists()


def test_comment_that_is_too_long_is_refused(post, visit):
    assert post(missing="unknown", comment="a" * 2001).status_code == 422
    assert post(missing="unknown", comment="あ" * 2000).status_code == 200


# --- dates ----------------------------------------------------------------------------------------


DATES = {
    "2024-02-29": 200, "20240229": 200, "2025-02-29": 422, "2025-02-30": 422, "2000-02-29": 200,
     "1900-02-29": 422, "2025-13-01": 422, "2025-00-10": 422, "2025-1-5": 200, "２０２５／１／５": 200,
     "2025年1月5日": 200, "5 Jan 2025": 200, "5.1.2025": 422, "01/02/2025": 422, "2025-01": 422,
     "2025-04-31": 422, "0001-01-01": 422, "99999-01-01": 422, "0000-00-00": 422, "yesterday": 422
}  # fmt: skip


def test_date_is_in_the_calendar_or_refused(post):
    assert {text: post(crf="visit", name="visited_on", value=text).status_code for text in DATES} == DATES


def at(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(django_timezone, "now", lambda: moment)


@pytest.mark.parametrize(
    ("zone", "utc", "today"),
    [("Asia/Tokyo", "2026-03-01T14:59", "2026-03-01"), ("Asia/Tokyo", "2026-03-01T15:00", "2026-03-02"),
     ("America/New_York", "2026-03-02T04:59", "2026-03-01"), ("America/New_York", "2026-03-02T05:00", "2026-03-02"),
     ("Asia/Tokyo", "2024-02-28T15:00", "2024-02-29"), ("America/New_York", "2026-07-02T04:00", "2026-07-02")],
)  # fmt: skip
def test_today_at_the_site_counts(zone, utc, today, browser, monkeypatch):
    there = make_site("77", zone)
    person = make_user("there", Role.COORDINATOR, there)
    visit = a_visit(a_patient(there, person), "W01", person)
    browser.force_login(person)
    at(monkeypatch, datetime.fromisoformat(utc).replace(tzinfo=timezone.utc))  # noqa: UP017
    tomorrow = (datetime.fromisoformat(today) + timedelta(days=1)).date().isoformat()
    url = f"/patients/{visit.patient.number}/W01/visit/1/visited_on/"
    refused = browser.post(url, {"value": tomorrow})
    assert refused.status_code == 422
    assert f"Today at the site is {today}." in refused.content.decode()
    assert browser.post(url, {"value": "t"}).status_code == 200
    assert str(CRFS["visit"].model.objects.get().visited_on) == today


@pytest.mark.requirement("R-095")
def test_partial_date_that_begins_in_the_future_is_refused(browser, visit, coordinator, monkeypatch):
    at(monkeypatch, datetime(2026, 3, 31, 15, 30, tzinfo=timezone.utc))  # noqa: UP017
    enter(visit.patient, "adverse-event", coordinator, term="Headache")
    url = f"/patients/{visit.patient.number}/casebook/adverse-event/1/started_on/"
    assert browser.post(url, {"value": "2026-04"}).status_code == 200  # it is April in Tokyo
    assert browser.post(url, {"value": "2026-05"}).status_code == 422
    assert browser.post(url, {"value": "2027"}).status_code == 422
    assert browser.post(url, {"value": "2026"}).status_code == 200


@pytest.mark.parametrize("text", ["24:00", "9:60", "25", "13:30 pm", "９：６０"])
def test_time_that_does_not_exist_is_refused(text, post):
    assert post(crf="scale", name="assessed_at", value=text).status_code == 422


@pytest.mark.parametrize(("text", "stored"), [("0:00", "00:00"), ("2359", "23:59"), ("９：３０", "09:30")])
def test_times_at_midnight_and_in_full_width_are_read(text, stored, post):
    response = post(crf="scale", name="assessed_at", value=text)
    assert json.loads(response.headers["HX-Trigger"])["ecrf:outcome"]["seen"] == stored


# --- twice ----------------------------------------------------------------------------------------


def test_visit_opened_twice_is_one_visit(browser, visit):
    url = f"/patients/{visit.patient.number}/W04/open/"
    assert browser.post(url).headers["Location"] == browser.post(url).headers["Location"]
    assert Visit.objects.filter(code="W04").count() == 1


def test_patient_added_twice_by_the_same_key_is_one_patient(browser, site):
    data = {"site": "01", "key": str(uuid.uuid4())}
    answers = [browser.post("/patients/add/", data) for _ in range(2)]
    assert {a.headers["Location"] for a in answers} == {"/patients/01-001/"}
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("key", ["", "1", "not a key", "💥", NUL])
def test_patient_without_a_proper_key_is_400(key, browser, site):
    assert browser.post("/patients/add/", {"site": "01", "key": key}).status_code == 400
    assert not Patient.objects.exists()


def test_key_of_another_patient_of_the_same_site_in_a_log_is_a_clear_answer(
    browser, visit, coordinator, site
):
    key = str(uuid.uuid4())
    second = a_patient(site, coordinator)
    for patient in (visit.patient, second):
        url = reverse("add-log-form", args=[patient.number, "adverse-event"])
        assert browser.post(url, {"key": key}).status_code in (302, 400)


def test_log_entry_added_twice_by_the_same_key_is_one(browser, visit):
    url = reverse("add-log-form", args=[visit.patient.number, "adverse-event"])
    data = {"key": str(uuid.uuid4())}
    assert browser.post(url, data).headers["Location"] == browser.post(url, data).headers["Location"]
    assert Entry.objects.filter(crf="adverse-event").count() == 1


def test_row_added_twice_by_the_same_key_is_one(save, visit):
    action = f"add:dose-lot:{uuid.uuid4()}:1"
    assert [save({}, action=action).status_code for _ in range(2)] == [302, 302]
    assert list(visit.entries.filter(crf="dose-lot").values_list("parent__number", "number")) == [(1, 2)]


def test_sixth_dose_day_is_added_behind_the_five_planned(save, visit):
    assert save({}, action=f"add:dose:{uuid.uuid4()}").status_code == 302
    assert list(visit.entries.values_list("crf", "number")) == [("dose", 6)]


BUTTONS = ["nonsense", "add", "add:", "add:dose", "add:dose:not-a-key", "add:consent:{key}", "add:visit:{key}",
     "add:reading:{key}", "add:dose-lot:{key}", "add:dose-lot:{key}:0", "add:dose-lot:{key}:-1",
     "add:dose-lot:{key}:99", "add:dose-lot:{key}:99999", "add:dose-lot:{key}:99999999999999999999",
     "add:dose-lot:{key}:x", "add:dose:{key}:1", "add:adverse-event:{key}", "complete-form:nonsense",
     "complete-form:", "not-done:", "not-done:reading-1:tired", "not-done:nonsense:unknown",
     "not-done:reading-1", "complete-form:dose-999", "💥", ":::"]  # fmt: skip


def test_button_that_names_nothing_on_the_page_is_400_and_adds_nothing(save, visit):
    found = {action: save({}, action=action.format(key=uuid.uuid4())).status_code for action in BUTTONS}
    assert found == dict.fromkeys(BUTTONS, 400)
    assert not visit.entries.exists()


def test_button_that_names_nothing_still_keeps_what_was_typed(save, visit):
    assert save({"reading:1:value_1": "31.5"}, action="nonsense").status_code == 400
    assert reading(visit).value_1 == Decimal("31.5")


# --- the page's one Save --------------------------------------------------------------------------


def test_one_save_keeps_every_form_of_the_page(save, visit):
    response = save(
        {"reading:1:value_1": "31,5", "visit:1:occurrence": "done", "dose-lot:2.1:lot_number": "A1"}
    )
    assert response.status_code == 302
    kinds = sorted(visit.entries.values_list("crf", "number"))
    assert kinds == [("dose", 2), ("dose-lot", 1), ("reading", 1), ("visit", 1)]


@pytest.mark.requirement("R-023")
def test_double_save_writes_once(save, visit):
    data = {"reading:1:value_1": "31.5", "seen:reading-1": "{}"}
    assert save(data).status_code == 302
    events = AuditEvent.objects.count()
    assert save(data).status_code == 302
    assert AuditEvent.objects.count() == events


def test_one_refused_field_does_not_keep_the_others_from_being_saved(save, visit):
    response = save({"reading:1:value_1": "201", "reading:1:value_4": "30", "visit:1:occurrence": "done"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="201"' in page
    assert "between 0 and 200" in page
    assert reading(visit).value_4 == 30
    assert visit.entries.filter(crf="visit").exists()


def test_save_of_an_empty_page_writes_nothing(save, visit):
    assert save({}).status_code == 302
    assert not visit.entries.exists()


def test_two_fields_of_one_name_take_the_last_as_browsers_show_it(browser, visit):
    url = reverse("visit", args=[visit.patient.number, "W01"])
    browser.post(url, {"reading:1:value_1": ["30", "31.5"], "action": "save"})
    assert reading(visit).value_1 == Decimal("31.5")


RUBBISH = ["", "{", "null", "[]", "7", '"x"', '{"value_1": 5}', '{"value_1": null}', '{"value_1": ["31.5"]}', "NaN",
     '{"nonsense": "1"}', "\ud83d", '{"a":' * 900 + "1" + "}" * 900, "1" * 6000]  # fmt: skip


def test_rubbish_in_what_was_seen_is_no_crash(save, visit):
    for seen in RUBBISH:
        text = seen.encode("utf-8", "replace").decode()
        answer = save({"reading:1:value_1": "31.5", "seen:reading-1": text})
        assert answer.status_code in (302, 422), seen
        assert reading(visit).value_1 == Decimal("31.5")


def test_deeply_nested_rubbish_in_what_was_seen_is_no_crash(save, visit):
    response = save({"reading:1:value_1": "31.5", "seen:reading-1": "[" * 200_000})
    assert response.status_code in (302, 422)


@pytest.mark.requirement("R-099")
def test_page_that_does_not_say_what_it_saw_overwrites_nothing(save, visit, investigator):
    enter(visit, "reading", investigator, value_1="28.0")
    response = save({"reading:1:value_1": "31.5", "reading:1:value_4": "30", "seen:reading-1": "{}"})
    assert response.status_code == 422
    assert reading(visit).value_1 == Decimal("28.0")


@pytest.mark.requirement("R-099")
def test_conflict_on_a_page_shows_both_values_and_saves_the_rest(save, visit, investigator):
    enter(visit, "reading", investigator, value_1="28.0")
    seen = json.dumps({"value_1": "", "value_4": ""})
    response = save({"reading:1:value_1": "31.5", "reading:1:value_4": "30", "seen:reading-1": seen})
    page = response.content.decode()
    assert response.status_code == 422
    assert reading(visit).value_1 == Decimal("28.0")
    assert reading(visit).value_4 == 30
    assert "28.0" in page
    assert 'value="31.5"' in page


@pytest.mark.requirement("R-099")
def test_conflict_on_an_item_shows_both_values(post, visit, investigator):
    enter(visit, "reading", investigator, value_1="28.0")
    response = post(value="31.5", seen="")
    assert response.status_code == 409
    page = response.content.decode()
    assert "28.0" in page
    assert "31.5" in page
    assert reading(visit).value_1 == Decimal("28.0")


def test_same_value_from_two_people_is_no_conflict(post, visit, investigator):
    enter(visit, "reading", investigator, value_1="31.5")
    assert post(value="31,5", seen="").status_code == 200


def test_missing_reason_against_a_value_of_somebody_else_is_a_conflict(post, visit, investigator):
    enter(visit, "reading", investigator, value_1="28.0")
    assert post(missing="refused", seen="").status_code == 409
    assert reading(visit).value_1 == Decimal("28.0")


# --- after completion -----------------------------------------------------------------------------


@pytest.fixture
def completed(visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    complete(visit, coordinator, "visit")
    return visit


@pytest.mark.requirement("R-005")
@pytest.mark.parametrize("reason", ["", "   ", "\t\n", "\u3000"])
def test_change_after_completion_without_a_reason_is_428_and_not_saved(reason, post, completed):
    response = post(crf="visit", name="contact", value="home", reason=reason)
    assert (response.status_code, outcome(response)) == (428, "reason")
    assert CRFS["visit"].model.objects.get().contact == "on-site"


@pytest.mark.requirement("R-005")
def test_change_after_completion_with_a_reason_is_saved_with_it(post, completed):
    assert post(crf="visit", name="contact", value="home", reason="Source was corrected").status_code == 200
    assert (
        AuditEvent.objects.filter(table="stub_trial_stubvisit").latest("position").reason
        == "Source was corrected"
    )


@pytest.mark.requirement("R-005")
def test_clearing_after_completion_wants_a_reason_too(post, completed):
    assert post(crf="visit", name="contact", value="").status_code == 428
    assert post(crf="visit", name="contact", missing="unknown").status_code == 428


@pytest.mark.requirement("R-005")
def test_page_saved_after_completion_asks_for_the_reason_and_keeps_what_was_typed(save, completed):
    seen = json.dumps({"contact": "on-site"})
    data = {"visit:1:contact": "home", "seen:visit-1": seen, "reading:1:value_1": "31.5"}
    response = save(data)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'name="reason:visit:1:contact"' in page
    assert 'value="home" checked' in page
    assert reading(completed).value_1 == Decimal("31.5")
    assert save({**data, "reason:visit:1:contact": "Transcription error"}).status_code == 302
    assert CRFS["visit"].model.objects.get().contact == "home"


def test_reason_that_is_too_long_is_refused_and_not_cut(save, post, completed):
    seen = json.dumps({"contact": "on-site"})
    for reason in ("r" * 501, "  " + "r" * 9000):
        page = save({"visit:1:contact": "home", "seen:visit-1": seen, "reason:visit:1:contact": reason})
        assert page.status_code == 422
        assert "3 to 500 characters: it has" in page.content.decode()
        response = post(crf="visit", name="contact", value="home", reason=reason)
        assert (response.status_code, outcome(response)) == (422, "refused")
    assert CRFS["visit"].model.objects.get().contact == "on-site"
    assert post(crf="visit", name="contact", value="home", reason=f" {'r' * 500} ").status_code == 200
    assert AuditEvent.objects.filter(table="stub_trial_stubvisit").latest("position").reason == "r" * 500


def test_reason_of_two_letters_is_none(post, completed):
    assert post(crf="visit", name="contact", value="home", reason="ok").status_code == 428
    assert CRFS["visit"].model.objects.get().contact == "on-site"


def test_first_value_of_an_optional_item_after_completion_wants_a_reason(post, visit, coordinator):
    place = a_place(visit, "scale")
    grades = {name: "4" for name, item in place.definition.entered.items() if item.kind == "number"}
    enter(visit, "scale", coordinator, assessor="A1", before_dose="yes", **grades)
    complete(visit, coordinator, "scale")
    assert post(crf="scale", name="assessed_at", value="930").status_code == 428


def test_row_added_to_a_completed_form_does_not_change_the_form_silently(save, visit, coordinator):
    values = {"given_on": "2026-01-05", "weight_kg": "60", "given_g": "24", "given_ml": "480"}
    enter(visit, "dose", coordinator, **values)
    enter(visit, "dose-lot", coordinator, parent=1, lot_number="A", expires_on="2027-01-01")
    complete(visit, coordinator, "dose")
    save({}, action=f"add:dose-lot:{uuid.uuid4()}:1")
    added = visit.entries.get(crf="dose-lot", number=2)
    assert added.status == "draft"
    assert added.missing == 2


# --- completing -----------------------------------------------------------------------------------


def test_completing_lists_what_is_missing_and_completes_nothing(save, visit):
    response = save({"visit:1:occurrence": "done"}, action="complete-form:visit-1")
    assert response.status_code == 422
    assert "Visit: Date of visit" in response.content.decode()
    assert visit.entries.get(crf="visit").status == "draft"


def test_completing_a_form_of_another_visit_is_400(save, visit, coordinator):
    a_visit(visit.patient, "SCR", coordinator)
    assert save({}, action="complete-form:consent-1").status_code == 400


def test_missed_visit_can_be_told_and_completed_by_one_click_without_javascript(save, visit):
    data = {"visit:1:occurrence": "missed", "visit:1:missed_reason": "Snow"}
    assert save(data, action="complete").status_code == 302
    assert visit.entries.get(crf="visit").status == "complete"


def test_visit_that_turns_out_done_is_not_completed_by_its_visit_form_alone(save, visit, coordinator):
    enter(visit, "visit", coordinator, occurrence="missed", missed_reason="Snow")
    seen = json.dumps({"occurrence": "missed", "missed_reason": "Snow"})
    data = {
        "visit:1:occurrence": "done",
        "visit:1:visited_on": "2026-01-05",
        "visit:1:contact": "home",
        "seen:visit-1": seen,
    }
    assert save(data, action="complete").status_code == 422


# --- bad days -------------------------------------------------------------------------------------


def test_value_that_only_the_database_refuses_is_a_clear_answer_not_a_crash(post, visit, monkeypatch):
    """The form and the database must agree; where they do not, the person is told and nothing is saved."""
    monkeypatch.setattr(CRFS["reading"].model, "calculate", lambda row, data: setattr(row, "value_4", 999))
    response = post(value="31.5")
    assert response.status_code == 422
    assert "Not saved." in response.content.decode()
    assert not visit.entries.exists()
