"""Roles and what each may do: one table, read by the code, by the tests and by people."""

from django.db import models


class Role(models.TextChoices):
    INVESTIGATOR = "investigator", "Investigator"
    SUB_INVESTIGATOR = "sub-investigator", "Sub-investigator"
    COORDINATOR = "coordinator", "Coordinator"
    MONITOR = "monitor", "Monitor"
    DATA_MANAGER = "data-manager", "Data manager"
    SAFETY = "safety", "Safety"
    STATISTICIAN = "statistician", "Statistician"
    INSPECTOR = "inspector", "Inspector"
    ADMINISTRATOR = "administrator", "Administrator"


class Right(models.TextChoices):
    READ = "read", "open the site's own pages"
    ENTER = "enter", "enter and complete data, add patients, open visits"
    ANSWER = "answer", "answer queries"
    REVIEW = "review", "read everything of a patient, with its history"
    REVIEW_SAFETY = (
        "review-safety",
        "read adverse events, and all of a patient with a serious one",
    )
    QUERY = "query", "open, pass on and close queries"
    QUERY_SAFETY = (
        "query-safety",
        "open and pass on queries on what safety reads, and close its own",
    )
    VERIFY = "verify", "verify items against the source and conduct monitoring visits"
    SIGN = "sign", "sign forms, visits and casebooks"
    SET_PLAN = "set-plan", "set how much of a site's data is verified"
    LOCK = "lock", "freeze, lock and unlock"
    EXPORT = "export", "take data cuts, and see and download what was taken out"
    SEE_ACCESS = "see-access", "see who had access to what on any day"
    MANAGE_ACCOUNTS = "manage-accounts", "manage users, sites and memberships"

    @property
    def act(self) -> str:
        """What a refusal calls it: "You cannot … now". The label lists what is in it, for the matrix."""
        return ACTS[self]


ACTS: dict[Right, str] = {
    Right.READ: "open the site's pages",
    Right.ENTER: "enter data",
    Right.ANSWER: "answer queries",
    Right.REVIEW: "read a patient's data",
    Right.REVIEW_SAFETY: "read adverse events",
    Right.QUERY: "open or close queries",
    Right.QUERY_SAFETY: "ask about adverse events",
    Right.VERIFY: "verify data",
    Right.SIGN: "sign",
    Right.SET_PLAN: "change what is verified",
    Right.LOCK: "freeze or lock",
    Right.EXPORT: "take data out",
    Right.SEE_ACCESS: "see who had access",
    Right.MANAGE_ACCOUNTS: "manage accounts",
}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.INVESTIGATOR: frozenset({Right.READ, Right.ENTER, Right.ANSWER, Right.SIGN}),
    Role.SUB_INVESTIGATOR: frozenset({Right.READ, Right.ENTER, Right.ANSWER, Right.SIGN}),
    Role.COORDINATOR: frozenset({Right.READ, Right.ENTER, Right.ANSWER}),
    Role.MONITOR: frozenset({Right.REVIEW, Right.REVIEW_SAFETY, Right.QUERY, Right.VERIFY}),
    Role.DATA_MANAGER: frozenset(
        {
            *(Right.REVIEW, Right.REVIEW_SAFETY, Right.QUERY, Right.SET_PLAN, Right.LOCK, Right.EXPORT),
            Right.SEE_ACCESS,
        }
    ),
    Role.SAFETY: frozenset({Right.REVIEW_SAFETY, Right.QUERY_SAFETY}),
    Role.STATISTICIAN: frozenset({Right.EXPORT}),
    Role.INSPECTOR: frozenset({Right.REVIEW, Right.REVIEW_SAFETY, Right.SEE_ACCESS}),
    Role.ADMINISTRATOR: frozenset({Right.SEE_ACCESS, Right.MANAGE_ACCOUNTS}),
}

AT_A_SITE = frozenset({Role.INVESTIGATOR, Role.SUB_INVESTIGATOR, Role.COORDINATOR, Role.MONITOR})
"""Roles held at named sites."""
AT_SITES_OR_ALL = frozenset({Role.INSPECTOR})
"""Roles held at named sites or at all of them; those that are in neither hold for all sites at once."""

WRITING = frozenset({Right.ENTER, Right.ANSWER, Right.SIGN})
"""What a site does with its data: it needs an active site, and the task delegated where the site keeps its log here."""
ASKING = frozenset({Right.QUERY, Right.QUERY_SAFETY})
"""Either of these lets a person ask the site; the second on what is open to safety alone."""
WORKING = WRITING | ASKING | {Right.VERIFY, Right.SET_PLAN, Right.LOCK, Right.EXPORT}
"""What needs a role's training. Reading needs none, nor does the way to the accounts."""

READERS = (Right.READ, Right.REVIEW)
"""Either of these lets a person read, print and follow all data of the patients of his sites."""
