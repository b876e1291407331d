"""How one thing stands by its signatures, the newest first; and on whose page that is told."""

from types import SimpleNamespace

import pytest
from django.template import Context

from ecrf.signatures.lookup import SignatureStanding
from ecrf.signatures.models import Signature
from ecrf.signatures.templatetags.signatures import signature_history

STANDS, BROKE, LONG_AGO = (
    Signature(pk=3),
    Signature(pk=2, broken_position=20),
    Signature(pk=1, broken_position=10),
)


@pytest.mark.parametrize(
    ("history", "state", "in_force", "broken", "latest_broken"),
    [
        ([], "", [], [], None),
        ([STANDS], "signed", [STANDS], [], None),
        ([STANDS, BROKE, LONG_AGO], "signed", [STANDS], [BROKE, LONG_AGO], None),
        ([BROKE, LONG_AGO], "broken", [], [BROKE, LONG_AGO], BROKE),
    ],
)
def test_what_stands_is_told_from_what_broke_and_the_newest_break_counts_where_nothing_stands(
    history, state, in_force, broken, latest_broken
):
    one = SignatureStanding(history)
    assert (one.state, one.in_force, one.broken) == (state, in_force, broken)
    assert one.latest_broken == latest_broken


@pytest.mark.django_db
def test_page_of_the_review_is_told_from_the_sites_and_values_from_who_may_not_read_them(
    visit, coordinator, safety, monitor
):
    def told(user, *namespaces):
        match = SimpleNamespace(namespaces=list(namespaces))
        found = signature_history(
            Context({"request": SimpleNamespace(user=user, resolver_match=match)}), visit.patient
        )
        return found["tells"], found["reviews"]

    assert told(monitor, "monitor") == (True, True)
    assert told(coordinator) == (True, False)
    assert told(safety, "monitor") == (False, True)
    printed = signature_history(Context({}), visit.patient)  # made by no request
    assert (printed["tells"], printed["reviews"]) == (False, False)
