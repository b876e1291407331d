"""Changes read from the trail: which item of which form, from what to what, by whom and why. They broke a signature."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import JSONObject
from django.utils.translation import gettext, pgettext

from ecrf.audit.exact_json import ExactJson
from ecrf.audit.functions import IsReview
from ecrf.audit.models import AuditEvent
from ecrf.casebook.history import value_words
from ecrf.casebook.labels import element_id, place_of_form
from ecrf.casebook.models import Entry, Visit
from ecrf.casebook.role_words import words_of_role
from ecrf.forms.crf import Crf
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.signatures.models import Signature, SignatureScope

NAMED_AT_MOST, LABELS_AT_MOST, EVENTS_READ = 5, 3, 200

_EVENT_COLUMNS = ("table", "operation", "changes", "calculated", "actor", "role", "reason", "at")
_PLACE = {
    "pk": "pk",
    "crf": "crf",
    "number": "number",
    "visit": "visit_id",
    "code": "visit__code",
    "parent": "parent_id",
    "parent_crf": "parent__crf",
    "parent_number": "parent__number",
}
_LIST = ArrayField(ExactJson())


@dataclass(frozen=True)
class Change:
    """One change of what is signed or to be signed. `what` is said of the place: `Wrist extension, right 4 → 3`."""

    entry: Entry
    what: str
    item: str
    at: datetime
    actor: str
    role: str
    reason: str

    @property
    def role_words(self) -> str:
        return words_of_role(self.role)

    @property
    def where(self) -> str:
        """`Week 4, Vital signs`."""
        return place_of_form(self.entry)

    @property
    def form(self) -> Entry:
        """The form itself, where a row of it was changed."""
        return self.entry.parent or self.entry

    @property
    def form_anchor(self) -> str:
        """The id of the form on such a page."""
        return element_id(self.form.crf, self.form.address)

    @property
    def anchor(self) -> str:
        """The id of the item, or of the form, on the page that shows it."""
        return element_id(self.entry.crf, self.entry.address, self.item)


@dataclass(frozen=True)
class Breaking:
    """All that changed since it was signed, an item once, as many as are named; `more`: how many are not."""

    changes: list[Change]
    more: int = 0

    @property
    def first(self) -> Change:
        return self.changes[0]


def with_breaking(signatures: QuerySet[Signature]) -> QuerySet[Signature]:
    """The same signatures, each with what `breaking_of` needs, in the same statement: of broken ones the events from
    the one that broke it up to the next signature of the same."""
    same = Q(scope=OuterRef("scope"), patient=OuterRef("patient"), pk__gt=OuterRef("pk"))
    place = Q(scope=SignatureScope.CASEBOOK) | Q(visit=OuterRef("visit")) | Q(entry=OuterRef("entry"))
    anew = Signature.objects.filter(same & place).order_by("pk").values("position")[:1]
    events = Case(When(broken_position__isnull=False, then=_events_since_broken()), output_field=_LIST)
    return signatures.annotate(anew_at=Subquery(anew)).annotate(broken_events=events)


def _events_since_broken() -> ArraySubquery:
    """Of the entries that it covers; of a signature given as the outer query."""
    covered = Entry.objects.filter(pk=OuterRef("entry_id")).filter(
        Q(visit=OuterRef(OuterRef("visit")))
        | Q(pk=OuterRef(OuterRef("entry")))
        | Q(parent=OuterRef(OuterRef("entry")))
    )
    events = AuditEvent.objects.annotate(
        signed_scope=ExpressionWrapper(OuterRef("scope"), CharField()),
        anew_at=ExpressionWrapper(OuterRef("anew_at"), BigIntegerField()),
    )
    events = events.filter(
        Q(signed_scope=SignatureScope.CASEBOOK) | Exists(covered),
        Q(anew_at=None) | Q(position__lte=F("anew_at")),
        chain=OuterRef("patient_id"),
        position__gte=OuterRef("broken_position"),
        entry_id__isnull=False,
    ).exclude(IsReview("table"))
    place = Entry.objects.filter(pk=OuterRef("entry_id")).values(json=JSONObject(**_PLACE))
    event = JSONObject(**{name: name for name in _EVENT_COLUMNS}, place=Subquery(place))
    return ArraySubquery(events.order_by("position").values(json=event)[:EVENTS_READ], output_field=_LIST)


def breaking_of(signature: Signature) -> Breaking | None:
    """What broke it and what changed since; None while it stands. The signature comes from `with_breaking`."""
    events: list[dict[str, Any]] = getattr(signature, "broken_events", None) or []
    changes_left: dict[tuple[int, str], _Moved] = {}
    for event in events:
        for moved in _moved(event, _entry(event["place"], signature)):
            key = (moved.entry.pk, moved.item or moved.what)
            changes_left[key] = moved.after(changes_left[key]) if key in changes_left else moved
    items = [moved for moved in changes_left.values() if not moved.is_aside] or list(changes_left.values())
    if not items:
        return None
    return Breaking([moved.change() for moved in items[:NAMED_AT_MOST]], max(0, len(items) - NAMED_AT_MOST))


@dataclass(frozen=True)
class _Moved:
    """One item of an event, or the standing of the form (`what` in words). `is_aside`: it only follows from others."""

    entry: Entry
    event: dict[str, Any]
    item: str = ""
    what: str = ""
    old: str = ""
    new: str = ""
    is_aside: bool = False

    def after(self, before: "_Moved") -> "_Moved":
        """The same item changed again: from what it was when it was signed."""
        return replace(self, old=before.old, is_aside=self.is_aside and before.is_aside)

    def change(self) -> Change:
        event, what = self.event, self.what
        if self.item:
            words = gettext("%(item)s %(old)s → %(new)s")
            if self.old == self.new:
                words = gettext("%(item)s %(old)s → %(new)s (changed, and changed back)")
            item = CRFS[self.entry.crf].items[self.item].verbose_name
            what = words % {"item": item, "old": self.old, "new": self.new}
        at = datetime.fromisoformat(event["at"])
        return Change(self.entry, what, self.item, at, event["actor"], event["role"], event["reason"].strip())


def _moved(event: dict[str, Any], entry: Entry) -> Iterator[_Moved]:
    """What one event did: to the standing of the form, or to each of its items."""
    definition = CRFS.get(entry.crf)
    if event["table"] == Entry._meta.db_table:
        what = _of_the_form(event["operation"], event["changes"])
        is_aside = event["operation"] == "INSERT" or "struck_at" not in event["changes"]
        yield _Moved(entry, event, what=what, is_aside=is_aside)
        return
    values = event["calculated"] | event["changes"]
    names = dict.fromkeys(name.removesuffix(".missing") for name in values)
    known = [name for name in names if definition and name in definition.items]
    if definition is None or not known or event["table"] != _table(definition):
        what = pgettext("what was done with a form", "changed")
        yield _Moved(entry, event, what=what, is_aside=definition is not None)
        return
    for name in known:
        pair, reasons = values.get(name) or (None, None), values.get(f"{name}.missing") or (None, None)
        old, new = (value_words(definition.items[name], *value) for value in zip(pair, reasons, strict=True))
        # What was derived in the same save is not the cause; alone, it is.
        yield _Moved(entry, event, name, old=old, new=new, is_aside=name in event["calculated"])


def changes_in(events: QuerySet[AuditEvent]) -> list[Change]:
    """These events of entries, as what breaks a signature; two statements."""
    rows = list(events)
    entries = Entry.objects.select_related("visit", "parent").in_bulk({event.entry_id for event in rows})
    return [_change(event, entries[event.entry_id]) for event in rows if event.entry_id]


def _change(event: AuditEvent, entry: Entry) -> Change:
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
        return pgettext("what was done with a form", "changed"), ""
    labels = [str(definition.items[name].verbose_name) for name in known[:LABELS_AT_MOST]]
    is_new, is_more = operation == "INSERT", len(known) > len(labels)
    if is_more and is_new:
        words = gettext("%(items)s and %(number)s more items entered")
    elif is_more:
        words = gettext("%(items)s and %(number)s more items changed")
    else:
        words = gettext("%(items)s entered") if is_new else gettext("%(items)s changed")
    return words % {"items": gettext("; ").join(labels), "number": len(known) - len(labels)}, known[0]


def _of_the_form(operation: str, changes: dict[str, Any]) -> str:
    if operation == "INSERT":
        return pgettext("what was done with a form", "added")
    if "struck_at" in changes and changes["struck_at"][1]:
        return pgettext("what was done with a form", "struck out")
    if "struck_at" in changes:
        return pgettext("what was done with a form", "restored")
    if "status" in changes:
        return pgettext("what was done with a form", "completed")
    return pgettext("what was done with a form", "changed")


def _table(definition: CrfDefinition) -> str:
    model: type[Crf] = definition.model
    return model._meta.db_table
