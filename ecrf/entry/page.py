"""What one page of entry shows: a visit, a log, or one form that belongs to no visit."""

from dataclasses import dataclass, field

from django.urls import reverse

from ecrf.casebook.due import VisitDue
from ecrf.casebook.places import Place
from ecrf.casebook.protocol import VisitPlan, protocol
from ecrf.casebook.registry import CRFS, CrfDefinition
from ecrf.entry.addresses import Where, html_id, page_url
from ecrf.entry.panels import Panel
from ecrf.locks.models import Lock


@dataclass
class Page:
    """A visit's page, or that of one form that belongs to no visit. `lock`: what freezes or locks all of it."""

    where: Where
    panels: list[Panel]
    plan: VisitPlan | None = None
    due: VisitDue | None = None
    missed: bool = False
    to_add: list[CrfDefinition] = field(default_factory=list)
    log: CrfDefinition | None = None
    lock: Lock | None = None

    @property
    def title(self) -> str:
        if self.log:
            return self.log.title
        return self.plan.label if self.plan else self.panels[0].title

    @property
    def url(self) -> str:
        """Its own address."""
        if self.log:
            return reverse("log", args=[self.where.patient.number, self.log.key])
        return page_url(self.where, self.panels[0].place)

    @property
    def fate_id(self) -> str:
        """The item that says whether the visit was missed, as the page names it."""
        trial = protocol()
        return html_id(Place(self.where.patient, CRFS[trial.visit_form]), trial.visit_fate_item)

    @property
    def missed_value(self) -> str:
        """What that item says of a missed visit."""
        return protocol().visit_missed

    @property
    def folded(self) -> list[Panel]:
        """The forms that a missed visit does not ask for: nothing was entered into them."""
        return [panel for panel in self.panels if not panel.is_wanted]

    @property
    def with_rows(self) -> list[Panel]:
        """Every panel, each followed by those of its rows."""
        return [p for panel in self.panels for p in [panel, *(r for g in panel.rows for r in g.panels)]]

    @property
    def left(self) -> int:
        return sum(panel.left for panel in self.wanted)

    @property
    def open_questions(self) -> int:
        return sum(panel.open_questions for panel in self.panels)

    @property
    def wanted(self) -> list[Panel]:
        """The panels the visit needs: all that stand, or only the visit form when the visit was missed."""
        return [panel for panel in self.panels if panel.is_wanted and not panel.is_struck]

    @property
    def is_complete(self) -> bool:
        return all(panel.is_complete and not panel.left for panel in self.wanted)
