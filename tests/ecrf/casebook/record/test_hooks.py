"""Where floors above take part in what the casebook does: who joined, and that their order does not matter."""

import re
from dataclasses import fields

import pytest

from ecrf.access.roles import Right
from ecrf.audit.verifying.verify import verify
from ecrf.casebook.history import item_story
from ecrf.casebook.models import Entry, PatientStatus
from ecrf.casebook.record.hooks import HOOKS
from ecrf.casebook.review_status import ReviewStatus
from ecrf.casebook.striking import restore, strike_out
from ecrf.checks.discrepancies import confirm
from ecrf.checks.models import Discrepancy
from ecrf.forms.registry import CRFS
from ecrf.queries.models import Message, Query
from tests.builders import a_patient, a_visit, enter
from tests.ecrf.queries.builders import act, answered, asked, change, complete, vital_signs

pytestmark = pytest.mark.django_db

JOINED = {
    "needed": {"ecrf.checks.running.kinds_read", "ecrf.casebook.record.withdrawn.form_of_the_end"},
    "before_write": {
        "ecrf.checks.running.refuse_impossible",
        "ecrf.casebook.record.withdrawn.refuse_later_data",
    },
    "after_write": {
        "ecrf.checks.running.ask_about_unlikely",
        "ecrf.queries.reopening.reopen_when_value_changes",
        "ecrf.verification.review_status.review_status_changed",
    },
    "after_recalculation": {"ecrf.checks.running.ask_anew"},
    "after_completion": {
        "ecrf.checks.running.ask_at_completion",
        "ecrf.queries.automatic.open_at_completion",
        "ecrf.verification.review_status.review_status_completed",
    },
    "after_strike": {
        "ecrf.checks.running.run_all",
        "ecrf.queries.reopening.hand_back_struck",
        "ecrf.verification.review_status.derive_review_status",
    },
    "after_move": {"ecrf.files.moving.copies_move"},
    "before_transfer": {"ecrf.exports.handed_over.keeping.keep_casebook"},
    "after_transfer": {
        "ecrf.locks.moving.locks_move",
        "ecrf.queries.moving.queries_move",
        "ecrf.verification.review_status.review_status_moves",
    },
    "after_discrepancies": {"ecrf.queries.automatic.follow"},
    "guards": {"ecrf.locks.guard.locked_among"},
    "history": {
        "ecrf.files.history.copies_at",
        "ecrf.queries.history.said_about",
        "ecrf.signatures.history.signed",
        "ecrf.verification.history.verified",
    },
}
"""{hook: who joins there}: an app that takes part in recording anew is added here, where people look for it."""


def test_table_says_who_joined_each_hook():
    joined = {
        hook.name: {f"{step.__module__}.{step.__qualname__}" for step in getattr(HOOKS, hook.name)}
        for hook in fields(HOOKS)
    }
    for hook, steps in joined.items():
        print(f"{hook}: {', '.join(sorted(steps))}")  # seen with `pytest -rP`, and when the table is wrong
    assert joined == JOINED


@pytest.fixture
def act_out(site, coordinator, monitor):
    """What two people do with one more patient, so that each hook is passed; and all that came of it, in words."""

    def run():
        patient = a_patient(site, coordinator)
        visit = a_visit(patient, "SCR", coordinator)
        by = coordinator.acting_at(site, Right.ENTER)
        # Two values that checks ask about, of which one is confirmed; then the queries of those and of a person.
        signs = vital_signs(visit, coordinator, pulse="200")
        assert enter(visit, "vital-signs", coordinator, diastolic="220").refused
        first = Discrepancy.objects.filter(entry=signs).order_by("item").first()
        assert confirm(discrepancy=first, by=coordinator, actor=by, asked=first.identity)
        signs = complete(visit, "vital-signs", coordinator)
        query = asked(signs, monitor)
        answered(query, coordinator)
        act("close", query, monitor)
        change(signs, coordinator, pulse="72", weight_kg="61")
        change(signs, coordinator, pulse="210")
        # A row that is struck out, and back.
        enter(patient, "adverse-event", coordinator, term="Headache", ongoing="yes", ended_on="2026-02-01")
        event = Entry.objects.get(patient=patient, crf="adverse-event")
        asked(event, monitor, "Which kind of headache?", "term")
        strike_out(entry=event, by=coordinator, actor=by, reason="Entered twice")
        restore(entry=event, actor=by, reason="It was another one")
        assert verify().faults == []
        return outcome(patient, signs)

    return run


WHICH_QUERY = re.compile(r"\bQ\d+\b")
"""The number of a query is the study's, and not the patient's."""


def outcome(patient, signs):
    row = CRFS["vital-signs"].model.objects.get(entry=signs)
    place = ("entry__crf", "entry__number", "item")
    return {
        "entries": list(patient.entries.order_by("pk").values("crf", "number", "status", "missing")),
        "asked": sorted(
            Discrepancy.objects.filter(entry__patient=patient).values_list(
                *place, "check_id", "state", "text_as_asked"
            )
        ),
        "queries": sorted(
            Query.objects.filter(patient=patient).values_list(
                *place, "number", "turn", "text_as_asked", "value"
            )
        ),
        "said": sorted(
            Message.objects.filter(query__patient=patient).values_list(
                "query__number", "act", "text", "value"
            )
        ),
        "review": list(
            ReviewStatus.objects.filter(patient=patient)
            .order_by("entry")
            .values_list("entry__crf", "critical", "rest", "critical_verified", "rest_verified", "is_signed")
        ),
        "schedule": PatientStatus.objects.filter(patient=patient)
        .values_list("state", "unfinished_code")
        .get(),
        "history": sorted(
            (
                WHICH_QUERY.sub("", getattr(told, "what", "")),
                getattr(told, "old", ""),
                getattr(told, "new", ""),
                told.actor,
            )
            for told in item_story(CRFS["vital-signs"], row, "pulse")
        ),
    }


def test_same_comes_of_it_with_the_order_of_each_hook_reversed(act_out):
    as_they_joined = act_out()
    assert all(as_they_joined.values())
    several = [hook for field in fields(HOOKS) if len(hook := getattr(HOOKS, field.name)) > 1]
    for hook in several:
        hook.reverse()
    try:
        assert act_out() == as_they_joined
    finally:
        for hook in several:
            hook.reverse()
