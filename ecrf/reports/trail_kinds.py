"""What kinds of event a trail holds, in which tables each stands, and what the review screens are called."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from ecrf.checks.models import Finding
from ecrf.locks.models import Lock
from ecrf.queries.models import Message, Query
from ecrf.reports.models import TrailExport
from ecrf.signatures.models import Signature
from ecrf.verification.models import SiteShare, Verification


class Kind(models.TextChoices):
    """By what an event is about; the values stand in addresses and never change."""

    DATA = "data", "Data"
    CALCULATED = "calculated", "Calculated"
    QUESTION = "questions", "Questions of checks"
    QUERY = "queries", "Queries"
    VERIFICATION = "verification", "Verification"
    SIGNATURE = "signatures", "Signatures"
    LOCK = "locks", "Freezes and locks"
    EXPORT = "exports", "Downloads"


def table(model: type[models.Model]) -> str:
    return model._meta.db_table


MONITORING_VISIT = "monitoring_monitoringvisit"
"""By its name: the reports know nothing of the monitor's pages."""

TABLES: dict[str, tuple[str, ...]] = {
    Kind.QUESTION: (table(Finding),),
    Kind.QUERY: (table(Query), table(Message)),
    Kind.VERIFICATION: (table(Verification), table(SiteShare), MONITORING_VISIT),
    Kind.SIGNATURE: (table(Signature),),
    Kind.LOCK: (table(Lock),),
    Kind.EXPORT: (table(TrailExport),),
}
"""Everything else, tables of forms that are no longer in the code among them, is data."""

OF_REVIEW = tuple(name for names in TABLES.values() for name in names)


def kind_of(name: str) -> Kind:
    """The kind of event that a table holds."""
    return next((Kind(kind) for kind, names in TABLES.items() if name in names), Kind.DATA)


def of_kind(kind: str) -> Q:
    """The events of one kind. A change of data that undid a verification or broke a signature is of that kind too."""
    if kind == Kind.DATA:
        return ~Q(table__in=OF_REVIEW) & ~Q(changes={})
    if kind == Kind.CALCULATED:
        return ~Q(calculated={})
    undone = {
        Kind.VERIFICATION: Exists(_caused(Verification, "fallen_position")),
        Kind.SIGNATURE: Exists(_caused(Signature, "broken_position")),
    }
    found = Q(table__in=TABLES[kind])
    return found | Q(undone[Kind(kind)]) if kind in undone else found


def _caused(model: type[models.Model], position: str) -> models.QuerySet[models.Model]:
    rows = model._default_manager.filter(patient=OuterRef("chain"), **{position: OuterRef("position")})
    return rows.order_by()


SCREENS = {
    "late": "Entered late",
    "undone": "Changed after verification or signature",
    "often": "Changed many times",
    "hours": "At unusual hours",
    "struck": "Struck out",
}
"""The review screens; the keys stand in addresses and in the trail, and never change."""
