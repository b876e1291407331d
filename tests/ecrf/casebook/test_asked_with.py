"""An item that belongs to another form is asked at the visits that can have that form, and at no other, everywhere."""

import re
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Entry, Status
from ecrf.casebook.record.values import Missing
from ecrf.casebook.schedule.completion import missing_when_not_begun
from ecrf.casebook.services import complete_entries
from ecrf.checks.item_words import asked_when, needed
from ecrf.exports.odm.edition.today import edition_of_today
from ecrf.exports.odm.layout import FormLayout
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS, _check_sections
from ecrf.formview.load import visit_form_views
from tests.builders import a_patient, a_place, a_visit, enter
from tests.printed import client_of, words_of

pytestmark = pytest.mark.django_db

ITEM = "before_dose"
"""Of the scale: it means nothing where no dose is given."""
NEVER, ALWAYS, MAYBE = "SCR", "W04", "UNS-1"
"""Codes of visits without doses, with them, and where one may be added."""
LABEL = "Before the first dose?"


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


def filled(patient, code, by, **more):
    """The visit with everything of the scale that any visit asks for."""
    visit = a_visit(patient, code, by)
    blank = [name for name in CRFS["scale"].missing(None) if name != ITEM]
    enter(visit, "scale", by, **{name: Missing("unknown") for name in blank}, **more)
    return visit


def gaps(visit, by) -> list[str]:
    actor = by.acting_at(visit.site, Right.ENTER)
    return [
        gap.item
        for gap in complete_entries(patient=visit.patient, places=[a_place(visit, "scale")], by=actor)
    ]


def attributes(patient, code, by) -> str:
    """Of the item's line on the entry page."""
    page = client_of(by).get(reverse("visit", args=[patient.number, code])).content.decode()
    return re.search(rf'id="i-scale-1-{ITEM}"([^>]*)>', page)[1]


@pytest.mark.parametrize(
    ("code", "is_asked", "is_required"), [(NEVER, False, False), (ALWAYS, True, True), (MAYBE, True, False)]
)
def test_item_is_asked_and_required_by_the_visit_before_and_after_the_form_is_begun(
    code, is_asked, is_required, patient, coordinator
):
    visit = a_visit(patient, code, coordinator)
    everywhere = missing_when_not_begun("scale", ALWAYS) - 1
    assert missing_when_not_begun("scale", code) == everywhere + is_required
    for is_begun in (False, True):
        if is_begun or code == MAYBE:  # an added form is there when it is begun
            enter(visit, "scale", coordinator, assessor="A1")
        own = attributes(patient, code, coordinator)
        assert ("hidden" in own, "data-required" in own) == (not is_asked, is_required)
        [view] = [view for view in visit_form_views(visit) if view.definition.key == "scale"]
        begun = bool(view.row)
        assert (view.item_views[ITEM].is_asked, view.item_views[ITEM].is_wanted) == (is_asked, is_required)
        assert view.left == everywhere + is_required - begun
        if begun:
            assert Entry.objects.get(visit=visit, crf="scale").missing == view.left


@pytest.mark.parametrize(("code", "lacks"), [(NEVER, []), (ALWAYS, [ITEM]), (MAYBE, [])])
def test_form_is_complete_without_it_where_it_is_not_required(code, lacks, patient, coordinator):
    assert gaps(filled(patient, code, coordinator), coordinator) == lacks


@pytest.mark.parametrize(("code", "stands"), [("SCR", False), ("W04", True), ("UNS", True)])
def test_paper_to_fill_in_has_a_line_for_it_where_it_is_asked(code, stands, patient, coordinator):
    client = client_of(coordinator)
    assert (LABEL in words_of(client.get(reverse("worksheet", args=[code])).text)) is stands
    if code != "UNS":
        own = client.get(reverse("patient-worksheet", args=[patient.number, code])).text
        assert (LABEL in words_of(own)) is stands


def test_value_of_a_visit_that_does_not_ask_stays_in_sight(patient, coordinator, monitor):
    """It was entered when the form still asked, or was written in the source."""
    visit = filled(patient, NEVER, coordinator, before_dose="yes")
    assert "hidden" not in attributes(patient, NEVER, coordinator)
    review = client_of(monitor).get(reverse("monitor:casebook_visit_change", args=[visit.pk])).text
    paper = client_of(coordinator).get(reverse("print-visit", args=[patient.number, NEVER])).text
    for page in (review, paper):
        assert f"{LABEL} Yes" in words_of(page)


def test_paper_of_a_visit_that_does_not_ask_has_no_line_for_it(patient, coordinator):
    for code, stands in ((NEVER, False), (ALWAYS, True)):
        filled(patient, code, coordinator)
        paper = client_of(coordinator).get(reverse("print-visit", args=[patient.number, code])).text
        assert (LABEL in words_of(paper)) is stands


def test_odm_says_at_which_visits_it_is_not_asked_and_misses_it_where_it_is_required():
    edition = edition_of_today()
    form = edition.forms["scale"]
    layout = FormLayout(form, form.items, (), {}, {}, edition.visits)
    none_there = {plan.code for plan in protocol().visits if not plan.may_hold("dose")}
    assert NEVER in none_there
    assert set(layout.never_asked_at[ITEM]) == none_there
    assert not layout.is_mandatory(ITEM)
    for code, is_missed in ((NEVER, False), (ALWAYS, True), (MAYBE, False)):
        assert (ITEM in layout.blanks({}, edition.visit_of(code))) is is_missed


def test_words_name_the_form_it_belongs_to():
    scale = CRFS["scale"]
    title = CRFS["dose"].title
    assert title in asked_when(scale, scale.items[ITEM])
    assert title in needed(scale, scale.items[ITEM])


@pytest.mark.parametrize(("key", "item"), [("adverse-event", "ended_on"), ("dose-lot", "lot_number")])
def test_form_that_could_not_keep_the_promise_is_refused_when_it_is_made(key, item, monkeypatch):
    """It would have to go by an answer too, or be counted without the visit."""
    _check_sections(CRFS[key])
    monkeypatch.setattr(CRFS[key].items[item], "asked_with", "dose")
    with pytest.raises(ImproperlyConfigured, match=item):
        _check_sections(CRFS[key])


def test_form_that_was_not_done_says_so_of_what_its_visit_asks_and_of_nothing_else(patient, coordinator):
    for code, is_said in ((NEVER, False), (ALWAYS, True)):
        visit = a_visit(patient, code, coordinator)
        page = {"action": "not-done:scale-1:not-done"}
        answer = client_of(coordinator).post(reverse("visit", args=[patient.number, code]), page)
        # Whoever says so in the middle of a long page stays where the form is.
        assert answer.status_code == 302
        assert answer.url.endswith("#scale-1")
        row = CRFS["scale"].model.objects.get(entry__visit=visit)
        assert row.missing_reasons
        assert (ITEM in row.missing_reasons) == is_said


def as_an_earlier_version_counted(visit) -> Entry:
    entry = Entry.objects.get(visit=visit, crf="scale")
    Entry.objects.filter(pk=entry.pk).update(missing=1)
    return entry


def test_count_of_an_earlier_version_keeps_no_form_from_being_done(patient, coordinator):
    entry = as_an_earlier_version_counted(filled(patient, NEVER, coordinator))
    assert gaps(entry.visit, coordinator) == []
    entry.refresh_from_db()
    assert (entry.status, entry.missing) == (Status.COMPLETE, 0)


def test_what_forms_lack_is_counted_anew_on_demand(patient, coordinator):
    entry = as_an_earlier_version_counted(filled(patient, NEVER, coordinator))
    other = as_an_earlier_version_counted(filled(patient, ALWAYS, coordinator))
    before = AuditEvent.objects.count()
    call_command("rebuild_schedule_status", stdout=StringIO())
    entry.refresh_from_db()
    other.refresh_from_db()
    assert (entry.missing, other.missing) == (0, 1)
    assert AuditEvent.objects.count() == before
