"""What kinds of event a trail holds, in which tables each stands, and what the review screens are called."""

from typing import Any

from django.db import models
from django.db.models import Exists, JSONField, Lookup, OuterRef, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from ecrf.audit.models import HAD_A_VALUE
from ecrf.checks.models import Discrepancy
from ecrf.files.models import FileReceipt, FileVersion, StoredFile
from ecrf.forms.registry import CRFS
from ecrf.locks.models import Lock
from ecrf.queries.models import Message, Query
from ecrf.signatures.models import Signature
from ecrf.trail.models import TrailExport
from ecrf.verification.models import SiteShare, Verification


class EventKind(models.TextChoices):
    """By what an event is about; the values stand in addresses and never change."""

    DATA = "data", pgettext_lazy("kind of event", "Data")
    ENTERED = "entered", pgettext_lazy("kind of event", "Data entered")
    CHANGED = "changed", pgettext_lazy("kind of event", "Data changed")
    CALCULATED = "calculated", pgettext_lazy("kind of event", "Calculated")
    QUESTION = "questions", pgettext_lazy("kind of event", "Questions of checks")
    QUERY = "queries", pgettext_lazy("kind of event", "Queries")
    VERIFICATION = "verification", pgettext_lazy("kind of event", "Verification")
    SIGNATURE = "signatures", pgettext_lazy("kind of event", "Signatures")
    LOCK = "locks", pgettext_lazy("kind of event", "Freezes and locks")
    EXPORT = "exports", pgettext_lazy("kind of event", "Downloads")
    FILE = "files", pgettext_lazy("kind of event", "Files")
    APPOINTMENT = "appointments", pgettext_lazy("kind of event", "Appointments")


def table(model: type[models.Model]) -> str:
    return model._meta.db_table


MONITORING_VISIT = "monitoring_monitoringvisit"
"""By its name: the reports know nothing of the monitor's pages."""
APPOINTMENT = "appointments_appointment"
"""By its name too: it stands on a floor above."""

ROW_MARK = "listings_rowmark"
"""As these two."""

TABLES: dict[str, tuple[str, ...]] = {
    EventKind.QUESTION: (table(Discrepancy),),
    EventKind.QUERY: (table(Query), table(Message)),
    EventKind.VERIFICATION: (table(Verification), table(SiteShare), MONITORING_VISIT, ROW_MARK),
    EventKind.SIGNATURE: (table(Signature),),
    EventKind.LOCK: (table(Lock),),
    EventKind.EXPORT: (table(TrailExport),),
    EventKind.FILE: (table(StoredFile), table(FileVersion), table(FileReceipt)),
    EventKind.APPOINTMENT: (APPOINTMENT,),
}
"""Everything else, tables of forms that are no longer in the code among them, is data."""

OF_REVIEW = tuple(name for names in TABLES.values() for name in names)


CHANGES = {EventKind.ENTERED: "strict $.* ? (@[0] == null)", EventKind.CHANGED: HAD_A_VALUE}
"""Which of an event's pairs of old and new value make it one where a value was entered, or changed."""


@JSONField.register_lookup
class MatchesPath(Lookup):  # type: ignore[type-arg]
    """Whether anything in a JSON value fits a path of PostgreSQL's."""

    lookup_name = "jsonpath"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, given = self.process_lhs(compiler, connection)
        return f"jsonb_path_exists({column}, %s::jsonpath)", [*given, self.rhs]


def kind_of(name: str) -> EventKind:
    """The kind of event that a table holds."""
    return next((EventKind(kind) for kind, names in TABLES.items() if name in names), EventKind.DATA)


def of_kind(kind: str) -> Q:
    """The events of one kind. A change of data that undid a verification or broke a signature is of that kind too."""
    if kind == EventKind.DATA:
        return ~Q(table__in=OF_REVIEW) & ~Q(changes={})
    if kind in CHANGES:
        in_forms = Q(table__in=[table(definition.model) for definition in CRFS.values()])
        return in_forms & Q(changes__jsonpath=CHANGES[EventKind(kind)])
    if kind == EventKind.CALCULATED:
        return ~Q(calculated={})
    undone = {
        EventKind.VERIFICATION: Exists(_caused(Verification, "fallen_position")),
        EventKind.SIGNATURE: Exists(_caused(Signature, "broken_position")),
    }
    in_tables = Q(table__in=TABLES[kind])
    return in_tables | Q(undone[EventKind(kind)]) if kind in undone else in_tables


def _caused(model: type[models.Model], position: str) -> models.QuerySet[models.Model]:
    rows = model._default_manager.filter(patient=OuterRef("chain"), **{position: OuterRef("position")})
    return rows.order_by()


SCREENS = {
    "late": gettext_lazy("Entered late"),
    "undone": gettext_lazy("Changed after verification or signature"),
    "often": gettext_lazy("Changed many times"),
    "hours": gettext_lazy("At unusual hours"),
    "struck": gettext_lazy("Struck out"),
}
"""The review screens; the keys stand in addresses and in the trail, and never change."""
GRID = "grid"
"""So a download names the grid of all patients, which is no review screen."""
LISTING = "listing"
"""And so that of a listing."""
