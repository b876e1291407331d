"""The synthetic study's trainings: two short manuals. Everybody has confirmed them but one newcomer, who shows how it
is asked."""

from django.utils import timezone

from ecrf.access.models import User
from ecrf.access.roles import Role
from ecrf.access.training import TrainingDocument, TrainingRecord
from ecrf.audit.actor import SYSTEM, acting

SOURCE = "synthetic"
NEWCOMER = "newcomer01"
MANUALS = (
    (
        "site-manual",
        "Site manual (synthetic)",
        (Role.INVESTIGATOR, Role.SUB_INVESTIGATOR, Role.COORDINATOR),
        """This text is invented, for the demonstration only.

Enter what stands in the source, as it stands there, on the day of the visit.

A value that is saved can be changed. Once its form is complete, a change asks for a reason.

An empty field is not an answer: where there is no value, say why (not done, not applicable, unknown, refused).

A question beside a field is no error. Correct the value, or confirm it against the source.

A serious adverse event is entered within 24 hours after the site knows of it.

Your password is your signature. Nobody else types it, and nobody asks you for it.""",
    ),
    (
        "review-manual",
        "Review manual (synthetic)",
        (Role.MONITOR, Role.DATA_MANAGER),
        """This text is invented, for the demonstration only.

Verify an item against the source itself, never against a copy that the site typed from the screen.

Ask in a query what you want to know, and name the item; do not write the answer that you expect.

Patients are known by their number. Never write a name into a query or a report.""",
    ),
)


def publish_where_none() -> None:
    """Once: the manuals, confirmed by everybody of their roles who is there by now, save the newcomer."""
    if TrainingDocument.objects.exists():
        return
    with acting(SYSTEM, source=SOURCE):
        for key, title, roles, text in MANUALS:
            document = TrainingDocument.objects.create(
                key=key, version="1", title=title, text=text, roles=[str(role) for role in roles]
            )
            people = User.objects.filter(memberships__role__in=roles).exclude(username=NEWCOMER).distinct()
            for user in people:
                TrainingRecord.objects.create(
                    document=document, confirmed_by=user, confirmed_at=timezone.now()
                )
