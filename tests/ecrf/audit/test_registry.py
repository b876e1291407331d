"""Whatever the floors register is registered once."""

import pytest

from ecrf.account.arriving.steps import STEPS
from ecrf.account.own.page import OWN_LINKS
from ecrf.audit.registry import Registry
from ecrf.mail.kinds import KINDS
from ecrf.mail.scheduled import JOBS


def test_things_keep_their_order_and_are_found_by_their_key():
    kinds = Registry[int]("number")
    assert [kinds.add(key, value) for key, value in (("b", 2), ("a", 1))] == [2, 1]
    assert list(kinds.items()) == [("b", 2), ("a", 1)]


@pytest.mark.parametrize("registry", [KINDS, JOBS, OWN_LINKS, STEPS], ids=lambda one: one.thing)
def test_a_key_is_given_once_and_what_was_there_stays(registry):
    before = dict(registry)
    assert before
    key = next(iter(before))
    with pytest.raises(ValueError, match=f"There is a {registry.thing} '{key}' already"):
        registry.add(key, object())
    assert dict(registry) == before
