"""What one page of entry shows: a visit, a log, or one form that belongs to no visit."""

from dataclasses import dataclass, field

from django.urls import reverse

from ecrf.casebook.log_pieces import LogPieces
from ecrf.casebook.models import Entry
from ecrf.casebook.places import Place
from ecrf.casebook.schedule.due import VisitDue
from ecrf.entry.addresses import PagePlace, html_id, page_url
from ecrf.entry.visit.form_input import FormInput
from ecrf.entry.visit.guard import Withheld
from ecrf.entry.visit.links import is_long
from ecrf.forms.protocol import VisitPlan, protocol
from ecrf.forms.registry import CRFS, CrfDefinition
from ecrf.locks.models import Lock


@dataclass
class EntryPage:
    """A visit's page, or that of one form that belongs to no visit. `lock`: what keeps all of it from being changed;
    `pieces`: of a long log, of which the page shows one; `struck_here`: struck out forms that left their place to those
    that stand; `choices`: what the links of its forms may name."""

    where: PagePlace
    form_inputs: list[FormInput]
    plan: VisitPlan | None = None
    due: VisitDue | None = None
    to_add: list[CrfDefinition] = field(default_factory=list)
    log: CrfDefinition | None = None
    pieces: LogPieces | None = None
    lock: Lock | Withheld | None = None
    struck_here: list[Entry] = field(default_factory=list)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        if self.log:
            return self.log.title
        return self.plan.label if self.plan else self.form_inputs[0].title

    @property
    def url(self) -> str:
        """Its own address."""
        if self.log:
            return self.log_url + (self.pieces.shown.query if self.pieces else "")
        return page_url(self.where, self.form_inputs[0].place)

    @property
    def log_url(self) -> str:
        """The log's address; one of its pieces follows."""
        assert self.log is not None
        return reverse("log", args=[self.where.patient.number, self.log.key])

    @property
    def long_choices(self) -> dict[str, list[tuple[str, str]]]:
        """{CRF key: (address, words) of its rows}, of the kinds that have too many to be offered at each field."""
        return {key: rows for key, rows in self.choices.items() if is_long(rows)}

    @property
    def items_url(self) -> str:
        """What the addresses begin with at which its items are saved: form, number and item follow."""
        where = self.where
        return reverse("patient", args=[where.patient.number]) + f"{where.segment}/"

    @property
    def copies_url(self) -> str:
        """Where a source copy is added to one of its forms: the form follows."""
        address = reverse("add-patient-file", args=[self.where.patient.number])
        return f"{address}?at={self.where.segment}"

    @property
    def occurrence_id(self) -> str:
        """The item that says whether the visit was missed, as the page names it."""
        trial = protocol()
        return html_id(Place(self.where.patient, CRFS[trial.visit_form]), trial.visit_occurrence_item)

    @property
    def missed_value(self) -> str:
        """What that item says of a missed visit."""
        return protocol().visit_missed

    @property
    def folded(self) -> list[FormInput]:
        """The forms that a missed visit does not ask for: nothing was entered into them."""
        return [form_input for form_input in self.form_inputs if form_input.is_folded]

    @property
    def with_rows(self) -> list[FormInput]:
        """Every form input, each followed by those of its rows."""
        return [
            each
            for form_input in self.form_inputs
            for each in [form_input, *(row for group in form_input.tables for row in group.form_views)]
        ]

    @property
    def left(self) -> int:
        return sum(form_input.left for form_input in self.wanted)

    @property
    def open_questions(self) -> int:
        return sum(form_input.open_questions for form_input in self.form_inputs)

    @property
    def wanted(self) -> list[FormInput]:
        """The form inputs the visit needs: all that stand; or the visit form and what was begun, when the visit was
        missed or the patient had left."""
        return [
            form_input for form_input in self.form_inputs if form_input.is_wanted and not form_input.is_struck
        ]

    @property
    def is_complete(self) -> bool:
        return all(form_input.is_complete and not form_input.left for form_input in self.wanted)
