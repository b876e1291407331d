"""What the keys of the review send and get: statements, statuses, words."""

import pytest
from django.urls import reverse

from ecrf.queries.models import Query
from ecrf.verification.models import Verification
from tests.bench.counting import client_of, statements
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.monitoring.world import logged_in, page_of, text_of
from tests.ecrf.queries.builders import asked, change, complete, vital_signs
from tests.ecrf.verification.acts import length, press_q, press_u, press_v, verify, verify_shown

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]

SIGNS = ["systolic", "diastolic", "pulse", "temperature"]


def test_each_key_takes_twelve_statements_at_most(entry, monitor):
    client = client_of(monitor)
    assert statements(lambda: press_v(client, entry, seen=length(entry.patient))).count <= 12
    made = Verification.objects.get()
    assert statements(lambda: press_u(client, made)).count <= 12
    asked(entry, monitor)
    assert statements(lambda: press_v(client, entry), 409).count <= 12


def test_answer_is_a_fragment_with_who_and_how_to_take_it_back(entry, monitor):
    page = press_v(logged_in(monitor), entry).content.decode()
    made = Verification.objects.get()
    assert "<html" not in page
    assert 'data-outcome="verified"' in page
    assert "Synthetic monitor" in page
    assert reverse("monitor:take-back", args=[made.pk]) in page


def test_stale_key_shows_the_new_value(entry, monitor, coordinator):
    seen = length(entry.patient)
    change(entry, coordinator, pulse="75")
    answer = press_v(logged_in(monitor), entry, seen=seen)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'data-outcome="stale"' in page
    assert "75 /min" in page
    assert '<span class="value-read">75</span>' in page  # the unit stands behind it on the page already


def test_page_that_says_nothing_of_what_it_saw_verifies_nothing(entry, monitor):
    for seen in ("", "-1", "9" * 30, "x"):
        assert press_v(logged_in(monitor), entry, seen=seen).status_code == 409
    assert not Verification.objects.exists()


def test_open_query_asks_in_place_and_a_second_press_verifies(entry, monitor):
    asked(entry, monitor)
    client = logged_in(monitor)
    answer = press_v(client, entry)
    assert answer.status_code == 409
    assert "press V again" in answer.content.decode()
    assert press_v(client, entry, despite="yes").status_code == 200


def test_refusal_without_javascript_is_the_page_with_the_words_at_the_item(entry, monitor):
    asked(entry, monitor)
    answer = press_v(logged_in(monitor), entry, in_place=False)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<html" in page
    assert "Verify despite the query" in page


def test_without_javascript_the_next_item_to_verify_follows(visit, coordinator, monitor):
    enter(visit, "visit", coordinator, occurrence="done", visited_on="2026-01-05", contact="on-site")
    entry = complete(visit, "visit", coordinator)
    answer = press_v(logged_in(monitor), entry, "visited_on", in_place=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{page_of(visit)}#end"


def test_query_is_opened_in_place_and_its_text_kept_when_refused(entry, monitor):
    client = logged_in(monitor)
    answer = press_q(client, entry, text="Is it 70?", key="8c7f7a53-9a3b-4a63-8a0c-6a2f4b1d2c11")
    assert answer.status_code == 200
    assert "Is it 70?" in answer.content.decode()
    again = press_q(client, entry, text="Is it 70?", key="8c7f7a53-9a3b-4a63-8a0c-6a2f4b1d2c11")
    assert again.status_code == 200
    assert Query.objects.count() == 1
    assert press_q(client, entry, text="  ").status_code == 422
    assert "Nothing was sent" in press_q(client, entry, text=" ").content.decode()


def test_data_manager_asks_but_does_not_verify(entry, data_manager):
    client = logged_in(data_manager)
    assert press_q(client, entry, text="Why?").status_code == 200
    assert press_v(client, entry).status_code == 403
    page = client.get(page_of(entry.visit)).content.decode()
    assert 'data-press="q"' in page
    assert 'data-press="v"' not in page


def test_all_shown_are_verified_with_the_count_typed_back(entry, monitor):
    client = logged_in(monitor)
    refused = verify_shown(client, entry, SIGNS, count="3")
    assert refused.status_code == 422
    assert (
        "Nothing was verified: the number you typed is not the number of items." in refused.content.decode()
    )
    assert not Verification.objects.exists()
    assert verify_shown(client, entry, SIGNS, count=" ４ ").status_code == 302
    trail = client.get(f"/patients/{entry.patient.number}/trail/?kind=verification").content.decode()
    assert trail.count(f"one of {len(SIGNS)} at once by “Verify them”") == len(SIGNS)
    assert Verification.objects.count() == 4


def test_items_with_a_query_or_changed_meanwhile_are_left_out_and_named(entry, monitor, coordinator):
    client, seen = logged_in(monitor), length(entry.patient)
    query = asked(entry, monitor)
    change(entry, coordinator, systolic="125")
    answer = verify_shown(client, entry, SIGNS, seen=seen)
    assert sorted(Verification.objects.values_list("item", flat=True)) == ["diastolic", "temperature"]
    page = client.get(page_of(entry.visit)).content.decode()
    assert "2 items verified." in page
    # Said at the form, which is where the page comes back to.
    assert answer.headers["Location"].endswith("#vital-signs-1")
    assert page.index("2 items verified.") > page.index('id="vital-signs-1"')
    assert f"Pulse, query {query.code} is open." in page
    assert "Systolic, changed meanwhile: now “125 mmHg”." in page


def test_items_of_another_patient_are_not_found(entry, monitor, coordinator):
    other = a_visit(a_patient(entry.site, coordinator), "W04", coordinator)
    vital_signs(other, coordinator)
    foreign = complete(other, "vital-signs", coordinator)
    url = reverse("monitor:verify-shown", args=[entry.patient_id])
    data = {"item": [f"{foreign.pk}.pulse"], "count": "1", "seen": 999, "where": f"visit:{entry.visit_id}"}
    for item in (f"{foreign.pk}.pulse", "x.pulse", "", f"{entry.pk}", "9" * 40 + ".pulse"):
        answer = logged_in(monitor).post(url, {**data, "item": [item]})
        assert answer.status_code in (302, 404)
    assert not Verification.objects.exists()


def test_all_shown_takes_the_same_statements_for_any_number(entry, monitor):
    client, seen = client_of(monitor), length(entry.patient)
    two = statements(lambda: verify_shown(client, entry, SIGNS[:2], seen=seen), 302)
    four = statements(lambda: verify_shown(client, entry, [*SIGNS, "respiration", "spo2"], seen=seen), 302)
    assert two.count == four.count
    assert two.writing_transactions == 1


def test_page_shows_each_standing_in_words(entry, monitor, coordinator):
    verify(entry, monitor)
    verify(entry, monitor, "systolic")
    change(entry, coordinator, pulse="75")
    page = text_of(logged_in(monitor), page_of(entry.visit))
    assert "✓ verified" in page
    assert "changed : was 70 /min when verified" in page
    assert "reason “Misread”" in page
    query = asked(entry, monitor, item="spo2", text="Which finger?")
    page = text_of(logged_in(monitor), page_of(entry))
    assert f"{query.name} , site’s turn since today: “Which finger?”" in page


def test_next_goes_by_visit_then_by_log_then_to_the_next_patient(visit, coordinator, monitor, data_manager):
    def done(visit, on):
        enter(visit, "visit", coordinator, occurrence="done", visited_on=on, contact="on-site")
        return complete(visit, "visit", coordinator)

    later = a_visit(visit.patient, "W07", coordinator)
    other = a_visit(a_patient(visit.site, coordinator), "SCR", coordinator)
    first, second = done(visit, "2026-01-05"), done(later, "2026-01-26")
    third = done(other, "2026-01-05")
    client = logged_in(monitor)

    def after(place):
        return client.get(reverse("monitor:next-to-verify") + f"?after={place}").headers["Location"]

    assert after(f"visit:{visit.pk}") == page_of(later)
    assert after(f"visit:{later.pk}") == page_of(other)
    assert after(f"visit:{other.pk}") == page_of(visit)
    assert client.get(reverse("monitor:next-to-verify", args=[visit.patient_id])).headers[
        "Location"
    ] == page_of(visit)
    for entry in (first, second, third):
        for item in ("visited_on", "occurrence", "contact"):
            verify(entry, monitor, item, despite_query=True)
    assert after(f"visit:{other.pk}") == reverse("monitor:index")
    assert "Nothing else is left" in text_of(client, reverse("monitor:index"))


@pytest.mark.parametrize(
    "place", ["", "visit:", "visit:x", "visit:999999", "log:1", "log:9:adverse-event", "²"]
)
def test_odd_places_are_not_found(place, entry, monitor):
    answer = logged_in(monitor).get(reverse("monitor:next-to-verify") + f"?after={place}")
    assert answer.status_code in (302, 404)
    assert answer.status_code == 404 or place == "log:1"
