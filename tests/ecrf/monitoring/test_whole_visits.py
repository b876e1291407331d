"""What the monitor reads of visits and of rows struck out: counted by the one rule, in the order of their dates."""

import pytest
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.casebook.record.values import Missing
from ecrf.casebook.services import complete_entries
from ecrf.casebook.striking import strike_out
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.monitoring.world import an_adverse_event, logged_in, page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-071")]

WHY = "Entered twice"


@pytest.fixture
def visits(own):
    """A patient at week 1 and week 4 with an unscheduled visit between, opened last."""
    patient = a_patient(own.site, own.by)
    found = {code: a_visit(patient, code, own.by) for code in ("W01", "W04", "UNS-1")}
    for code, day in (("W01", "2026-01-05"), ("W04", "2026-01-26"), ("UNS-1", "2026-01-12")):
        enter(found[code], "visit", own.by, occurrence="done", visited_on=day)
    return found


def _strike(entry, own):
    strike_out(entry=entry, by=own.by, actor=own.by.acting_at(own.site, Right.ENTER), reason=WHY)


def _complete(visit, own, *addresses):
    places = [a_place(visit, key, number) for key, number in addresses]
    for place in places:
        blank = {item: Missing("unknown") for item in place.definition.missing(None)}
        enter(visit, place.definition.key, own.by, number=place.number, **blank)
    complete_entries(patient=visit.patient, places=places, by=own.by.acting_at(own.site, Right.ENTER))


def test_unscheduled_visit_stands_by_its_date_between_the_others(own, visits, monitor):
    page = logged_in(monitor).get(page_of(visits["UNS-1"])).content.decode()
    before, after = page_of(visits["W01"]), page_of(visits["W04"])
    assert page.index(f'href="{before}"') < page.index("‹ Week 1") < page.index(f'href="{after}"')
    assert "Week 4 ›" in page


def test_unscheduled_visit_goes_by_its_label_on_every_page(own, visits, monitor):
    enter(visits["UNS-1"], "grip-strength", own.by, right_1="170")
    client, patient = logged_in(monitor), visits["UNS-1"].patient
    grip = CRFS["grip-strength"].model
    for url in (
        page_of(patient),
        page_of(visits["UNS-1"]),
        page_of(visits["UNS-1"], "changelist"),
        page_of(grip, "changelist"),
        reverse("monitor:casebook_entry_changelist"),
    ):
        assert "Unscheduled visit 1" in text_of(client, url)
        assert "UNS-1" not in text_of(client, url)


def test_list_of_visits_counts_every_expected_infusion_day_as_one_form(own, visits, monitor):
    client, forms = logged_in(monitor), protocol().plan("W01").forms
    days = protocol().plan("W01").expected_of("infusion")
    url = f"{page_of(visits['W01'], 'changelist')}?q={visits['W01'].patient.number}"
    _complete(visits["W01"], own, *[("infusion", n) for n in range(1, days)])
    assert f"0 of {len(forms)} complete" in text_of(client, url)
    _complete(visits["W01"], own, ("infusion", days))
    assert f"1 of {len(forms)} complete" in text_of(client, url)


def test_missed_visit_wants_its_own_form_only(own, visits, monitor):
    late = a_visit(visits["W01"].patient, "W07", own.by)
    whole = f"0 of {len(protocol().plan('W07').forms)} complete"
    url = page_of(late, "changelist")
    before = text_of(logged_in(monitor), url)
    enter(late, "visit", own.by, occurrence="missed")
    after = text_of(logged_in(monitor), url)
    assert after.count(whole) == before.count(whole) - 1
    assert after.count("0 of 1 complete") == before.count("0 of 1 complete") + 1
    assert "Vital signs" not in text_of(logged_in(monitor), page_of(late))


def test_row_struck_out_is_shown_struck_out_with_who_when_and_why(own, monitor):
    _strike(own.ae, own)
    client = logged_in(monitor)
    page = text_of(client, page_of(own.ae))
    assert "struck out Struck out by coordinator, " in page
    assert f"JST: {WHY}" in page
    assert "<s>Headache</s>" in client.get(page_of(own.ae)).content.decode()


def test_lists_show_a_row_struck_out_as_struck_out(own, monitor):
    _strike(own.ae, own)
    an_adverse_event(own.patient, own.by, term="Fever")
    client = logged_in(monitor)
    page = client.get(page_of(CRFS["adverse-event"].model, "changelist")).content.decode()
    assert page.count(">struck out<") == 1
    assert "<s>Headache</s>" in page
    assert "<s>Fever</s>" not in page
    assert "<s>Adverse event 1</s>" in client.get(page_of(own.ae, "changelist")).content.decode()


def test_row_of_a_form_that_is_struck_out_is_struck_out_in_its_table(own, monitor):
    _strike(own.lot, own)
    client = logged_in(monitor)
    assert "<s>SYN-0412</s>" in client.get(page_of(own.visit)).content.decode()
    assert f"Lot 1 of infusion: Struck out by coordinator, {own.lot.struck_at:%Y}" in text_of(
        client, page_of(own.visit)
    )


def test_link_to_another_form_is_read_in_words(own, monitor):
    by = own.by
    enter(own.patient, "concomitant-medication", by, given_for="adverse-event", adverse_event="1")
    row = CRFS["concomitant-medication"].model.objects.get()
    assert "Adverse event 1: Headache" in text_of(logged_in(monitor), page_of(row))


def test_every_row_of_a_fixed_set_is_read_by_its_name_though_none_is_begun(own, visits, monitor):
    fixed = next(d for d in CRFS.values() if d.row_names)
    above = CRFS[fixed.row_of]
    enter(visits["W04"], above.key, own.by, **{next(iter(above.entered)): Missing("unknown")})
    page = text_of(logged_in(monitor), page_of(visits["W04"]))
    assert [name for name in fixed.row_names if f"{name} blank" not in page] == []
