"""Whether a person has done a whole visit at the practice site: looked up in the data and the trail, not asked."""

from dataclasses import dataclass

from django.utils.translation import gettext

from ecrf.access.joined import headed, in_a_row
from ecrf.access.models import User
from ecrf.access.training import TrainingDocument
from ecrf.audit.models import AuditEvent
from ecrf.casebook.labels import visit_label
from ecrf.casebook.models import STANDING, Entry, Visit
from ecrf.casebook.schedule.completion import visit_states
from ecrf.casebook.schedule.status import planned_forms
from ecrf.forms.protocol import protocol
from ecrf.forms.registry import CRFS

MOST_VISITS = 20
"""How many of the visits that a person opened are looked at: the newest ones."""


@dataclass(frozen=True)
class PracticeVisit:
    """A visit that the person opened, and what it still lacks, in words; nothing where it is whole."""

    visit: Visit
    lacks: tuple[str, ...]

    @property
    def title(self) -> str:
        return in_a_row(self.visit.patient.number, visit_label(self.visit))


def best_visit(user: User, document: TrainingDocument) -> PracticeVisit | None:
    """Of the visits that this person has opened at a practice site since the version was published, the one that lacks
    least; None if there is none. A missed visit is no practice: every planned form is asked for."""
    visits = Visit.objects.filter(
        STANDING, patient__site__is_practice=True, opened_by=user, opened_at__gte=document.published_at
    )
    newest = list(visits.select_related("patient__site").order_by("-opened_at")[:MOST_VISITS])
    entries = list(Entry.objects.filter(visit__in=newest).select_related("parent"))
    others = _entered_by_others(user, [entry.pk for entry in entries])
    found = [
        PracticeVisit(visit, _lacks(visit, [e for e in entries if e.visit_id == visit.pk], others))
        for visit in newest
    ]
    return min(found, key=lambda one: len(one.lacks), default=None)


def _lacks(visit: Visit, entries: list[Entry], others: set[int]) -> tuple[str, ...]:
    plan = protocol().plan(visit.code)
    states = visit_states(plan, entries, planned_forms(plan, missed=False))
    lacks = [
        headed(CRFS[key].title, state.words) for key, state in states.items() if state.state != "complete"
    ]
    foreign = {entry.parent.crf if entry.parent else entry.crf for entry in entries if entry.pk in others}
    lacks += [
        gettext("%(form)s: another person entered something in it") % {"form": CRFS[key].title}
        for key in sorted(foreign)
    ]
    return tuple(lacks)


def _entered_by_others(user: User, entries: list[int]) -> set[int]:
    """The entries in which the trail names anybody else; what the system derives is nobody's entry."""
    tables = [definition.model._meta.db_table for definition in CRFS.values()]
    events = AuditEvent.objects.filter(entry_id__in=entries, table__in=tables, actor_id__isnull=False)
    found = events.exclude(actor_id=user.pk).values_list("entry_id", flat=True)
    return {entry for entry in found if entry is not None}
