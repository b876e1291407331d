"""Changes read from the trail: which item of which form, by whom, when and why. One of them broke a signature."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from ecrf.audit.models import AuditEvent
from ecrf.casebook.models import Crf, Entry, Visit
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.casebook.wording import form_title, reading_id, visit_label
from ecrf.signatures.models import Signature

NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Change:
    """One change of what is signed or to be signed. `what` is said of the place: `Wrist extension, right changed`."""

    entry: Entry
    what: str
    item: str
    at: datetime
    actor: str
    role: str
    reason: str

    @property
    def where(self) -> str:
        """`Week 4, MRC strength`."""
        title = form_title(self.entry) if self.entry.crf in CRFS else self.entry.crf
        return ", ".join(words for words in (visit_label(self.entry.visit), title) if words)

    @property
    def form(self) -> Entry:
        """The form itself, where a row of it was changed."""
        return self.entry.parent or self.entry

    @property
    def form_anchor(self) -> str:
        """The id of the form on such a page."""
        return reading_id(self.form.crf, self.form.address)

    @property
    def anchor(self) -> str:
        """The id of the item, or of the form, on the page that shows it."""
        return reading_id(self.entry.crf, self.entry.address, self.item)


def with_breaking(signatures: QuerySet[Signature]) -> QuerySet[Signature]:
    """The same signatures, each with what `breaking_of` needs, in the same statement."""
    events = AuditEvent.objects.filter(chain=OuterRef("patient_id"), position=OuterRef("broken_position"))
    event = JSONObject(
        table="table",
        operation="operation",
        changes="changes",
        calculated="calculated",
        actor="actor",
        role="role",
        reason="reason",
    )
    place = JSONObject(
        pk="pk",
        crf="crf",
        number="number",
        visit="visit_id",
        code="visit__code",
        parent="parent_id",
        parent_crf="parent__crf",
        parent_number="parent__number",
    )
    return signatures.annotate(
        broken_entry=Subquery(events.values("entry_id")), broken_event=Subquery(events.values(json=event))
    ).annotate(broken_place=Subquery(Entry.objects.filter(pk=OuterRef("broken_entry")).values(json=place)))


def breaking_of(signature: Signature) -> Change | None:
    """What broke it; None while it stands. The signature comes from `with_breaking`."""
    event: dict[str, Any] | None = getattr(signature, "broken_event", None)
    place: dict[str, Any] | None = getattr(signature, "broken_place", None)
    if event is None or place is None or signature.broken_at is None:
        return None
    # What was derived in the same save is not the cause; alone, it is.
    entry, items = _entry(place, signature), list(event["changes"] or event["calculated"])
    what, item = _what(event["table"], event["operation"], items, event["changes"], CRFS.get(entry.crf))
    return Change(
        entry, what, item, signature.broken_at, event["actor"], event["role"], event["reason"].strip()
    )


def changes_told(events: QuerySet[AuditEvent]) -> list[Change]:
    """These events of entries, told like what breaks a signature; two statements."""
    found = list(events)
    entries = Entry.objects.select_related("visit", "parent").in_bulk({event.entry_id for event in found})
    return [_told(event, entries[event.entry_id]) for event in found if event.entry_id]


def _told(event: AuditEvent, entry: Entry) -> Change:
    items = list(event.changes or event.calculated)
    what, item = _what(event.table, event.operation, items, event.changes, CRFS.get(entry.crf))
    return Change(entry, what, item, event.at, event.actor, event.role, event.reason.strip())


def _entry(place: dict[str, Any], signature: Signature) -> Entry:
    visit = Visit(pk=place["visit"], code=place["code"]) if place["visit"] else None
    number = {"pk": place["pk"], "crf": place["crf"], "number": place["number"]}
    entry = Entry(**number, visit=visit, patient_id=signature.patient_id)
    if place["parent"]:
        above = {"pk": place["parent"], "crf": place["parent_crf"], "number": place["parent_number"]}
        entry.parent = Entry(**above, visit=visit, patient_id=signature.patient_id)
    return entry


def _what(
    table: str, operation: str, items: list[str], changes: dict[str, Any], definition: CrfDefinition | None
) -> tuple[str, str]:
    """What happened, and the first item it happened to."""
    if table == Entry._meta.db_table:
        return _of_the_form(operation, changes), ""
    names = list(dict.fromkeys(name.removesuffix(".missing") for name in items))
    known = [name for name in names if definition and name in definition.items]
    if definition is None or not known or table != _table(definition):
        return "changed", ""
    labels = [str(definition.items[name].verbose_name) for name in known[:NAMED_AT_MOST]]
    more = f" and {len(known) - len(labels)} more items" if len(known) > len(labels) else ""
    return f"{'; '.join(labels)}{more} {'entered' if operation == 'INSERT' else 'changed'}", known[0]


def _of_the_form(operation: str, changes: dict[str, Any]) -> str:
    if operation == "INSERT":
        return "added"
    if "struck_at" in changes:
        return "struck out" if changes["struck_at"][1] else "restored"
    return "completed" if "status" in changes else "changed"


def _table(definition: CrfDefinition) -> str:
    model: type[Crf] = definition.model
    return model._meta.db_table
