"""How members of the staff stand in what is taken out: by name where identifiers are kept, else by a stable id.

One rule for every format: `U.12` is the account in the tables, in the trail and in ODM; its roles and sites stand in
the table `people`. So who did what can be told apart, and nobody is named.
"""

from ecrf.access.models import User

ACTOR = "CASE WHEN {of}.actor_id IS NULL THEN split_part({of}.actor, ' (', 1) ELSE 'U.' || {of}.actor_id END"
"""SQL: who did an event of the trail. What is no person keeps its name, less whose session of the server it was."""


def account(pk: object) -> str:
    """The id of a person, the same from cut to cut."""
    return f"U.{pk}"


def named(user: User, *, identifiers: bool) -> str:
    return user.username if identifiers else account(user.pk)
