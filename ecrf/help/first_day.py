"""The first day of a person: the steps of each role, ticked off by what the product itself sees."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Manager
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

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

    title: str | Promise
    words: str | Promise
    page: str = ""
    seen: Seen | None = None


@dataclass(frozen=True)
class DayPart:
    """Steps that belong together, for whoever has one of the rights; for everybody where there are none."""

    title: str | Promise
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
    gettext_lazy("Your account"),
    frozenset(),
    (
        DayStep(
            gettext_lazy("A second step of the login"),
            gettext_lazy("An authenticator app or a passkey, and the recovery codes on paper."),
            "second-factor-setup",
            has_second_factor,
        ),
        DayStep(
            gettext_lazy("Your training"),
            gettext_lazy("Read what your roles ask, and confirm it."),
            "training",
            _is_trained,
        ),
        DayStep(
            gettext_lazy("What you may do"),
            gettext_lazy(
                "Look at the page of your account: your roles, where, and what is missing for them."
            ),
            "account",
        ),
    ),
)
PRACTICE = DayPart(
    gettext_lazy("A patient for practice"),
    frozenset({Right.ENTER}),
    (
        DayStep(
            gettext_lazy("Add a patient"),
            gettext_lazy(
                "On Today, **Add patient** at the practice site. Nothing there is part of the study."
            ),
            "today",
            _has(Patient.objects, "added_by", site__is_practice=True),
        ),
        DayStep(
            gettext_lazy("Open a visit"),
            gettext_lazy("On the patient’s page, the first visit."),
            seen=_has(Visit.objects, "opened_by", patient__site__is_practice=True),
        ),
        DayStep(
            gettext_lazy("Enter a form and complete it"),
            gettext_lazy("`Enter` to the next field, `nd` for not done, `Ctrl Enter` at the end."),
            seen=_has(
                Entry.objects,
                "visit__opened_by",
                patient__site__is_practice=True,
                status=Status.COMPLETE,
                parent=None,
            ),
        ),
        DayStep(
            gettext_lazy("Ask your monitor something"),
            gettext_lazy("With `Alt Q` in a field. Questions and answers stand on Queries."),
            "queries",
            _has(Query.every, "opened_by", site__is_practice=True),
        ),
        DayStep(
            gettext_lazy("Make a mistake, and undo it"),
            gettext_lazy(
                "Change a completed value. Open an unscheduled visit and strike it out: **Other acts**."
            ),
            seen=_has(Visit.objects, "struck_by", patient__site__is_practice=True),
        ),
    ),
)
SIGNING = DayPart(
    gettext_lazy("A signature for practice"),
    frozenset({Right.SIGN}),
    (
        DayStep(
            gettext_lazy("Read what your signature means"),
            gettext_lazy("Once, before the first one."),
            "declaration",
            has_declared,
        ),
        DayStep(
            gettext_lazy("Sign the visit at the practice site"),
            gettext_lazy("When all its forms are complete; Today lists it under To sign."),
            "today",
            _has(Signature.objects, "signed_by", site__is_practice=True),
        ),
    ),
)
REVIEWING = DayPart(
    gettext_lazy("Your first item"),
    frozenset({Right.VERIFY}),
    (
        DayStep(
            gettext_lazy("Look at your sites"),
            gettext_lazy("Review begins with your own work; below stand the numbers of each site."),
            "monitor:index",
        ),
        DayStep(
            gettext_lazy("Verify a value"),
            gettext_lazy("**Go on verifying**, compare with the source, `V`. `U` takes it back."),
            "monitor:index",
            _has(Verification.objects, "verified_by"),
        ),
        DayStep(
            gettext_lazy("Ask a site"),
            gettext_lazy("`Q` at a value. Then look at it under Queries."),
            "monitor:queries_query_changelist",
            _has(Message.objects, "said_by"),
        ),
        DayStep(
            gettext_lazy("Plan a monitoring visit"),
            gettext_lazy("The site is told by mail. It can be called off."),
            "monitor:monitoring-visits",
        ),
    ),
)
MANAGING = DayPart(
    gettext_lazy("The whole study"),
    frozenset({Right.LOCK}),
    (
        DayStep(
            gettext_lazy("See all patients at once"),
            gettext_lazy("Narrow the table to what is overdue."),
            "grid",
        ),
        DayStep(
            gettext_lazy("Queries at your turn"),
            gettext_lazy("One by one, by the keys below the query."),
            "monitor:queries_query_changelist",
        ),
        DayStep(
            gettext_lazy("What stands in the way of a lock"),
            gettext_lazy("Open the practice site there, and read."),
            "monitor:locks",
        ),
        DayStep(
            gettext_lazy("What stands out in the trail"),
            gettext_lazy("A row is a place to look, not a fault."),
            "trail-review-all",
        ),
    ),
)
TAKING_OUT = DayPart(
    gettext_lazy("Data out"),
    frozenset({Right.EXPORT}),
    (
        DayStep(
            gettext_lazy("Take a data cut"),
            gettext_lazy(
                "Name it as a trial. It comes with a codebook and readers for R, SAS, Stata and Python."
            ),
            "exports",
        ),
    ),
)
SAFETY = DayPart(
    gettext_lazy("Serious events"),
    frozenset({Right.QUERY_SAFETY}),
    (
        DayStep(
            gettext_lazy("Read what was reported"),
            gettext_lazy("Confirm that you have seen it: then the daily mail stops."),
            "serious-events",
        ),
    ),
)
ADMINISTERING = DayPart(
    gettext_lazy("People and sites"),
    frozenset({Right.MANAGE_ACCOUNTS}),
    (
        DayStep(
            gettext_lazy("Open the first site"),
            gettext_lazy("Code, name, time zone. Activate it once it is approved."),
            "sites",
        ),
        DayStep(
            gettext_lazy("Invite its people"),
            gettext_lazy("Each gets a link by mail. Invite a second administrator too."),
            "people",
        ),
        DayStep(
            gettext_lazy("Publish the training"),
            gettext_lazy("What each role must know before it works."),
            "training-documents",
        ),
        DayStep(
            gettext_lazy("See that mail arrives"),
            gettext_lazy("What was refused is named, with the server’s words."),
            "mails",
        ),
    ),
)
LOOKING = DayPart(
    gettext_lazy("What you see"),
    frozenset({Right.SEE_ACCESS}),
    (
        DayStep(gettext_lazy("Who has access"), gettext_lazy("On any day, given by whom and why."), "access"),
        DayStep(
            gettext_lazy("Does the trail hold"),
            gettext_lazy("The last verification, and the anchors to keep."),
            "audit-state",
        ),
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
