"""Roles and what each may do: one table, read by the code, by the tests and by people."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy


class Role(models.TextChoices):
    INVESTIGATOR = "investigator", gettext_lazy("Investigator")
    SUB_INVESTIGATOR = "sub-investigator", gettext_lazy("Sub-investigator")
    COORDINATOR = "coordinator", gettext_lazy("Coordinator")
    MONITOR = "monitor", gettext_lazy("Monitor")
    DATA_MANAGER = "data-manager", gettext_lazy("Data manager")
    SAFETY = "safety", gettext_lazy("Safety")
    STATISTICIAN = "statistician", gettext_lazy("Statistician")
    INSPECTOR = "inspector", gettext_lazy("Inspector")
    ADMINISTRATOR = "administrator", gettext_lazy("Administrator")


class Right(models.TextChoices):
    READ = "read", gettext_lazy("open the site's own pages")
    ENTER = "enter", gettext_lazy("enter and complete data, add patients, open visits")
    ANSWER = "answer", gettext_lazy("answer queries")
    REVIEW = "review", gettext_lazy("read everything of a patient, with its history")
    REVIEW_SAFETY = (
        "review-safety",
        gettext_lazy("read adverse events, and all of a patient with a serious one"),
    )
    QUERY = "query", gettext_lazy("open, pass on and close queries")
    QUERY_SAFETY = (
        "query-safety",
        gettext_lazy("open and pass on queries on what safety reads, and close its own"),
    )
    VERIFY = "verify", gettext_lazy("verify items against the source and conduct monitoring visits")
    SIGN = "sign", gettext_lazy("sign forms, visits and casebooks")
    SET_PLAN = "set-plan", gettext_lazy("set how much of a site's data is verified")
    LOCK = "lock", gettext_lazy("freeze, lock and unlock")
    EXPORT = "export", gettext_lazy("take data cuts, and see and download what was taken out")
    SEE_ACCESS = "see-access", gettext_lazy("see who had access to what on any day")
    MANAGE_ACCOUNTS = "manage-accounts", gettext_lazy("manage users, sites and memberships")

    @property
    def act(self) -> str:
        """What a refusal calls it: "You cannot … now". The label lists what is in it, for the matrix."""
        return str(ACTS[self])


ACTS: dict[Right, Promise] = {
    Right.READ: pgettext_lazy("what a role does not let one do", "open the site's pages"),
    Right.ENTER: pgettext_lazy("what a role does not let one do", "enter data"),
    Right.ANSWER: pgettext_lazy("what a role does not let one do", "answer queries"),
    Right.REVIEW: pgettext_lazy("what a role does not let one do", "read a patient's data"),
    Right.REVIEW_SAFETY: pgettext_lazy("what a role does not let one do", "read adverse events"),
    Right.QUERY: pgettext_lazy("what a role does not let one do", "open or close queries"),
    Right.QUERY_SAFETY: pgettext_lazy("what a role does not let one do", "ask about adverse events"),
    Right.VERIFY: pgettext_lazy("what a role does not let one do", "verify data"),
    Right.SIGN: pgettext_lazy("what a role does not let one do", "sign"),
    Right.SET_PLAN: pgettext_lazy("what a role does not let one do", "change what is verified"),
    Right.LOCK: pgettext_lazy("what a role does not let one do", "freeze or lock"),
    Right.EXPORT: pgettext_lazy("what a role does not let one do", "take data out"),
    Right.SEE_ACCESS: pgettext_lazy("what a role does not let one do", "see who had access"),
    Right.MANAGE_ACCOUNTS: pgettext_lazy("what a role does not let one do", "manage accounts"),
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

OF_A_SITE = frozenset({Role.INVESTIGATOR, Role.SUB_INVESTIGATOR, Role.COORDINATOR})
"""The site's own people."""
AT_A_SITE = OF_A_SITE | {Role.MONITOR}
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
