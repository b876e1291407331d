"""The role matrix, written down once more by hand: a change of `roles.py` must be meant twice."""

import pytest

from ecrf.access.roles import AT_A_SITE, RIGHTS, Right, Role

MATRIX = {
    #                 enter, review, review-safety, manage-accounts
    "investigator": (True, False, False, False),
    "coordinator": (True, False, False, False),
    "monitor": (False, True, True, False),
    "data-manager": (False, True, True, False),
    "safety": (False, False, True, False),
    "statistician": (False, False, False, False),
    "administrator": (False, False, False, True),
}


@pytest.mark.requirement("R-070")
def test_each_role_has_exactly_the_rights_of_the_matrix():
    found = {role: tuple(right in RIGHTS[role] for right in Right) for role in RIGHTS}
    assert found == MATRIX


def test_every_role_and_every_right_is_in_the_matrix():
    assert set(MATRIX) == set(Role.values)
    assert Right.values == ["enter", "review", "review-safety", "manage-accounts"]


def test_who_enters_and_who_monitors_belongs_to_a_site():
    assert {"investigator", "coordinator", "monitor"} == AT_A_SITE


def test_no_role_both_enters_data_and_manages_accounts():
    assert not [role for role, rights in RIGHTS.items() if {Right.ENTER, Right.MANAGE_ACCOUNTS} <= rights]
