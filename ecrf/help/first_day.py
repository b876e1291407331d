"""The first day of a person: the steps of each role, ticked off by what the product itself sees."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Manager

from ecrf.access.models import User
from ecrf.access.roles import Right
from ecrf.account.factors import has_second_factor
from ecrf.casebook.models import Entry, Patient, Status, Visit
from ecrf.delegation.training.services import asked_of, records_of
from ecrf.queries.models import Message, Query
from ecrf.signatures.models import Signature
from ecrf.signatures.signers import has_declared
from ecrf.verification.models import Verification

Seen = Callable[[User], bool]
"""Whether the step is done."""


@dataclass(frozen=True)
class DayStep:
    """`page` is the URL name, without arguments, of the page where it is done; "" where `words` say it.

    `seen` is none where the product cannot see whether it is done.
    """

    title: str
    words: str
    page: str = ""
    seen: Seen | None = None


@dataclass(frozen=True)
class DayPart:
    """Steps that belong together, for whoever has one of the rights; for everybody where there are none."""

    title: str
    rights: frozenset[Right]
    steps: tuple[DayStep, ...]


@dataclass(frozen=True)
class StepLine:
    """A step as the page shows it; `is_done` is none where nobody can tell."""

    step: DayStep
    is_done: bool | None


def _has(rows: Manager[Any], by: str, **which: object) -> Seen:
    return lambda user: rows.filter(**{by: user}, **which).exists()


def _is_trained(user: User) -> bool:
    confirmed = {record.document_id for record in records_of(user)}
    return all(document.pk in confirmed for document in asked_of(user))


ACCOUNT = DayPart(
    "Your account",
    frozenset(),
    (
        DayStep(
            "A second step of the login",
            "An authenticator app or a passkey, and the recovery codes on paper.",
            "second-factor-setup",
            has_second_factor,
        ),
        DayStep("Your training", "Read what your roles ask, and confirm it.", "training", _is_trained),
        DayStep(
            "What you may do",
            "Look at the page of your account: your roles, where, and what is missing for them.",
            "account",
        ),
    ),
)
PRACTICE = DayPart(
    "A patient for practice",
    frozenset({Right.ENTER}),
    (
        DayStep(
            "Add a patient",
            "On Today, **Add patient** at the practice site. Nothing there is part of the study.",
            "today",
            _has(Patient.objects, "added_by", site__is_practice=True),
        ),
        DayStep(
            "Open a visit",
            "On the patient’s page, the first visit.",
            seen=_has(Visit.objects, "opened_by", patient__site__is_practice=True),
        ),
        DayStep(
            "Enter a form and complete it",
            "`Enter` to the next field, `nd` for not done, `Ctrl Enter` at the end.",
            seen=_has(
                Entry.objects,
                "visit__opened_by",
                patient__site__is_practice=True,
                status=Status.COMPLETE,
                parent=None,
            ),
        ),
        DayStep(
            "Ask your monitor something",
            "With `Alt Q` in a field. Questions and answers stand on Queries.",
            "queries",
            _has(Query.every, "opened_by", site__is_practice=True),
        ),
        DayStep(
            "Make a mistake, and undo it",
            "Change a completed value. Open an unscheduled visit and strike it out: **Other acts**.",
            seen=_has(Visit.objects, "struck_by", patient__site__is_practice=True),
        ),
    ),
)
SIGNING = DayPart(
    "A signature for practice",
    frozenset({Right.SIGN}),
    (
        DayStep(
            "Read what your signature means",
            "Once, before the first one.",
            "declaration",
            has_declared,
        ),
        DayStep(
            "Sign the visit at the practice site",
            "When all its forms are complete; Today lists it under To sign.",
            "today",
            _has(Signature.objects, "signed_by", site__is_practice=True),
        ),
    ),
)
REVIEWING = DayPart(
    "Your first item",
    frozenset({Right.VERIFY}),
    (
        DayStep(
            "Look at your sites",
            "Review begins with your own work; below stand the numbers of each site.",
            "monitor:index",
        ),
        DayStep(
            "Verify a value",
            "**Go on verifying**, compare with the source, `V`. `U` takes it back.",
            "monitor:index",
            _has(Verification.objects, "verified_by"),
        ),
        DayStep(
            "Ask a site",
            "`Q` at a value. Then look at it under Queries.",
            "monitor:queries_query_changelist",
            _has(Message.objects, "said_by"),
        ),
        DayStep(
            "Plan a monitoring visit",
            "The site is told by mail. It can be called off.",
            "monitor:monitoring-visits",
        ),
    ),
)
MANAGING = DayPart(
    "The whole study",
    frozenset({Right.LOCK}),
    (
        DayStep("See all patients at once", "Narrow the table to what is overdue.", "grid"),
        DayStep(
            "Queries at your turn",
            "One by one, by the keys below the query.",
            "monitor:queries_query_changelist",
        ),
        DayStep(
            "What stands in the way of a lock", "Open the practice site there, and read.", "monitor:locks"
        ),
        DayStep("What stands out in the trail", "A row is a place to look, not a fault.", "trail-review-all"),
    ),
)
TAKING_OUT = DayPart(
    "Data out",
    frozenset({Right.EXPORT}),
    (
        DayStep(
            "Take a data cut",
            "Name it as a trial. It comes with a codebook and readers for R, SAS, Stata and Python.",
            "exports",
        ),
    ),
)
SAFETY = DayPart(
    "Serious events",
    frozenset({Right.QUERY_SAFETY}),
    (
        DayStep(
            "Read what was reported",
            "Confirm that you have seen it: then the daily mail stops.",
            "serious-events",
        ),
    ),
)
ADMINISTERING = DayPart(
    "People and sites",
    frozenset({Right.MANAGE_ACCOUNTS}),
    (
        DayStep("Open the first site", "Code, name, time zone. Activate it once it is approved.", "sites"),
        DayStep(
            "Invite its people", "Each gets a link by mail. Invite a second administrator too.", "people"
        ),
        DayStep("Publish the training", "What each role must know before it works.", "training-documents"),
        DayStep("See that mail arrives", "What was refused is named, with the server’s words.", "mails"),
    ),
)
LOOKING = DayPart(
    "What you see",
    frozenset({Right.SEE_ACCESS}),
    (
        DayStep("Who has access", "On any day, given by whom and why.", "access"),
        DayStep("Does the trail hold", "The last verification, and the anchors to keep.", "audit-state"),
    ),
)
PARTS = (ACCOUNT, PRACTICE, SIGNING, REVIEWING, MANAGING, TAKING_OUT, SAFETY, ADMINISTERING, LOOKING)


def parts_of(user: User) -> list[tuple[DayPart, list[StepLine]]]:
    """The parts that the person's roles have, each step with whether it is done."""
    return [
        (part, [StepLine(step, step.seen(user) if step.seen else None) for step in part.steps])
        for part in PARTS
        if not part.rights or part.rights & user.rights
    ]
