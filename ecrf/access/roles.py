"""Roles and what each may do: one table, read by the code, by the tests and by people."""

from django.db import models


class Role(models.TextChoices):
    INVESTIGATOR = "investigator", "Investigator"
    COORDINATOR = "coordinator", "Coordinator"
    MONITOR = "monitor", "Monitor"
    DATA_MANAGER = "data-manager", "Data manager"
    SAFETY = "safety", "Safety"
    STATISTICIAN = "statistician", "Statistician"
    ADMINISTRATOR = "administrator", "Administrator"


class Right(models.TextChoices):
    ENTER = "enter", "enter and complete data, add patients, open visits"
    REVIEW = "review", "read everything of a patient, with its history"
    REVIEW_SAFETY = (
        "review-safety",
        "read adverse events, and all of a patient with a serious one",
    )
    QUERY = "query", "open, pass on and close queries"
    VERIFY = "verify", "verify items against the source and conduct monitoring visits"
    SIGN = "sign", "sign forms, visits and casebooks"
    SET_PLAN = "set-plan", "set how much of a site's data is verified"
    LOCK = "lock", "freeze, lock and unlock"
    EXPORT = "export", "take data cuts, and see and download what was taken out"
    MANAGE_ACCOUNTS = "manage-accounts", "manage users, sites and memberships"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.INVESTIGATOR: frozenset({Right.ENTER, Right.SIGN}),
    Role.COORDINATOR: frozenset({Right.ENTER}),
    Role.MONITOR: frozenset({Right.REVIEW, Right.REVIEW_SAFETY, Right.QUERY, Right.VERIFY}),
    Role.DATA_MANAGER: frozenset(
        {Right.REVIEW, Right.REVIEW_SAFETY, Right.QUERY, Right.SET_PLAN, Right.LOCK, Right.EXPORT}
    ),
    Role.SAFETY: frozenset({Right.REVIEW_SAFETY}),
    Role.STATISTICIAN: frozenset({Right.EXPORT}),
    Role.ADMINISTRATOR: frozenset({Right.MANAGE_ACCOUNTS}),
}

AT_A_SITE = frozenset({Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR})
"""Roles held at named sites; the others hold for all sites at once."""

READERS = (Right.ENTER, Right.REVIEW)
"""Either of these lets a person read, print and follow all data of the patients of his sites."""
