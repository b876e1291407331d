"""What cannot be redacted is refused in words, and nothing is changed."""

import pytest
from django.db import DatabaseError

from ecrf.audit.actor import SYSTEM, acting
from ecrf.audit.refusals import Locked
from ecrf.casebook.record.values import Missing
from ecrf.locks.models import Lock, LockKind, LockScope
from ecrf.redaction import services
from ecrf.redaction.services import RedactionRefused
from tests.builders import a_visit, enter
from tests.database import sql
from tests.ecrf.redaction.conftest import NAME, dump

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-010")]


def refused(mistake, match: str, **other) -> None:
    before = dump()
    with pytest.raises(RedactionRefused, match=match) as why:
        mistake.redact(**other)
    assert mistake.name not in str(why.value)
    assert dump() == before


def test_text_that_still_stands_in_an_item_is_refused_and_named(everywhere):
    enter(everywhere.world.visit, "reading", everywhere.world.coordinator, device=NAME)
    refused(everywhere, "Correct it first at the site: Week 4, Reading: Device")


def test_text_that_still_stands_in_a_missing_reason_is_refused(typed):
    enter(typed.world.visit, "reading", typed.world.coordinator, value_1=Missing("unknown", NAME))
    refused(typed, "Week 4, Reading: Value")


def test_text_that_still_stands_in_the_reason_of_a_struck_out_row_is_refused(typed):
    with acting(SYSTEM):
        sql(
            "UPDATE casebook_entry SET struck_at = now(), struck_by_id = %s, struck_reason = %s"
            " WHERE crf = 'vital-signs'",
            typed.world.coordinator.pk,
            NAME,
        )
    refused(typed, "struck_reason .*restore it first")


@pytest.mark.parametrize("who", ["coordinator", "monitor", "administrator", "investigator"])
def test_who_is_no_data_manager_cannot_answer_for_it(who, typed, request):
    refused(typed, "is no data manager", by=request.getfixturevalue(who))


def test_data_manager_whose_account_is_closed_cannot_answer_for_it(typed, data_manager):
    data_manager.is_active = False
    refused(typed, "is no data manager", by=data_manager)


@pytest.mark.parametrize("said", ["", "ab", "  a  "])
def test_short_text_is_refused(said, typed):
    refused(typed, "shorter than 3", said=said)


@pytest.mark.parametrize("reason", ["", "no", "x" * 501])
def test_reason_is_needed(reason, typed):
    refused(typed, "Say why", reason=reason)


def test_reason_that_holds_the_text_is_refused(typed):
    refused(typed, "without it", reason=f"It says {NAME}")


@pytest.mark.parametrize("kind", [LockKind.LOCK, LockKind.FREEZE])
@pytest.mark.parametrize("scope", [LockScope.VISIT, LockScope.SITE, LockScope.STUDY])
def test_locked_patient_is_refused_in_the_locks_words(kind, scope, typed):
    typed.world.lock(scope, kind)
    before = dump()
    with pytest.raises(
        Locked, match=rf"is {LockKind(kind).label} since .* by data_manager: Interim analysis"
    ):
        typed.redact()
    assert dump() == before


def test_lock_of_another_visit_is_not_in_the_way(typed):
    other = a_visit(typed.world.patient, "W07", typed.world.coordinator)
    lock = typed.world.lock(LockScope.SITE)
    typed.world.lift(lock)
    with acting(SYSTEM):
        Lock.objects.create(
            kind="lock",
            scope="visit",
            site=typed.world.patient.site,
            patient=typed.world.patient,
            visit=other,
            reason="Done",
            set_at=lock.set_at,
            set_by=lock.set_by,
        )
    assert typed.redact().events == 4


def test_redaction_that_breaks_off_in_the_middle_leaves_nothing(everywhere, monkeypatch):
    done, real = [], services._redact_event

    def second_fails(place, order):
        done.append(place)
        if len(done) == 2:
            raise DatabaseError("the connection is gone")
        return real(place, order)

    monkeypatch.setattr(services, "_redact_event", second_fails)
    before = dump()
    with pytest.raises(DatabaseError):
        everywhere.redact()
    assert dump() == before
    with pytest.raises(DatabaseError, match="never changed"):
        sql("UPDATE queries_message SET text = 'x'")


def test_second_time_there_is_nothing_left(typed):
    typed.redact()
    refused(typed, "stands nowhere")


@pytest.mark.parametrize("text", ["[re", "dac", "[redacted]"])
def test_text_that_is_a_part_of_the_mark_is_refused(text, typed):
    refused(typed, "a part of", said=text)
