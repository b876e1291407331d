"""The role matrix, written down once more by hand: a change of `roles.py` must be meant twice."""

import pytest

from ecrf.access.roles import ACTS, AT_A_SITE, RIGHTS, Right, Role

Y, N = True, False
MATRIX = {
    # read, enter, answer, review, review-safety, query, query-safety, verify, sign, set-plan, lock, export, see-access,
    # manage-accounts
    "investigator": (Y, Y, Y, N, N, N, N, N, Y, N, N, N, N, N),
    "sub-investigator": (Y, Y, Y, N, N, N, N, N, Y, N, N, N, N, N),
    "coordinator": (Y, Y, Y, N, N, N, N, N, N, N, N, N, N, N),
    "monitor": (N, N, N, Y, Y, Y, N, Y, N, N, N, N, N, N),
    "data-manager": (N, N, N, Y, Y, Y, N, N, N, Y, Y, Y, Y, N),
    "safety": (N, N, N, N, Y, N, Y, N, N, N, N, N, N, N),
    "statistician": (N, N, N, N, N, N, N, N, N, N, N, Y, N, N),
    "inspector": (N, N, N, Y, Y, N, N, N, N, N, N, N, Y, N),
    "administrator": (N, N, N, N, N, N, N, N, N, N, N, N, Y, Y),
}


@pytest.mark.requirement("R-070")
def test_each_role_has_exactly_the_rights_of_the_matrix():
    found = {role: tuple(right in RIGHTS[role] for right in Right) for role in RIGHTS}
    assert found == MATRIX


def test_every_role_and_every_right_is_in_the_matrix():
    assert set(MATRIX) == set(Role.values)
    assert Right.values == [
        "read",
        "enter",
        "answer",
        "review",
        "review-safety",
        "query",
        "query-safety",
        "verify",
        "sign",
        "set-plan",
        "lock",
        "export",
        "see-access",
        "manage-accounts",
    ]


def test_who_enters_and_who_monitors_belongs_to_a_site():
    assert {"investigator", "sub-investigator", "coordinator", "monitor"} == AT_A_SITE


def test_no_role_both_enters_data_and_manages_accounts():
    assert not [role for role, rights in RIGHTS.items() if {Right.ENTER, Right.MANAGE_ACCOUNTS} <= rights]


@pytest.mark.requirement("R-097")
def test_nobody_who_enters_verifies_queries_or_locks_and_only_who_enters_signs():
    for rights in RIGHTS.values():
        if Right.ENTER in rights:
            assert not rights & {Right.QUERY, Right.QUERY_SAFETY, Right.VERIFY, Right.LOCK, Right.SET_PLAN}
        assert Right.SIGN not in rights or Right.ENTER in rights


def test_a_refusal_names_what_was_asked_in_few_words_and_as_no_list():
    assert list(ACTS) == list(Right)
    for right in Right:
        assert len(right.act.split()) <= 5
        assert right.act[0].islower()
        assert "," not in right.act
        assert " and " not in right.act
