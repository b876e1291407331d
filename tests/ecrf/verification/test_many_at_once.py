"""Many items verified at once: each that can be is, and any other is left out by name, with the reason."""

import pytest
from django.core.exceptions import PermissionDenied

from ecrf.access.roles import Right
from ecrf.audit.models import AuditEvent
from ecrf.verification.copies import say_against
from ecrf.verification.lookup import latest_on
from ecrf.verification.models import Verification
from ecrf.verification.services import verify_shown
from tests.ecrf.files.builders import a_copy
from tests.ecrf.files.test_beside_items import newer, strike
from tests.ecrf.queries.builders import asked, change
from tests.ecrf.verification.acts import length, take_back, verify

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-098")]


def verify_all(by, *items, seen=None, why=""):
    patient = items[0][0].patient
    actor = by.acting_at(patient.site, Right.VERIFY)
    seen = length(patient) if seen is None else seen
    return verify_shown(patient=patient, items=items, seen=seen, by=by, actor=actor, why=why)


def test_what_changed_has_an_open_query_or_is_not_complete_is_left_out_and_named(
    entry, draft, monitor, coordinator
):
    query = asked(entry, monitor, item="systolic")
    before = verify(entry, monitor, "temperature")
    seen = length(entry.patient)
    change(entry, coordinator, spo2="96")
    names = ("pulse", "pulse", "systolic", "spo2", "diastolic", "temperature")
    made, left_out = verify_all(monitor, *((entry, name) for name in names), (draft, "value_1"), seen=seen)
    assert [one.item for one in made] == ["pulse", "diastolic"]
    why = {(one.entry, one.item): one.why for one in left_out}
    assert list(why) == [(entry, "systolic"), (entry, "spo2"), (draft, "value_1")]
    assert query.code in why[entry, "systolic"]
    assert "96" in why[entry, "spo2"]
    assert "not completed" in why[draft, "value_1"]
    stored = Verification.objects.exclude(pk=before.pk)
    assert sorted(stored.values_list("item", "together")) == [("diastolic", 2), ("pulse", 2)]
    assert {one.verified_by for one in stored} == {monitor}


def test_nothing_is_no_act_and_only_monitors_verify(entry, monitor, data_manager, coordinator):
    actor = monitor.acting_at(entry.site, Right.VERIFY)
    given = {"patient": entry.patient, "seen": 0, "actor": actor}
    before = AuditEvent.objects.count()
    assert verify_shown(items=[], by=monitor, **given) == ([], [])
    for person in (data_manager, coordinator):
        with pytest.raises(PermissionDenied):
            verify_shown(items=[(entry, "pulse")], by=person, **given)
    assert AuditEvent.objects.count() == before


def test_why_it_was_not_compared_by_eye_stands_in_the_trail_and_names_no_copy(entry, monitor, coordinator):
    a_copy(entry.patient, coordinator, entry, "pulse")
    [made], _left_out = verify_all(monitor, (entry, "pulse"), why="From the laboratory's file")
    made.refresh_from_db()
    assert made.copy is None
    assert AuditEvent.objects.get(table="verification_verification").reason == "From the laboratory's file"
    take_back(made, monitor)
    [made], _left_out = verify_all(monitor, (entry, "pulse"))
    made.refresh_from_db()
    assert made.copy is not None


def test_page_says_against_which_copy_it_was_and_what_became_of_that_since(entry, monitor, coordinator):
    copies = {name: a_copy(entry.patient, coordinator, entry, name) for name in ("pulse", "systolic", "spo2")}
    verify_all(monitor, *((entry, name) for name in (*copies, "temperature")))

    def said():
        found = latest_on([entry.pk])
        say_against(found.values())
        return {item: (one.against, one.since_then) for (_entry, item), one in found.items()}

    report = "against “Report”, version 1"
    assert said() == {**dict.fromkeys(copies, (report, "")), "temperature": ("", "")}
    newer(copies["systolic"], coordinator)
    strike(copies["spo2"], coordinator)
    since = {item: words for item, (_against, words) in said().items()}
    assert "version 2" in since["systolic"]
    assert "Belongs elsewhere" in since["spo2"]
    assert (since["pulse"], since["temperature"]) == ("", "")
    assert said()["spo2"][0] == report
