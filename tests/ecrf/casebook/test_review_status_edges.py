"""The marks of struck out, restored and repeated forms; queries on struck out rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ecrf.access.roles import Right
from ecrf.casebook.models import Entry
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.services import complete_entries
from ecrf.casebook.striking import restore, strike_out
from ecrf.forms.registry import CRFS
from ecrf.monitoring.lists.progress import progress_of
from ecrf.signatures.lookup import unsigned_places
from ecrf.verification import services
from tests.builders import a_patient, a_place, a_visit, enter
from tests.ecrf.queries.builders import act, asked
from tests.ecrf.signatures.conftest import checked, signed

pytestmark = pytest.mark.django_db

AE = {"term": "Headache", "started_on": "2026-02-01", "ongoing": "no", "ended_on": "2026-02-03"}


def ae(patient, by, number):
    d = CRFS["adverse-event"]
    enter(patient, "adverse-event", by, number=number, **AE)
    row = d.model.objects.select_related("entry").get(entry__patient=patient, entry__number=number)
    from ecrf.casebook.record.values import Missing

    left = {name: Missing("unknown") for name in d.missing(row)}
    while left:
        r = enter(patient, "adverse-event", by, number=number, **left)
        row = d.model.objects.select_related("entry").get(entry__patient=patient, entry__number=number)
        now = {name: Missing("unknown") for name in d.missing(row)}
        assert now != left, (r, now)
        left = now
    place = a_place(patient, "adverse-event", number)
    assert complete_entries(patient=patient, places=[place], by=by.acting_at(patient.site, Right.ENTER)) == []
    return Entry.objects.get(patient=patient, crf="adverse-event", number=number)


@pytest.fixture
def patient(site, coordinator):
    return a_patient(site, coordinator)


def test_struck_row_that_was_verified_hides_nothing_that_is_left(patient, coordinator, monitor, site):
    one, two = ae(patient, coordinator, 1), ae(patient, coordinator, 2)
    ReviewStatus.objects.update(is_sampled=True)
    ReviewStatus.objects.get(pk=one.pk)
    items = list(CRFS["adverse-event"].entered)
    for e in (one,):
        services.verify_shown(
            patient=patient,
            items=[(e, n) for n in items],
            seen=10**6,
            by=monitor,
            actor=monitor.acting_at(site, Right.VERIFY),
        )
    strike_out(
        entry=one, by=coordinator, actor=coordinator.acting_at(site, Right.ENTER), reason="Entered twice"
    )
    after = progress_of("patient", [patient.pk])[patient.pk]
    m = ReviewStatus.objects.get(pk=two.pk)
    assert (after.planned, after.verified) == (m.planned, m.verified)


def test_struck_row_is_not_unsigned_for_ever(patient, coordinator, investigator, site):
    checked(investigator)
    one, two = ae(patient, coordinator, 1), ae(patient, coordinator, 2)
    signed(two, "form", investigator)
    strike_out(
        entry=one, by=coordinator, actor=coordinator.acting_at(site, Right.ENTER), reason="Entered twice"
    )
    assert list(unsigned_places()) == []


def test_completion_statements_do_not_grow_with_forms(site, coordinator):
    counts = []
    for n in (1, 4):
        patient = a_patient(site, coordinator)
        visit = a_visit(patient, "W04", coordinator)
        from tests.ecrf.casebook.test_review_status import GRADES
        from tests.ecrf.queries.builders import vital_signs

        vital_signs(visit, coordinator)
        places = [a_place(visit, "vital-signs")]
        if n > 1:
            enter(
                visit,
                "scale",
                coordinator,
                assessor="A1",
                assessed_at="09:30",
                before_dose="yes",
                **dict.fromkeys(GRADES, "4"),
            )
            places.append(a_place(visit, "scale"))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert (
                complete_entries(patient=patient, places=places, by=coordinator.acting_at(site, Right.ENTER))
                == []
            )
        counts.append([q["sql"][:110] for q in seen])
    assert sum('FROM "casebook_visit"' in s for s in counts[1]) <= sum(
        'FROM "casebook_visit"' in s for s in counts[0]
    )


def test_a_row_struck_a_second_time_for_the_same_reason_is_handed_back_again(
    patient, coordinator, monitor, site
):
    one = ae(patient, coordinator, 1)
    actor = coordinator.acting_at(site, Right.ENTER)
    query = asked(one, monitor, item="term", text="Which kind?")
    strike_out(entry=one, by=coordinator, actor=actor, reason="Entered twice")
    restore(entry=one, actor=actor, reason="It was right")
    query.refresh_from_db()
    act("ask_again", query, monitor, text="And now?")
    one.refresh_from_db()
    strike_out(entry=one, by=coordinator, actor=actor, reason="Entered twice")
    query.refresh_from_db()
    assert query.turn == "monitor"


def test_verification_after_strike_restore(patient, coordinator, monitor, site):
    one = ae(patient, coordinator, 1)
    ReviewStatus.objects.update(is_sampled=True)
    services.verify(
        entry=one, item="term", seen=10**6, by=monitor, actor=monitor.acting_at(site, Right.VERIFY)
    )
    before = ReviewStatus.objects.values("planned", "verified", "sample", "completed_at").get(pk=one.pk)
    actor = coordinator.acting_at(site, Right.ENTER)
    strike_out(entry=one, by=coordinator, actor=actor, reason="Entered twice")
    restore(entry=one, actor=actor, reason="It was right")
    after = ReviewStatus.objects.values("planned", "verified", "sample", "completed_at").get(pk=one.pk)
    for name in ("planned", "verified", "sample"):
        assert after[name] == before[name], name
