"""Narrows a trail: which filters there are, what each may hold, and which events they leave."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ecrf.access.alike import InOrder
from ecrf.access.kept_words import actor_as_read
from ecrf.access.models import Membership, Site, User
from ecrf.audit.actor import SYSTEM
from ecrf.audit.models import AuditEvent
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import Entry, Patient
from ecrf.casebook.transfer.models import Transfer
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS
from ecrf.forms.typed_fields import TypedDay
from ecrf.trail.kinds import EventKind

NO_VISIT = "none"
"""Stands in addresses where a visit's code would: forms that belong to no visit."""
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class TrailScope:
    """Whose trail it is: one patient's, or that of all patients of a site. `for_reviewer`: with what reviewers keep for
    themselves, such as the reports of monitoring visits."""

    site: Site
    patient: Patient | None = None
    for_reviewer: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return self.site.zone


@dataclass(frozen=True)
class Filters:
    """What a trail is narrowed to; everything empty: all of it. `since` and `until` are days on the site's clock."""

    kind: str = ""
    form: str = ""
    item: str = ""
    visit: str = ""
    who: str = ""
    since: date | None = None
    until: date | None = None
    entry: Entry | None = None
    before: int | None = None

    def begins(self, zone: ZoneInfo) -> datetime | None:
        return datetime.combine(self.since, time(), zone) if self.since else None

    def ends(self, zone: ZoneInfo) -> datetime | None:
        """The first moment after the last day; None where that is beyond the calendar."""
        if not self.until or self.until == date.max:
            return None
        return datetime.combine(self.until + timedelta(days=1), time(), zone)

    def pairs(self) -> dict[str, str]:
        """The filters as the address, and the form of the download, carry them; without the place of the page."""
        entry = str(self.entry.pk) if self.entry else ""
        since, until = (day.isoformat() if day else "" for day in (self.since, self.until))
        names = ("kind", "form", "item", "visit", "who")
        named = {name: getattr(self, name) for name in names}
        named |= {"since": since, "until": until, "entry": entry}
        return {name: value for name, value in named.items() if value}

    def query(self, before: int | None = None) -> str:
        return urlencode(self.pairs() | ({"before": str(before)} if before else {}))

    @property
    def words(self) -> str:
        """In one line, as the download's own line of the trail says it; "" for everything."""
        return ", ".join(f"{name}: {value}" for name, value in self.pairs().items())

    @property
    def of_form(self) -> str:
        """The kind of form that an item's name belongs to."""
        return self.form or (self.entry.crf if self.entry else "")


class TrailForm(forms.Form):
    """The filters as people fill them in. A value that cannot be is refused beside its field."""

    kind = forms.ChoiceField(
        choices=[("", pgettext_lazy("kind of event", "Everything")), *EventKind.choices], required=False
    )
    form = forms.ChoiceField(required=False)
    item = forms.CharField(max_length=63, required=False)
    visit = forms.ChoiceField(required=False)
    who = forms.CharField(max_length=150, required=False)
    since = TypedDay(required=False)
    until = TypedDay(required=False)
    entry = forms.IntegerField(min_value=1, max_value=BIGGEST, required=False)
    before = forms.IntegerField(min_value=1, max_value=BIGGEST, required=False)

    labels: ClassVar = {
        "kind": pgettext_lazy("label: of an event", "Kind"),
        "form": gettext_lazy("Form"),
        "item": gettext_lazy("Item"),
        "visit": gettext_lazy("Visit"),
        "since": gettext_lazy("From day"),
        "until": gettext_lazy("To day"),
        "who": gettext_lazy("Person"),
        "entry": gettext_lazy("Form"),
        "before": pgettext_lazy("of a list", "Page"),
    }
    names = ("kind", "form", "item", "visit", "who", "since", "until", "entry", "before")

    def __init__(self, data: Mapping[str, str], scope: TrailScope) -> None:
        super().__init__(data)
        self.scope = scope
        fields = self.fields
        fields["since"].now = fields["until"].now = scope.site.now  # type: ignore[attr-defined]
        fields["form"].choices = [("", gettext("All forms")), *((d.key, d.title) for d in CRFS.values())]  # type: ignore[attr-defined]
        fields["visit"].choices = self._visits()  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.label = self.labels[name]
            wrong = {"invalid_choice": gettext("“%(value)s” is not in this list.")}
            field.error_messages |= wrong
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")

    def _visits(self) -> list[tuple[str, str]]:
        if self.scope.patient:
            visits = self.scope.patient.visits.order_by("pk")
            # One that was struck out and its successor have one code: both are found by it.
            opened = list({visit.code: (visit.code, visit_label(visit)) for visit in visits}.values())
        else:
            opened = [(plan.code, plan.label) for plan in protocol().visits]
        return [("", gettext("All visits")), *opened, (NO_VISIT, gettext("Outside visits"))]

    def clean_entry(self) -> Entry | None:
        """One form of this patient, or of a patient of this site; another's does not exist."""
        pk = self.cleaned_data["entry"]
        if pk is None:
            return None
        entries = Entry.objects.filter(pk=pk, patient__site=self.scope.site)
        if self.scope.patient:
            entries = entries.filter(patient=self.scope.patient)
        entry = entries.select_related("patient__site", "visit", "parent").first()
        if entry is None:
            raise ValidationError(gettext("This form is not in this trail."))
        return entry

    def clean(self) -> dict[str, object]:
        """An item belongs to a form, and a period begins before it ends; a filter nobody knows is refused."""
        cleaned = self.cleaned_data
        for name in set(self.data) - set(self.names) - {"csrfmiddlewaretoken", "whole"}:
            self.add_error(None, gettext("There is no filter called “%(name)s”.") % {"name": name[:40]})
        if cleaned.get("item") and not self.errors and not self._knows_item(cleaned):
            self.add_error("item", gettext("Choose the form first: an item is looked for in one form."))
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", gettext("The period ends before it begins."))
        return cleaned

    def _knows_item(self, cleaned: dict[str, object]) -> bool:
        return bool(cleaned.get("form") or cleaned.get("entry"))

    @property
    def filters(self) -> Filters:
        return Filters(**{name: self.cleaned_data[name] for name in self.names})

    @property
    def people(self) -> list[tuple[str, str]]:
        """Who has, or had, to do with the site, or acted at a patient there before he or she came, to choose from, by
        name; and whom the address names."""
        scope = self.scope
        at_site = Membership.objects.filter(Q(site=scope.site) | Q(site=None)).values("user")
        acted = AuditEvent.objects.filter(chain=scope.patient.pk).values("actor") if scope.patient else []
        moved_here = Transfer.objects.filter(to_site=scope.site).values("from_site")
        before = Q(username__in=acted) if scope.patient else Q(memberships__site__in=moved_here)
        who = User.objects.filter(Q(pk__in=at_site) | before)
        listed = User.objects.filter(pk__in=who.values("pk")).order_by(InOrder("full_name"), "username")
        names = dict(listed.values_list("username", "full_name"))
        named = self["who"].value() or ""
        offered = {**names, SYSTEM.name: "", **({named: names.get(named, "")} if named else {})}
        return [(name, f"{full} ({name})" if full else actor_as_read(name)) for name, full in offered.items()]

    @property
    def items(self) -> list[tuple[str, str]]:
        """The items of the chosen form, to choose from; none before a form is chosen."""
        cleaned = getattr(self, "cleaned_data", {})
        key = cleaned.get("form") or (cleaned["entry"].crf if cleaned.get("entry") else "")
        items = CRFS[key].items if key in CRFS else {}
        return [(name, str(item.verbose_name)) for name, item in items.items()]


def lately(filters: Filters, today: date, days: int) -> Filters:
    """A site's trail begins, unless a day is given, so many days before its end."""
    if filters.since or filters.entry:
        return filters
    end = filters.until or today
    return replace(filters, since=max(end, date.min + timedelta(days=days)) - timedelta(days=days))
