"""Addresses, keys and buttons that no page has: a clear answer, never a crash, nothing written."""

import uuid

import pytest
from django.core.cache import cache

from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry
from tests.builders import a_patient, a_visit, enter

pytestmark = pytest.mark.django_db

HUGE = "9" * 4000


@pytest.fixture
def patient(site, coordinator):
    found = a_patient(site, coordinator)
    for code in ("W01", "UNS-1"):
        a_visit(found, code, coordinator)
    enter(found.visits.get(code="W01"), "laboratory", coordinator, collected_on="2026-01-05")
    enter(found, "adverse-event", coordinator, term="Headache", serious="yes")
    return found


@pytest.fixture
def browser(client, coordinator):
    client.force_login(coordinator)
    client.raise_request_exception = False
    cache.clear()
    return client


ACTIONS = [
    "",
    ":",
    "add",
    "add:",
    "add::",
    "add:vital-signs",
    "add:vital-signs:x",
    "add:nonsense:{key}",
    "add:dose:{key}:x",
    "add:dose-lot:{key}:" + HUGE,
    "add:dose-lot:{key}:-1",
    "add:dose-lot:{key}",
    "add:dose-lot:{key}:999",
    "add:lab-result:{key}:1",
    "add:adverse-event:{key}:1",
    "add:visit:{key}",
    "add:\x00:{key}",
    "strike",
    "strike:",
    "strike:nonsense",
    "strike:visit-1",
    "strike:lab-result-1_1",
    "restore:adverse-event-1x",
    "restore:",
    "offer",
    "offer:x",
    "offer:" + HUGE,
    "offer:0",
    "offer:\x00",
    "complete-form:",
    "complete-form:x",
    "not-done:",
    "not-done:visit-1",
    "not-done:visit-1:x",
    "not-done:visit-1:\x00",
    "nonsense:\x00",
    "note:x",
]


@pytest.mark.parametrize("page", ["W01/", "UNS-1/", "casebook/adverse-event/", "casebook/end-of-study/"])
def test_button_that_no_page_has_writes_nothing(page, browser, patient):
    before, entries = AuditEvent.objects.count(), Entry.objects.count()
    for action in ACTIONS:
        said = action.replace("{key}", str(uuid.uuid4()))
        answer = browser.post(f"/patients/{patient.number}/{page}", {"action": said})
        own = "adverse-event" in page and said.startswith("add:adverse-event") and not said.endswith(":1")
        assert answer.status_code in (400, 422) or own, (action, answer.status_code)
    assert (AuditEvent.objects.count(), Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize(
    "path",
    [
        "W01/dose/999.999/given_g/",
        "W01/dose-lot/999.999/lot_number/",
        "W01/dose-lot/1/lot_number/",
        "W01/dose/1.1/given_g/",
        "W01/dose/0/given_g/",
        "W01/dose/01x/given_g/",
        "W01/dose/١/given_g/",
        f"W01/dose/{HUGE}/given_g/",
        f"W01/dose-lot/{HUGE}.{HUGE}/lot_number/",
        "W01/dose-lot/1.2.3/lot_number/",
        "W01/lab-result/1.4/value/",
        "W01/lab-result/1.0/value/",
        "W01/lab-result/2.1/value/",
        "W01/lab-result/1.1/flag/",
        "UNS-1/dose/1/given_g/",
        "UNS-1/dose-lot/1.1/lot_number/",
        "UNS-1/lab-result/1.1/value/",
        "UNS-2/visit/1/occurrence/",
        "UNS/visit/1/occurrence/",
        "W01/adverse-event/1/term/",
        "casebook/visit/1/occurrence/",
        "casebook/adverse-event/2/term/",
        "casebook/adverse-event/999/term/",
        "W01%00/visit/1/occurrence/",
        "casebook%00/visit/1/occurrence/",
        "W01/dose-lot/6.1/lot_number/",
        "W01/visit/2/occurrence/",
    ],
)
def test_address_that_does_not_exist_is_not_found(path, browser, patient):
    before = Entry.objects.count()
    assert browser.post(f"/patients/{patient.number}/{path}", {"value": "1"}).status_code == 404
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "path",
    [
        "/patients/{n}/casebook/adverse-event/999999999999999999999/",
        "/patients/{n}/casebook/adverse-event/0/",
        "/patients/{n}%00/",
        "/patients/{n}/casebook/nonsense/",
        "/patients/{n}/casebook/lab-result/",
        "/patients/{n}/W07/",
        "/patients/{n}/UNS-99999999999/",
        "/sites/nowhere/ranges/",
        "/patients/{n}/W01/dose-lot/1.1/lot_number/history/x",
    ],
)
def test_page_that_does_not_exist_is_not_found(path, browser, patient):
    assert browser.get(path.format(n=patient.number)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/patients/{n}/UNS-3/open/",
        "/patients/{n}/UNS-100/open/",
        "/patients/{n}/UNS-0/open/",
        "/patients/{n}/x%00/open/",
        "/discrepancies/99999999999999999999999/confirm/",
        "/sites/01/ranges/99999999999999999999/end/",
        "/sites/01/ranges/1/withdraw/",
    ],
)
def test_deed_on_what_does_not_exist_is_not_found(path, browser, patient):
    assert (
        browser.post(path.format(n=patient.number), {"valid_to": "2026-01-01", "reason": "x"}).status_code
        == 404
    )


@pytest.mark.parametrize("key", ["", "x", "\x00", HUGE, "0" * 31])
def test_key_that_is_none_adds_nothing_to_a_log(key, browser, patient):
    before = Entry.objects.count()
    answer = browser.post(f"/patients/{patient.number}/casebook/adverse-event/add/", {"key": key})
    assert (answer.status_code, Entry.objects.count()) == (400, before)


def test_key_of_another_patients_click_adds_nothing(browser, patient, site, coordinator):
    other, key = a_patient(site, coordinator), str(uuid.uuid4())
    browser.post(f"/patients/{other.number}/casebook/adverse-event/add/", {"key": key})
    before = Entry.objects.count()
    answer = browser.post(f"/patients/{patient.number}/casebook/adverse-event/add/", {"key": key})
    assert (answer.status_code, Entry.objects.count()) == (400, before)


@pytest.mark.parametrize(
    "seen", ["[]", "1", "null", "{", '{"term": 1}', '{"term": "\\ud800"}', "[" * 100_000, "\x00", "NaN"]
)
def test_damaged_memory_of_the_page_is_no_crash(seen, browser, patient):
    said = {"action": "save", "seen:adverse-event-1": seen, "adverse-event:1:term": "Migraine"}
    assert browser.post(f"/patients/{patient.number}/casebook/adverse-event/", said).status_code in (302, 422)


def test_marks_typed_into_a_row_stay_text_everywhere(browser, patient, coordinator):
    nasty = "<script>alert(1)</script>'\"}{{ 7 }}"
    enter(patient, "adverse-event", coordinator, term=nasty, serious="yes")
    url = f"/patients/{patient.number}/casebook/"
    for log in ("adverse-event", "report"):
        browser.post(f"{url}{log}/add/", {"key": str(uuid.uuid4())})
    said = {"action": "strike:adverse-event-2", "note:adverse-event-2": nasty}
    for refused in (f"{url}adverse-event/",):
        browser.post(refused, said)
    seen = [browser.get(f"{url}{log}/").content.decode() for log in ("adverse-event", "report")]
    seen.append(browser.get(f"/patients/{patient.number}/").content.decode())
    assert all("<script>alert" not in page for page in seen)
    assert all("&lt;script&gt;alert" in page for page in seen[::2])


@pytest.mark.parametrize(
    "who", ["monitor", "safety", "data_manager", "statistician", "administrator", "outsider"]
)
def test_only_the_sites_own_people_press_buttons(who, browser, patient, request):
    browser.force_login(request.getfixturevalue(who))
    before = AuditEvent.objects.count()
    url = f"/patients/{patient.number}/casebook/adverse-event/"
    for said in (
        "strike:adverse-event-1",
        "restore:adverse-event-1",
        f"add:adverse-event:{uuid.uuid4()}",
        "complete",
        "save",
    ):
        more = {"note:adverse-event-1": "Not mine", "adverse-event:1:term": "Other"}
        assert browser.post(url, {"action": said, **more}).status_code in (403, 404)
    for path in (f"{url}add/", f"/patients/{patient.number}/UNS-2/open/", f"{url}1/term/"):
        assert browser.post(path, {"key": str(uuid.uuid4()), "value": "x"}).status_code in (403, 404)
    assert browser.post("/sites/01/ranges/", {}).status_code in (403, 404)
    assert AuditEvent.objects.filter(table__startswith="stub_trial").count() <= before
