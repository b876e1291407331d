"""The pages that move what was entered elsewhere: the choice, the look at what will happen, the act, its refusals."""

import re
import uuid

import pytest
from django.urls import reverse

from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.striking import strike_visit
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Query
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.casebook.moving.builders import WHY, contents, filled_visit, forms_of, moved
from tests.ecrf.queries.builders import asked, complete, vital_signs

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(site, coordinator) -> Visit:
    return filled_visit(site, coordinator)


@pytest.fixture
def patient(visit):
    return visit.patient


@pytest.fixture
def page(client):
    """Ask for a page of the move as a person; what is posted is posted."""

    def ask(user, where, name="move-look", segment="W04", *, forms=(), to="", code="", **posted):
        client.force_login(user)
        url = reverse(name, args=[where.number, segment])
        query = {"entry": [entry.pk for entry in forms], "to": to or where.number, "code": code}
        url = f"{url}?{'&'.join(f'{k}={v}' for k, vs in query.items() for v in ([vs] if isinstance(vs, str) else vs))}"
        answer = client.post(url, posted) if posted else client.get(url)
        return answer.status_code, answer.get("Location") or answer.content.decode()

    return ask


def act(**more) -> dict[str, str]:
    return {"reason": WHY, "key": str(uuid.uuid4()), **more}


def test_menu_of_the_visit_and_of_the_patient_lead_to_it(client, visit, patient, coordinator):
    client.force_login(coordinator)
    for name, args, segment in (
        ("visit", [patient.number, "W04"], "W04"),
        ("patient", [patient.number], "casebook"),
    ):
        assert (
            reverse("move", args=[patient.number, segment])
            in client.get(reverse(name, args=args)).content.decode()
        )


def test_choice_offers_every_form_with_values_all_ticked(page, visit, patient, coordinator):
    status, text = page(coordinator, patient, "move")
    assert status == 200
    ids = [entry.pk for entry in forms_of(visit)]
    assert all(f'value="{pk}" checked' in text for pk in ids)
    assert text.count('name="entry"') == len(ids)


def test_of_the_logs_what_was_named_is_ticked(page, patient, coordinator):
    enter(patient, "adverse-event", coordinator, term="Headache")
    enter(patient, "adverse-event", coordinator, number=2, term="Cough")
    first, second = forms_of(patient)
    _status, text = page(coordinator, patient, "move", "casebook", forms=[second])
    assert f'value="{second.pk}" checked' in text
    assert f'value="{first.pk}" checked' not in text
    assert "Headache" in text


def test_look_shows_the_values_and_changes_nothing(page, visit, patient, coordinator):
    events, entries = AuditEvent.objects.count(), Entry.objects.count()
    status, text = page(coordinator, patient, forms=forms_of(visit), code="W07")
    assert status == 200
    assert ">60.5<" in text
    assert "A&lt;1" in text
    assert f"{patient.number}, Week 4, Dose 2 → {patient.number}, Week 7, Dose 2" in text
    assert "struck out too" in text
    assert (AuditEvent.objects.count(), Entry.objects.count()) == (events, entries)
    assert contents(patient, "W07") == {}


def test_look_tells_what_is_undone_and_what_will_be_asked(
    page, visit, patient, coordinator, data_manager, investigator, monitor
):
    vital_signs(visit, coordinator, pulse="200")
    asked(complete(visit, "vital-signs", coordinator), monitor)
    _status, text = page(data_manager, patient, forms=forms_of(visit, "vital-signs"), code="W07")
    assert "1 of them is complete now" in text
    of_check, of_monitor = Query.objects.order_by("pk")
    assert re.search(rf"{of_check.name}: closed.*{of_monitor.name}: goes back", text, re.DOTALL)
    assert "Week 7, Vital signs and weight will ask" in text
    assert "Investigator who consented" in text


def test_one_button_moves_and_leads_there(page, visit, patient, coordinator):
    before = contents(patient, "W04")
    status, to = page(coordinator, patient, forms=forms_of(visit), code="W07", **act())
    assert (status, to) == (302, reverse("visit", args=[patient.number, "W07"]))
    assert contents(patient, "W07") == before


def test_second_click_leads_to_the_same_place_and_another_tab_is_told(page, visit, patient, coordinator):
    forms, posted = forms_of(visit), act()
    first = page(coordinator, patient, forms=forms, code="W07", **posted)
    count = Entry.objects.count()
    assert page(coordinator, patient, forms=forms, code="W07", **posted) == first
    status, text = page(coordinator, patient, forms=forms, code="W10", **act())
    assert status == 422
    assert f"Moved to {patient.number}, Week 7" in text
    assert Entry.objects.count() == count


def test_data_manager_gives_the_consent_and_moves_what_is_complete(
    page, visit, patient, coordinator, data_manager, investigator, site
):
    vital_signs(visit, coordinator)
    complete(visit, "vital-signs", coordinator)
    forms = forms_of(visit, "vital-signs")
    status, text = page(data_manager, patient, forms=forms, code="W07", **act())
    assert status == 422
    assert "which investigator" in text
    consent = {"consent_of": str(investigator.pk), "consent_on": str(site.today())}
    status, to = page(data_manager, patient, forms=forms, code="W07", **act(**consent))
    assert status == 302
    assert to.startswith("/monitor/")


def test_refusals_keep_what_was_typed(page, visit, patient, coordinator):
    target = a_visit(patient, "W07", coordinator)
    forms = forms_of(visit)
    status, text = page(coordinator, patient, forms=forms, code="W07", **act(reason="x"))
    assert status == 422
    assert "Say why it is moved" in text
    assert 'value="x"' in text
    enter(target, "vital-signs", coordinator, pulse="99")
    status, text = page(coordinator, patient, forms=forms, code="W07", **act(reason="A <long> reason"))
    assert status == 422
    assert "Vital signs and weight is not empty" in text
    assert "A &lt;long&gt; reason" in text
    assert contents(patient, "W04")


@pytest.mark.parametrize("to", ["01-999", "nobody", "02-001", "01-001%00"])
def test_patient_that_is_not_there_is_said_beside_the_choice(
    page, visit, patient, coordinator, outsider, other_site, to
):
    a_patient(other_site, outsider)
    status, text = page(coordinator, patient, forms=forms_of(visit), to=to, code="W04")
    assert status == 422
    assert 'role="alert"' in text
    assert contents(patient, "W04")


def test_data_manager_is_led_to_transfer_for_another_site(
    page, visit, patient, data_manager, investigator, outsider, other_site
):
    elsewhere = a_patient(other_site, outsider)
    _status, text = page(data_manager, patient, forms=forms_of(visit), to=elsewhere.number, code="W04")
    assert "handed over" in text
    assert "It cannot be moved" in text


def test_bookmark_of_a_visit_that_was_moved_leads_to_what_is_struck_out(page, visit, patient, coordinator):
    moved(forms_of(visit), patient, "W07", coordinator)
    assert page(coordinator, patient, "move") == (
        302,
        reverse("struck-visit", args=[patient.number, visit.pk]),
    )


@pytest.mark.parametrize("key", ["", "no key", "1"])
def test_page_without_its_key_does_nothing(page, visit, patient, coordinator, key):
    status, _text = page(coordinator, patient, forms=forms_of(visit), code="W07", reason=WHY, key=key)
    assert status == 400
    assert contents(patient, "W04")


def test_history_and_trail_say_it_was_moved(client, visit, patient, coordinator):
    moved(forms_of(visit), patient, "W07", coordinator)
    client.force_login(coordinator)
    history = client.get(reverse("item-history", args=[patient.number, "W07", "vital-signs", "1", "pulse"]))
    assert "(moved)" in history.content.decode()
    trail = client.get(reverse("patient-trail", args=[patient.number])).content.decode()
    assert "moved from another visit or patient" in trail
    assert CRFS["vital-signs"].title in trail


def test_form_that_was_moved_says_so_once_and_not_that_it_changed_after_completion(
    client, page, visit, patient, coordinator
):
    forms = forms_of(visit)
    page(coordinator, patient, forms=forms, code="W07", **act())
    client.force_login(coordinator)
    text = client.get(reverse("visit", args=[patient.number, "W07"])).content.decode()
    assert "after completion" not in text
    assert text.count(f"Moved from {patient.number}, Week 4") == len(forms)


def test_log_row_that_was_moved_says_so_once(client, page, patient, coordinator, site):
    enter(patient, "adverse-event", coordinator, term="Headache", started_on="2026-01")
    other = a_patient(site, coordinator)
    page(coordinator, patient, "move-look", "casebook", forms=forms_of(patient), to=other.number, **act())
    client.force_login(coordinator)
    text = client.get(reverse("log", args=[other.number, "adverse-event"])).content.decode()
    assert "after completion" not in text
    assert text.count(f"Moved from {patient.number}") == 1


def test_what_changes_after_a_moved_form_is_complete_says_so(client, page, visit, patient, coordinator):
    page(coordinator, patient, forms=forms_of(visit), code="W07", **act())
    target = patient.visits.get(code="W07", struck_at=None)
    vital_signs(target, coordinator)
    complete(target, "vital-signs", coordinator)
    enter(target, "vital-signs", coordinator, reason="Misread", pulse="71")
    client.force_login(coordinator)
    text = client.get(reverse("visit", args=[patient.number, "W07"])).content.decode()
    assert text.count("changed after completion") == 1
    assert "“Misread”" in text


def test_reason_given_beside_a_form_in_progress_is_no_change_after_completion(
    client, visit, patient, coordinator
):
    enter(visit, "vital-signs", coordinator, reason="Typed over", pulse="72")
    client.force_login(coordinator)
    assert (
        "after completion" not in client.get(reverse("visit", args=[patient.number, "W04"])).content.decode()
    )


def test_visits_to_choose_are_those_of_the_patient_moved_to(page, visit, patient, coordinator, site):
    other = a_patient(site, coordinator)
    struck = a_visit(other, "UNS-1", coordinator)
    strike_visit(visit=struck, by=coordinator, reason=WHY)
    standing = a_visit(other, "UNS-2", coordinator)
    _status, text = page(coordinator, patient, "move", to=other.number)
    assert f'value="{standing.code}"' in text
    assert 'value="UNS-1"' not in text
    assert 'value="UNS"' in text


def test_new_visit_of_several_takes_the_next_number_of_the_patient_moved_to(
    page, visit, patient, coordinator, site
):
    other = a_patient(site, coordinator)
    strike_visit(visit=a_visit(other, "UNS-1", coordinator), by=coordinator, reason=WHY)
    a_visit(patient, "UNS-1", coordinator)
    a_visit(patient, "UNS-2", coordinator)
    status, to = page(coordinator, patient, forms=forms_of(visit), to=other.number, code="UNS")
    assert status == 302
    assert to.endswith(f"to={other.number}&code=UNS-2")
    status, to = page(coordinator, patient, forms=forms_of(visit), to=other.number, code="UNS-2", **act())
    assert (status, to) == (302, reverse("visit", args=[other.number, "UNS-2"]))


def test_number_typed_in_full_width_is_read(page, visit, patient, coordinator, site):
    other = a_patient(site, coordinator)
    wide = other.number.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "-0123456789"})
    status, text = page(coordinator, patient, forms=forms_of(visit), to=f" {wide}", code="W07")
    assert status == 200
    assert f"Move to {other.number}, Week 7" in text
