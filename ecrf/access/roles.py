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
    REVIEW_SAFETY = "review-safety", "read adverse events, with their history"
    MANAGE_ACCOUNTS = "manage-accounts", "manage users, sites and memberships"


RIGHTS: dict[str, frozenset[Right]] = {
    Role.INVESTIGATOR: frozenset({Right.ENTER}),
    Role.COORDINATOR: frozenset({Right.ENTER}),
    Role.MONITOR: frozenset({Right.REVIEW, Right.REVIEW_SAFETY}),
    Role.DATA_MANAGER: frozenset({Right.REVIEW, Right.REVIEW_SAFETY}),
    Role.SAFETY: frozenset({Right.REVIEW_SAFETY}),
    Role.STATISTICIAN: frozenset(),
    Role.ADMINISTRATOR: frozenset({Right.MANAGE_ACCOUNTS}),
}

AT_A_SITE = frozenset({Role.INVESTIGATOR, Role.COORDINATOR, Role.MONITOR})
"""Roles held at named sites; the others hold for all sites at once."""
