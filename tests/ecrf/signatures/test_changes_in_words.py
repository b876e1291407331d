"""What changed since the page was made, in words: the first few by name, how many more; and where one signs anew."""

import pytest

from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.casebook.record.values import Missing
from ecrf.casebook.striking import restore, strike_out
from ecrf.forms.registry import CRFS
from ecrf.signatures.breaks import LABELS_AT_MOST, changes_in
from ecrf.signatures.lookup import BrokenPlaces, broken_places
from ecrf.signatures.models import SignatureScope
from ecrf.signatures.services import (
    NAMED_AT_MOST as FORMS_NAMED,
)
from ecrf.signatures.services import (
    Covered,
    SignatureRefused,
    chain_length,
    events_since,
)
from tests.builders import a_visit, enter
from tests.ecrf.signatures.conftest import QUESTIONS, change, complete, signed

pytestmark = pytest.mark.django_db


def label(item: str, crf: str = "scale") -> str:
    return str(CRFS[crf].items[item].verbose_name)


def since(visit, seen: int) -> list[tuple[str, str]]:
    """(what, item) of each change of the visit's data."""
    covered = Covered(visit.patient, SignatureScope.VISIT, visit=visit)
    return [(one.what, one.item) for one in changes_in(events_since(covered, seen))]


def test_each_act_on_a_form_is_called_by_its_name(visit, scale, coordinator):
    seen, by = chain_length(visit.patient), coordinator.acting_at(visit.site, Right.ENTER)
    reading = complete(
        visit, "reading", coordinator, **{name: Missing("unknown") for name in CRFS["reading"].missing(None)}
    )
    lot = enter(visit, "dose-lot", coordinator, parent=1, lot_number="A").row.entry
    strike_out(entry=lot, by=coordinator, actor=by, reason="Entered twice")
    restore(entry=Entry.objects.get(pk=lot.pk), actor=by, reason="It was right")
    # An empty row that an act brings along is "changed".
    acts = [what for what, item in since(visit, seen) if not item and what != "changed"]
    assert acts == ["added", "completed", "added", "added", "struck out", "restored"]
    assert reading.status == "complete"


@pytest.mark.parametrize("number", [1, LABELS_AT_MOST, LABELS_AT_MOST + 2])
def test_items_of_one_act_are_named_up_to_a_few_with_how_many_more(visit, scale, coordinator, number):
    seen = chain_length(visit.patient)
    items = QUESTIONS[:number]
    enter(visit, "scale", coordinator, reason="Misread", **dict.fromkeys(items, "3"))
    [(what, item)] = since(visit, seen)
    named = [label(one) for one in items[:LABELS_AT_MOST]]
    assert item == items[0]
    assert what.startswith("; ".join(named) + " ")
    assert what.endswith(" more items changed") is (number > LABELS_AT_MOST)
    assert ("and 2 more" in what) is (number > LABELS_AT_MOST)
    other = a_visit(visit.patient, "W07", coordinator)
    enter(other, "scale", coordinator, **dict.fromkeys(items, "3"))
    entered = since(other, seen)[-1][0]
    assert entered.startswith("; ".join(named) + " ")
    assert entered.endswith("more items entered" if number > LABELS_AT_MOST else "entered")


def test_unfinished_forms_are_named_up_to_a_few_with_how_many_more(visit, scale, coordinator, investigator):
    for number in range(1, FORMS_NAMED + 1):
        enter(visit, "dose", coordinator, number=number, given_g="10")
    with pytest.raises(SignatureRefused) as refused:
        signed(visit, "visit", investigator)
    assert str(refused.value).count("Dose") == FORMS_NAMED
    assert "more" not in str(refused.value)
    for crf, item in (("reading", "device"), ("vital-signs", "pulse")):
        enter(visit, crf, coordinator, **{item: "70"})
    with pytest.raises(SignatureRefused, match="and 2 more"):
        signed(visit, "visit", investigator)


def test_broken_signature_waits_at_its_visit_or_at_the_whole_casebook(
    visit, scale, coordinator, investigator
):
    patient, other = visit.patient_id, a_visit(visit.patient, "W07", coordinator)
    assert broken_places(patient=patient) == BrokenPlaces(frozenset(), frozenset())
    signed(scale, "form", investigator)
    change(visit, coordinator)
    of_visit = broken_places(patient=patient)
    assert (patient, visit.pk) in of_visit
    assert (patient, other.pk) not in of_visit
    assert (patient + 1, visit.pk) not in of_visit
    assert of_visit.has_patient(patient)
    assert not of_visit.has_patient(patient + 1)
    signed(visit.patient, "casebook", investigator)
    assert not broken_places(patient=patient).has_patient(patient)
    change(visit, coordinator, "2")
    whole = broken_places(patient=patient)
    assert (patient, other.pk) in whole
    assert (patient, None) in whole
    assert whole.has_patient(patient)
    assert (whole.places, whole.patients) == (frozenset(), frozenset({patient}))
