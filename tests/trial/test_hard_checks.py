"""Which checks refuse a value: the impossible ones only."""

import pytest

from ecrf.checks.registry import CHECKS


@pytest.mark.requirement("R-090")
def test_hard_checks_are_the_impossible_ones_of_the_protocol_and_no_more():
    assert {one.id for one in CHECKS.values() if one.hard} == {
        "AE-001",
        "AE-007",
        "CM-001",
        "ELIG-001",
        "INF-001",
        "IV-001",
        "MH-001",
        "SAE-001",
        "SAE-002",
        "SAE-006",
        "VS-001",
    }
